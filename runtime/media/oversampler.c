// SPDX-License-Identifier: MIT
#include "runtime/media/oversampler.h"

#include <math.h>

#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>

#include "base/mem.h"

struct oversampler {
    SwrContext *swr;
    unsigned channels;
    float *out;
    size_t cap; // frames
};

struct oversampler *oversampler_new(unsigned channels, unsigned rate)
{
    struct oversampler *o = mem_new(sizeof(*o));
    AVChannelLayout layout = {0};
    int code;

    o->channels = channels;
    av_channel_layout_default(&layout, (int)channels);
    code = swr_alloc_set_opts2(&o->swr, &layout, AV_SAMPLE_FMT_FLT, (int)rate * OVERSAMPLES,
                               &layout, AV_SAMPLE_FMT_FLT, (int)rate, 0, NULL);
    if (code >= 0)
        code = swr_init(o->swr);
    av_channel_layout_uninit(&layout);
    if (code >= 0)
        return o;
    oversampler_free(o);
    return NULL;
}

void oversampler_free(struct oversampler *o)
{
    if (!o)
        return;
    swr_free(&o->swr);
    mem_free(o->out);
    mem_free(o);
}

const float *oversampler_add(struct oversampler *o, const float *from, size_t frames, size_t *n)
{
    int most = swr_get_out_samples(o->swr, (int)frames), got;

    if (most > 0 && (size_t)most > o->cap) {
        o->cap = (size_t)most;
        o->out = mem_resize(o->out, o->cap * o->channels, sizeof(*o->out));
    }
    got = swr_convert(o->swr, (uint8_t *[]){(uint8_t *)o->out}, most,
                      frames ? (const uint8_t *[]){(const uint8_t *)from} : NULL, (int)frames);
    *n = got > 0 ? (size_t)got : 0;
    return o->out;
}

float oversampler_peak(const float *at, size_t frames, unsigned channels)
{
    float peak = 0;

    for (size_t i = 0; i < frames * channels; i++)
        peak = fmaxf(peak, fabsf(at[i]));
    return peak;
}
