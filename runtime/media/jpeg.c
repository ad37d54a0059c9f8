// SPDX-License-Identifier: MIT
#include "runtime/media/jpeg.h"

#include <libavcodec/avcodec.h>

#include "runtime/media/lav.h"
#include "runtime/media/pixels.h"

enum { SCALE = 3 }; // of the quantiser, 1 to 31: no loss that one sees

static int open_codec(AVCodecContext **ctx, const AVFrame *frame)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);

    *ctx = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!*ctx)
        return AVERROR_ENCODER_NOT_FOUND;
    (*ctx)->width = frame->width;
    (*ctx)->height = frame->height;
    (*ctx)->pix_fmt = AV_PIX_FMT_YUVJ420P;
    (*ctx)->color_range = AVCOL_RANGE_JPEG;
    (*ctx)->time_base = (AVRational){1, 25};
    (*ctx)->thread_count = 1;
    (*ctx)->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
    (*ctx)->global_quality = SCALE * FF_QP2LAMBDA;
    return avcodec_open2(*ctx, codec, NULL);
}

// JFIF knows one matrix, and no limited range.
static AVFrame *convert(const AVFrame *from, struct err *err)
{
    AVFrame *to = pixels_new_yuv(from->width, from->height, AV_PIX_FMT_YUVJ420P);
    struct scaler scaler = {0};
    bool ok = to;

    if (!ok)
        lav_fail(err, AVERROR(ENOMEM), "writing a JPEG");
    else {
        to->color_range = AVCOL_RANGE_JPEG;
        to->colorspace = AVCOL_SPC_SMPTE170M;
        to->quality = SCALE * FF_QP2LAMBDA;
        ok = scaler_run(&scaler, from, to, false, err);
    }
    scaler_release(&scaler);
    if (!ok)
        av_frame_free(&to);
    return to;
}

AVPacket *jpeg_encode(const AVFrame *frame, struct err *err)
{
    AVFrame *picture = convert(frame, err);
    AVPacket *packet = av_packet_alloc();
    AVCodecContext *ctx = NULL;
    int code = picture ? open_codec(&ctx, picture) : 0;

    if (picture && code >= 0)
        code = avcodec_send_frame(ctx, picture);
    if (picture && code >= 0)
        code = avcodec_receive_packet(ctx, packet);
    if (code < 0)
        lav_fail(err, code, "writing a JPEG of %dx%d", frame->width, frame->height);
    if (!picture || code < 0)
        av_packet_free(&packet);
    avcodec_free_context(&ctx);
    av_frame_free(&picture);
    return packet;
}
