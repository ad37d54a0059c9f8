// SPDX-License-Identifier: MIT
#include "runtime/media/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/intreadwrite.h>

#include "base/err.h"
#include "base/file.h"
#include "runtime/media/lav.h"
#include "runtime/media/webp_chunks.h"

enum {
    IO_BYTES = 1 << 16,
    MOST_STREAMS = 64,
    MOST_CHUNKS = 64, // of a WAV before its sound
};

// By which a sound may end before its head says so: an MP3 counts what its encoder put around it.
static const double most_missing_seconds = 0.15;

// Containers only: nothing here opens another file or address by what its content says.
static const char demuxers[] =
    "aac,aiff,avi,caf,flac,gif,jpeg_pipe,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpegts,mxf,ogg,"
    "png_pipe,tiff_pipe,w64,wav,webp_pipe,webp";

static int read_bytes(void *opaque, uint8_t *to, int most)
{
    struct input *in = opaque;
    ssize_t n = pread(in->fd, to, (size_t)most, in->at_bytes);

    if (n < 0)
        return AVERROR(errno);
    in->at_bytes += n;
    return n ? (int)n : AVERROR_EOF;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct input *in = opaque;
    int64_t base = 0;

    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return in->size_bytes;
    if (whence == SEEK_CUR)
        base = in->at_bytes;
    else if (whence == SEEK_END)
        base = in->size_bytes;
    if (base + offset < 0)
        return AVERROR(EINVAL);
    return in->at_bytes = base + offset;
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format;
    (void)io;
    (void)url;
    (void)flags;
    (void)options;
    return AVERROR(EPERM);
}

static bool check_file(struct input *in, struct err *err)
{
    struct stat st;

    if (fstat(in->fd, &st) != 0)
        return err_errno(err, "reading %s", in->name);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_FINAL, "%s is no file", in->name);
    if (st.st_size == 0)
        return err_set(err, ERR_FINAL, "%s is empty", in->name);
    in->size_bytes = st.st_size;
    return true;
}

// What libav finds out by decoding the first frames. A picture of a million lines is seen there
// too.
static int find_streams(AVFormatContext *format)
{
    unsigned n = format->nb_streams; // more may be found
    AVDictionary **options = n ? av_calloc(n, sizeof(*options)) : NULL;
    int code;

    for (unsigned i = 0; options && i < n; i++)
        av_dict_set_int(&options[i], "max_pixels", INPUT_MOST_PIXELS, 0);
    code = avformat_find_stream_info(format, options);
    for (unsigned i = 0; options && i < n; i++)
        av_dict_free(&options[i]);
    av_free(options);
    return code;
}

static bool check_sizes(const struct input *in, struct err *err)
{
    for (unsigned i = 0; i < in->format->nb_streams; i++) {
        const AVCodecParameters *p = in->format->streams[i]->codecpar;

        if (p->codec_type == AVMEDIA_TYPE_VIDEO &&
            (int64_t)p->width * p->height > INPUT_MOST_PIXELS)
            return err_set(err, ERR_FINAL,
                           "%s is a picture of %dx%d: more than %d million pixels are not taken, "
                           "so make it smaller",
                           in->name, p->width, p->height, INPUT_MOST_PIXELS / 1000000);
    }
    return true;
}

static bool open_format(struct input *in, bool own, struct err *err)
{
    const AVInputFormat *known = own ? av_find_input_format("mov") : NULL;
    AVDictionary *options = NULL;
    int code;

    in->io = avio_alloc_context(av_malloc(IO_BYTES), IO_BYTES, 0, in, read_bytes, NULL, seek_bytes);
    in->format = avformat_alloc_context();
    if (!in->io || !in->format || !in->io->buffer)
        return err_set(err, ERR_FINAL, "reading %s: out of memory", in->name);
    in->format->pb = in->io;
    in->format->io_open = refuse_open;
    in->format->error_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
    in->format->max_streams = MOST_STREAMS;
    av_dict_set(&options, "format_whitelist", demuxers, 0);
    av_dict_set(&options, "protocol_whitelist", "none", 0);
    code = avformat_open_input(&in->format, NULL, known, &options);
    av_dict_free(&options);
    if (code >= 0 && strcmp(in->format->iformat->name, "webp_pipe") == 0 &&
        !webp_chunks_are_whole(in->fd, in->size_bytes))
        code = AVERROR_INVALIDDATA;
    if (code >= 0 && own)
        in->format->flags |= AVFMT_FLAG_NOPARSE;
    else if (code >= 0)
        code = find_streams(in->format);
    if (code < 0)
        return lav_fail(err, code,
                        "%s is no picture, video or sound that c41 reads, or it is damaged",
                        in->name);
    return check_sizes(in, err);
}

static bool open_fd(struct input *in, int fd, const char *name, bool own, struct err *err)
{
    lav_quiet();
    *in = (struct input){.fd = fd, .name = name};
    if (check_file(in, err) && open_format(in, own, err))
        return true;
    input_close(in);
    return false;
}

static bool open_path(struct input *in, const char *path, bool own, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *in = (struct input){0};
    if (fd < 0)
        return err_errno(err, "opening %s", path);
    if (!open_fd(in, fd, path_base(path), own, err)) {
        close(fd);
        return false;
    }
    in->owns_fd = true;
    return true;
}

