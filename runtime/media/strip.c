// SPDX-License-Identifier: MIT
#include "runtime/media/probe.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"

enum { MOST_STILL_BYTES = 512 << 20 };

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// Chunks that pixels need; words (tEXt, iTXt, zTXt, eXIf, tIME, caBX) are none of them.
static bool png_keeps(const unsigned char *type)
{
    static const char keep[] =
        "IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP acTL fcTL fdAT";
    const char *at = keep;

    for (; *at; at += at[4] ? 5 : 4)
        if (memcmp(at, type, 4) == 0)
            return true;
    return false;
}

static bool strip_png(const struct buf *in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in->ptr;
    size_t at = 8;

    buf_add(out, p, 8);
    while (at + 12 <= in->len) {
        size_t len = (size_t)big_endian(p + at) + 12;

        if (len > in->len - at)
            return false;
        if (png_keeps(p + at + 4))
            buf_add(out, p + at, len);
        at += len;
    }
    return at == in->len || (out->len > 8 && memcmp(out->ptr + out->len - 8, "IEND", 4) == 0);
}

// Drops APP1 (Exif, XMP), APP11 (JUMBF), APP13 and comments; APP0, APP2 (colour profile) and APP14
// (Adobe's colour transform) decide how pixels look.
static bool jpeg_keeps(unsigned marker)
{
    return marker != 0xFE && (marker < 0xE1 || marker > 0xEF || marker == 0xE2 || marker == 0xEE);
}

static bool strip_jpeg(const struct buf *in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in->ptr;
    size_t at = 2;

    buf_add(out, p, 2);
    while (at + 4 <= in->len && p[at] == 0xFF) {
        unsigned marker = p[at + 1];
        size_t len = 2 + (size_t)(p[at + 2] << 8 | p[at + 3]);

        if (marker == 0xFF) { // fill byte
            at++;
            continue;
        }
        if (marker == 0xDA) { // the picture itself, to the end
            buf_add(out, p + at, in->len - at);
            return true;
        }
        if (len > in->len - at)
            return false;
        if (jpeg_keeps(marker))
            buf_add(out, p + at, len);
        at += len;
    }
    return false;
}

static bool strip_webp(const struct buf *in, struct buf *out)
{
    const unsigned char *p = (const unsigned char *)in->ptr;
    size_t at = 12;
    uint32_t size;

    buf_add(out, p, 12);
    while (at + 8 <= in->len) {
        uint32_t n = (uint32_t)p[at + 7] << 24 | (uint32_t)p[at + 6] << 16 |
                     (uint32_t)p[at + 5] << 8 | p[at + 4];
        size_t len = 8 + (size_t)n + (n & 1);

        if (len > in->len - at)
            return false;
        if (memcmp(p + at, "EXIF", 4) != 0 && memcmp(p + at, "XMP ", 4) != 0) {
            buf_add(out, p + at, len);
            if (memcmp(p + at, "VP8X", 4) == 0 && n >= 1)
                out->ptr[out->len - len + 8] &= (char)~0x0C; // it has no Exif and XMP now
        }
        at += len;
    }
    size = (uint32_t)(out->len - 8);
    for (int i = 0; i < 4; i++)
        out->ptr[4 + i] = (char)(size >> (8 * i));
    return true;
}

// Ways to strip a still, by its first bytes.
static const struct still_strip {
    const char *magic;
    size_t at, len;
    bool (*run)(const struct buf *in, struct buf *out);
} strips[] = {
    {"\x89PNG\r\n\x1a\n", 0, 8, strip_png},
    {"\xFF\xD8\xFF", 0, 3, strip_jpeg},
    {"WEBP", 8, 4, strip_webp},
};

static bool strip_still(const struct still_strip *way, const char *src, const char *dst,
                        struct err *err)
{
    struct buf in = {0}, out = {0};
    bool ok = file_read(src, &in, MOST_STILL_BYTES, err);

    if (ok && !way->run(&in, &out))
        ok = err_set(err, ERR_FINAL, "%s is damaged or cut short", path_base(src));
    if (ok)
        ok = file_put(dst, out.ptr, out.len, err);
    buf_release(&in);
    buf_release(&out);
    return ok;
}

// How its pictures are to be turned, how bright they were meant: later libav copies that with the
// stream's parameters.
static int copy_side_data(const AVStream *from, AVStream *to)
{
#if LIBAVCODEC_VERSION_MAJOR < 61
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *data = &from->side_data[i];
        uint8_t *copy = av_stream_new_side_data(to, data->type, data->size);

        if (!copy)
            return AVERROR(ENOMEM);
        memcpy(copy, data->data, data->size);
    }
#else
    (void)from;
    (void)to;
