// SPDX-License-Identifier: MIT
#include "runtime/media/encode.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/codec.h"
#include "runtime/media/cut_file.h"
#include "runtime/media/lav.h"

struct encoder {
    AVCodecContext *codec;
    struct cut_file *file;
    AVPacket *packet;
    AVFrame *frame;
    struct rate rate;
    int64_t frames;
};

int encoder_format(const json_t *settings, struct err *err)
{
    const struct codec *codec = codec_find(settings, err);
    const char *name;
    int format;

    if (!codec)
        return -1;
    name = json_get_text(settings, "pixel-format", codec->pixel_format);
    format = av_get_pix_fmt(name);
    if (format < 0 ||
        !(av_pix_fmt_desc_get((enum AVPixelFormat)format)->flags & AV_PIX_FMT_FLAG_PLANAR)) {
        err_set(err, ERR_FILM, "\"%s\" is no planar pixel format: yuv420p or yuv422p10le would be",
                name);
        return -1;
    }
    return format;
}

static void set_common(AVCodecContext *ctx, int width, int height, int format, struct rate rate)
{
    ctx->width = width;
    ctx->height = height;
    ctx->pix_fmt = (enum AVPixelFormat)format;
    ctx->time_base = (AVRational){rate.den, rate.num};
    ctx->framerate = (AVRational){rate.num, rate.den};
    ctx->sample_aspect_ratio = (AVRational){1, 1};
    ctx->color_range = AVCOL_RANGE_MPEG;
    ctx->colorspace = AVCOL_SPC_BT709;
    ctx->color_primaries = AVCOL_PRI_BT709;
    ctx->color_trc = AVCOL_TRC_BT709;
    ctx->chroma_sample_location = AVCHROMA_LOC_LEFT;
    ctx->field_order = AV_FIELD_PROGRESSIVE;
    ctx->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    ctx->thread_count = 1;
}

static int open_codec(struct encoder *e, const struct codec *codec, const json_t *settings,
                      int width, int height, int format)
{
    const AVCodec *encoder = avcodec_find_encoder_by_name(codec->encoder);
    AVDictionary *options = codec_options(codec, settings, e->rate);
    int code = AVERROR_ENCODER_NOT_FOUND;

    if (encoder)
        e->codec = avcodec_alloc_context3(encoder);
    if (e->codec) {
        set_common(e->codec, width, height, format, e->rate);
        code = lav_open_encoder(e->codec, encoder, &options);
    }
    av_dict_free(&options);
    return code;
}

// Packets leave by the file, which learns of them from the codec.
static bool open_file(struct encoder *e, const struct codec *codec, const char *path,
                      struct err *err)
{
    AVCodecParameters *picture = avcodec_parameters_alloc();
    int code = picture ? avcodec_parameters_from_context(picture, e->codec) : AVERROR(ENOMEM);
    int64_t reorder = codec->reorder < 0 ? e->codec->has_b_frames : codec->reorder;

    if (code >= 0)
        e->file = cut_file_open(path, codec, picture, e->rate, reorder, err);
    else
        lav_fail(err, code, "encoding %s", codec->name);
    avcodec_parameters_free(&picture);
    return e->file;
}

struct encoder *encoder_open(const char *path, const json_t *settings, int width, int height,
                             struct rate rate, struct err *err)
{
    const struct codec *codec = codec_find(settings, err);
    int format = codec ? encoder_format(settings, err) : -1;
    struct encoder *e;
    int code;

    if (format < 0)
        return NULL;
    lav_quiet();
    e = mem_new(sizeof(*e));
    e->rate = rate;
    e->packet = av_packet_alloc();
    e->frame = av_frame_alloc();
    code = open_codec(e, codec, settings, width, height, format);
    if (code < 0)
        lav_fail(err, code, "encoding %s of %dx%d with %s", codec->name, width, height,
                 codec->encoder);
    else if (open_file(e, codec, path, err))
        return e;
    encoder_free(e);
    return NULL;
}

static bool write_packets(struct encoder *e, struct err *err)
{
    int code;

    while ((code = avcodec_receive_packet(e->codec, e->packet)) >= 0)
        if (!cut_file_add(e->file, e->packet, err))
            return false;
    return code == AVERROR(EAGAIN) || code == AVERROR_EOF ||
           lav_fail(err, code, "encoding frame %lld", (long long)e->frames - 1);
}

bool encoder_add(struct encoder *e, const AVFrame *frame, struct err *err)
{
    int code = av_frame_ref(e->frame, frame);

    if (code >= 0) {
        e->frame->pts = e->frames;
        e->frame->pict_type = e->frames ? AV_PICTURE_TYPE_NONE : AV_PICTURE_TYPE_I;
        e->frames++;
        code = avcodec_send_frame(e->codec, e->frame);
        av_frame_unref(e->frame);
    }
    if (code < 0)
        return lav_fail(err, code, "encoding frame %lld", (long long)e->frames - 1);
    return write_packets(e, err);
}

bool encoder_finish(struct encoder *e, struct err *err)
{
    int code = avcodec_send_frame(e->codec, NULL);

    if (code < 0)
        return lav_fail(err, code, "finishing a video of %lld frames", (long long)e->frames);
    return write_packets(e, err) && cut_file_finish(e->file, err);
}

void encoder_free(struct encoder *e)
{
    if (!e)
        return;
    cut_file_free(e->file);
    lav_free_encoder(&e->codec);
    av_packet_free(&e->packet);
    av_frame_free(&e->frame);
    mem_free(e);
}