bool input_open_fd(struct input *in, int fd, const char *name, struct err *err)
{
    return open_fd(in, fd, name, false, err);
}

bool input_open(struct input *in, const char *path, struct err *err)
{
    return open_path(in, path, false, err);
}

bool input_open_own(struct input *in, const char *path, struct err *err)
{
    return open_path(in, path, true, err);
}

void input_close(struct input *in)
{
    avformat_close_input(&in->format);
    if (in->io)
        av_freep(&in->io->buffer);
    avio_context_free(&in->io);
    if (in->owns_fd)
        close(in->fd);
    *in = (struct input){0};
}

struct AVStream *input_stream(const struct input *in, int media_type)
{
    int index = av_find_best_stream(in->format, (enum AVMediaType)media_type, -1, -1, NULL, 0);

    if (index < 0 || in->format->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC)
        return NULL;
    return in->format->streams[index];
}

struct AVCodecContext *input_decoder(const struct input *in, const struct AVStream *stream,
                                     struct err *err)
{
    return input_decoder_threads(in, stream, 1, err);
}

static struct AVCodecContext *open_decoder(const struct input *in, const struct AVStream *stream,
                                           int threads, bool explode, struct err *err)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    AVCodecContext *ctx = codec ? avcodec_alloc_context3(codec) : NULL;
    int code = AVERROR_DECODER_NOT_FOUND;

    if (ctx) {
        code = avcodec_parameters_to_context(ctx, stream->codecpar);
        ctx->pkt_timebase = stream->time_base;
        ctx->thread_count = threads;
        ctx->max_pixels = INPUT_MOST_PIXELS;
        ctx->err_recognition = AV_EF_CRCCHECK;
        if (explode &&
            stream->codecpar->codec_id != AV_CODEC_ID_TIFF) // any tag it ignores would do
            ctx->err_recognition |= AV_EF_EXPLODE;
    }
    if (code >= 0)
        code = avcodec_open2(ctx, codec, NULL);
    if (code >= 0)
        return ctx;
    avcodec_free_context(&ctx);
    lav_fail(err, code, "reading %s (%s)", in->name, avcodec_get_name(stream->codecpar->codec_id));
    return NULL;
}

struct AVCodecContext *input_decoder_threads(const struct input *in, const struct AVStream *stream,
                                             int threads, struct err *err)
{
    return open_decoder(in, stream, threads, true, err);
}

struct AVCodecContext *input_decoder_midway(const struct input *in, const struct AVStream *stream,
                                            int threads, struct err *err)
{
    return open_decoder(in, stream, threads, false, err);
}

// The head of a WAV that was written to a pipe, as speech servers do, cannot tell how much follows:
// its last packet is as short as it is. Instead of the size of its data it says nothing, or the
// most there is.
static bool has_open_end(const struct input *in)
{
    const uint32_t most = 0x7fff0000;
    unsigned char chunk[8];
    off_t at = 12; // behind RIFF, its size and WAVE

    if (strcmp(in->format->iformat->name, "wav") != 0)
        return false;
    for (int i = 0; i < MOST_CHUNKS; i++) {
        uint32_t size;

        if (pread(in->fd, chunk, sizeof(chunk), at) != sizeof(chunk))
            return false;
        size = AV_RL32(chunk + 4);
        if (memcmp(chunk, "data", 4) == 0)
            return size == 0 || size >= most;
        at += (off_t)sizeof(chunk) + size + size % 2;
    }
    return false;
}

bool input_is_torn(const struct input *in, const AVPacket *packet)
{
    return packet->flags & AV_PKT_FLAG_CORRUPT && !has_open_end(in);
}

// Containers that tell how long their sound is before it comes; an MP3 only if its first frame
// does.
static bool tells_length(const AVFormatContext *format)
{
    static const char *const names[] = {"aiff", "caf", "flac", "mp3", "w64", "wav"};

    if (format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(format->iformat->name, names[i]) == 0)
            return true;
    return false;
}

bool input_check_sound(const struct input *in, const AVStream *audio, double seconds,
                       struct err *err)
{
    double told = audio->duration > 0 ? (double)audio->duration * av_q2d(audio->time_base) : 0;

    return !tells_length(in->format) || told - seconds <= most_missing_seconds ||
           err_set(err, ERR_FINAL,
                   "%s is cut short: it promises %.2f s and has %.2f s: copy all of it again, or "
                   "keep what is there with ffmpeg -i %s -c copy NEW.%s",
                   in->name, told, seconds, in->name, path_ext(in->name));
}

const int32_t *input_matrix(const AVStream *stream)
{
#if LIBAVCODEC_VERSION_MAJOR >= 61
    const AVPacketSideData *data =
        av_packet_side_data_get(stream->codecpar->coded_side_data,
                                stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);

    return data && data->size >= 36 ? (const void *)data->data : NULL;
#else
    size_t size = 0;
    const void *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);

    return size >= 36 ? data : NULL;
#endif
}

bool input_lies(const AVStream *stream)
{
    const int32_t *m = input_matrix(stream);

    return m && labs(m[1]) > labs(m[0]);
}

int64_t input_start(const AVStream *stream)
{
    return stream->start_time == AV_NOPTS_VALUE ? 0 : stream->start_time;
}
