// SPDX-License-Identifier: MIT
#include "runtime/media/cut_file.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/codec.h"
#include "runtime/media/lav.h"

struct cut_file {
    AVFormatContext *format;
    AVRational frame; // in seconds
    int64_t packets, reorder;
};

static int add_stream(struct cut_file *f, const struct codec *codec,
                      const AVCodecParameters *picture)
{
    AVStream *stream = avformat_new_stream(f->format, NULL);
    int code = stream ? avcodec_parameters_copy(stream->codecpar, picture) : AVERROR(ENOMEM);

    if (code < 0)
        return code;
    stream->codecpar->codec_tag = codec->tag;
    stream->codecpar->field_order = AV_FIELD_PROGRESSIVE;
    stream->codecpar->sample_aspect_ratio = (AVRational){1, 1};
    stream->time_base = f->frame;
    stream->avg_frame_rate = av_inv_q(f->frame);
    stream->sample_aspect_ratio = (AVRational){1, 1};
    return 0;
}

static int begin(struct cut_file *f, const struct codec *codec, const AVCodecParameters *picture,
                 const char *path)
{
    const char *name = codec_is_intra(codec) ? "mov" : "mp4";
    AVDictionary *options = NULL;
    int code = avformat_alloc_output_context2(&f->format, NULL, name, path);

    if (code < 0)
        return code;
    f->format->flags |= AVFMT_FLAG_BITEXACT;
    code = add_stream(f, codec, picture);
    if (code >= 0)
        code = avio_open(&f->format->pb, path, AVIO_FLAG_WRITE);
    av_dict_set(&options, "movflags", "+write_colr", 0);
    if (code >= 0)
        code = avformat_write_header(f->format, &options);
    av_dict_free(&options);
    return code;
}

struct cut_file *cut_file_open(const char *path, const struct codec *codec,
                               const AVCodecParameters *picture, struct rate rate, int64_t reorder,
                               struct err *err)
{
    struct cut_file *f = mem_new(sizeof(*f));
    int code;

    f->frame = (AVRational){rate.den, rate.num};
    f->reorder = reorder;
    code = begin(f, codec, picture, path);
    if (code >= 0)
        return f;
    lav_fail(err, code, "writing a cut of %dx%d in %s", picture->width, picture->height,
             codec->name);
    cut_file_free(f);
    return NULL;
}

void cut_file_free(struct cut_file *f)
{
    if (!f)
        return;
    if (f->format)
        avio_closep(&f->format->pb);
    avformat_free_context(f->format);
    mem_free(f);
}

// dts are counted, not taken from the encoder: in a film shorter than its delay it gets them wrong.
bool cut_file_add(struct cut_file *f, AVPacket *packet, struct err *err)
{
    int code;

    packet->dts = f->packets++ - f->reorder;
    packet->duration = 1;
    packet->stream_index = 0;
    packet->pos = -1;
    av_packet_rescale_ts(packet, f->frame, f->format->streams[0]->time_base);
    code = av_write_frame(f->format, packet);
    av_packet_unref(packet);
    return code >= 0 || lav_fail(err, code, "writing a cut");
}

bool cut_file_finish(struct cut_file *f, struct err *err)
{
    int code = av_write_trailer(f->format);

    if (code >= 0)
        code = avio_closep(&f->format->pb);
    return code >= 0 ||
           lav_fail(err, code, "finishing a cut of %lld frames", (long long)f->packets);
}