#endif
    return 0;
}

static int add_streams(const struct input *in, AVFormatContext *out)
{
    for (unsigned i = 0; i < in->format->nb_streams; i++) {
        const AVStream *from = in->format->streams[i];
        AVStream *to = avformat_new_stream(out, NULL);
        int code = to ? avcodec_parameters_copy(to->codecpar, from->codecpar) : AVERROR(ENOMEM);

        if (code >= 0)
            code = copy_side_data(from, to);
        if (code < 0)
            return code;
        to->time_base = from->time_base;
        to->avg_frame_rate = from->avg_frame_rate;
        to->disposition = from->disposition;
        to->sample_aspect_ratio = from->sample_aspect_ratio;
        to->codecpar->codec_tag = 0;
    }
    return 0;
}

static int copy_packets(const struct input *in, AVFormatContext *out)
{
    AVPacket *packet = av_packet_alloc();
    int code = 0;

    while (code >= 0 && (code = av_read_frame(in->format, packet)) >= 0) {
        int i = packet->stream_index;

        av_packet_rescale_ts(packet, in->format->streams[i]->time_base, out->streams[i]->time_base);
        packet->pos = -1;
        code = av_interleaved_write_frame(out, packet);
    }
    av_packet_free(&packet);
    return code == AVERROR_EOF ? av_write_trailer(out) : code;
}

// By the demuxer's name; the containers that servers write. NULL: taken as it is.
static const char *muxer_for(const AVFormatContext *format)
{
    static const struct {
        const char *demuxer, *muxer;
    } pairs[] = {
        {"flac", "flac"},
        {"matroska,webm", "matroska"},
        {"mov,mp4,m4a,3gp,3g2,mj2", "mp4"},
        {"mp3", "mp3"},
        {"ogg", "ogg"},
        {"wav", "wav"},
    };
    const AVOutputFormat *mp4 = av_guess_format("mp4", NULL, NULL);
    const char *muxer = NULL;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
        if (strcmp(format->iformat->name, pairs[i].demuxer) == 0)
            muxer = pairs[i].muxer;
    for (unsigned i = 0; muxer && i < format->nb_streams; i++)
        if (strcmp(muxer, "mp4") == 0 &&
            avformat_query_codec(mp4, format->streams[i]->codecpar->codec_id, 0) != 1)
            muxer = "mov"; // ProRes, PCM
    return muxer;
}

// Rewrites the container around untouched packets.
static bool strip_container(struct input *in, const char *dst, struct err *err)
{
    const char *muxer = muxer_for(in->format);
    AVFormatContext *out = NULL;
    AVDictionary *options = NULL;
    int code;

    code = avformat_alloc_output_context2(&out, NULL, muxer, dst);
    if (code >= 0) {
        out->flags |= AVFMT_FLAG_BITEXACT;
        code = add_streams(in, out);
    }
    if (code >= 0)
        code = avio_open(&out->pb, dst, AVIO_FLAG_WRITE);
    av_dict_set(&options, "movflags", "+faststart", 0);
    if (code >= 0)
        code = avformat_write_header(out, &options);
    if (code >= 0)
        code = copy_packets(in, out);
    av_dict_free(&options);
    if (out)
        avio_closep(&out->pb);
    avformat_free_context(out);
    return code >= 0 || lav_fail(err, code, "cleaning %s", in->name);
}

static bool copy_bytes(const char *src, const char *dst, struct err *err)
{
    struct buf all = {0};
    bool ok = file_read(src, &all, (size_t)1 << 34, err) && file_put(dst, all.ptr, all.len, err);

    buf_release(&all);
    return ok;
}

static const struct still_strip *find_way(const char *src)
{
    char head[16] = "";
    int fd = open(src, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : pread(fd, head, sizeof(head), 0);

    if (fd >= 0)
        close(fd);
    for (size_t i = 0; n > 0 && i < sizeof(strips) / sizeof(*strips); i++)
        if ((size_t)n >= strips[i].at + strips[i].len &&
            memcmp(head + strips[i].at, strips[i].magic, strips[i].len) == 0)
            return &strips[i];
    return NULL;
}

bool strip(const char *src, const char *dst, struct err *err)
{
    const struct still_strip *way = find_way(src);
    struct input in = {0};
    struct err ignored = {0};
    bool ok;

    if (way)
        return strip_still(way, src, dst, err);
    // What libav does not know (JSON, a LoRA) has no metadata of servers.
    if (!input_open(&in, src, &ignored))
        return copy_bytes(src, dst, err);
    ok = muxer_for(in.format) ? strip_container(&in, dst, err) : copy_bytes(src, dst, err);
    input_close(&in);
    return ok;
}
