// SPDX-License-Identifier: MIT
#include "runtime/media/sound_decoder.h"

#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>

#include "base/mem.h"
#include "runtime/media/lav.h"
#include "runtime/media/pcm.h"

struct sound_decoder {
    AVCodecContext *ctx;
    SwrContext *convert; // NULL until the first frame; to floats
    AVFrame *frame;
};

static int open_codec(struct sound_decoder *d, const AVCodecContext *encoder)
{
    const AVCodec *codec = avcodec_find_decoder(encoder->codec_id);
    AVCodecParameters *parameters = avcodec_parameters_alloc();
    int code = codec && parameters ? 0 : AVERROR_DECODER_NOT_FOUND;

    if (code >= 0)
        code = avcodec_parameters_from_context(parameters, encoder);
    d->ctx = code >= 0 ? avcodec_alloc_context3(codec) : NULL;
    d->frame = av_frame_alloc();
    if (code >= 0)
        code = d->ctx && d->frame ? avcodec_parameters_to_context(d->ctx, parameters)
                                  : AVERROR(ENOMEM);
    if (code >= 0) {
        d->ctx->pkt_timebase = (AVRational){1, PCM_RATE};
        d->ctx->flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL; // what is primed is told by times
        code = avcodec_open2(d->ctx, codec, NULL);
    }
    avcodec_parameters_free(&parameters);
    return code;
}

struct sound_decoder *sound_decoder_new(const AVCodecContext *encoder, struct err *err)
{
    struct sound_decoder *d = mem_new(sizeof(*d));
    int code = open_codec(d, encoder);

    if (code >= 0)
        return d;
    lav_fail(err, code, "the sound decoder %s", avcodec_get_name(encoder->codec_id));
    sound_decoder_free(d);
    return NULL;
}

void sound_decoder_free(struct sound_decoder *d)
{
    if (!d)
        return;
    av_frame_free(&d->frame);
    swr_free(&d->convert);
    avcodec_free_context(&d->ctx);
    mem_free(d);
}

static int open_converter(struct sound_decoder *d)
{
    AVChannelLayout stereo = AV_CHANNEL_LAYOUT_STEREO;
    int code =
        swr_alloc_set_opts2(&d->convert, &stereo, AV_SAMPLE_FMT_FLT, PCM_RATE, &d->frame->ch_layout,
                            (enum AVSampleFormat)d->frame->format, PCM_RATE, 0, NULL);

    return code >= 0 ? swr_init(d->convert) : code;
}

static int take_frame(struct sound_decoder *d, struct pcm *out)
{
    size_t before = out->frames, n = (size_t)d->frame->nb_samples;
    const uint8_t **from = (const uint8_t **)(void *)d->frame->extended_data;
    uint8_t *to;
    int code = d->convert ? 0 : open_converter(d);

    if (code < 0)
        return code;
    pcm_resize(out, before + n);
    to = (uint8_t *)(out->at + before * 2);
    return swr_convert(d->convert, &to, (int)n, from, (int)n);
}

bool sound_decoder_add(struct sound_decoder *d, const AVPacket *packet, struct pcm *out,
                       struct err *err)
{
    int code = avcodec_send_packet(d->ctx, packet);

    while (code >= 0) {
        code = avcodec_receive_frame(d->ctx, d->frame);
        if (code == AVERROR(EAGAIN) || code == AVERROR_EOF)
            return true;
        if (code >= 0)
            code = take_frame(d, out);
        av_frame_unref(d->frame);
    }
    return lav_fail(err, code, "checking the sound");
}
