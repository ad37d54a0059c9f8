// SPDX-License-Identifier: MIT
#include "runtime/media/loudness.h"

#include <assert.h>
#include <math.h>

#include <ebur128.h>

#include "base/vec.h"
#include "runtime/media/gauge.h"
#include "runtime/media/oversampler.h"
#include "runtime/media/pcm.h"

struct meter {
    ebur128_state *state;
    struct oversampler *oversampler;
    float true_peak;
    unsigned channels;
    size_t tenth, fed;    // frames of a tenth of a second; those heard of this one
    VEC(double) energies; // of the whole tenths
};

struct meter *meter_new(unsigned channels, unsigned rate)
{
    struct meter *m = mem_new(sizeof(*m));

    *m = (struct meter){
        .state = ebur128_init(channels, rate, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM),
        .oversampler = oversampler_new(channels, rate),
        .channels = channels,
        .tenth = (rate + 5) / 10,
    };
    if (m->state && m->oversampler)
        return m;
    meter_free(m);
    return NULL;
}

void meter_free(struct meter *m)
{
    if (!m)
        return;
    if (m->state)
        ebur128_destroy(&m->state);
    oversampler_free(m->oversampler);
    vec_release(&m->energies);
    mem_free(m);
}

static void raise_peak(struct meter *m, const float *from, size_t frames)
{
    const float *high;
    size_t n;

    if (frames == 0)
        return;
    high = oversampler_add(m->oversampler, from, frames, &n);
    m->true_peak = fmaxf(m->true_peak, oversampler_peak(high, n, m->channels));
}

void meter_add(struct meter *m, const float *from, size_t frames)
{
    raise_peak(m, from, frames);
    while (frames >= m->tenth - m->fed) {
        size_t n = m->tenth - m->fed;
        double lufs = -HUGE_VAL;

        ebur128_add_frames_float(m->state, from, n);
        ebur128_loudness_window(m->state, 100, &lufs);
        vec_push(&m->energies, gauge_energy(lufs));
        from += n * m->channels;
        frames -= n;
        m->fed = 0;
    }
    ebur128_add_frames_float(m->state, from, frames);
    m->fed += frames;
}

static double integrated(ebur128_state *state)
{
    double lufs = LOUDNESS_SILENCE;

    if (ebur128_loudness_global(state, &lufs) != EBUR128_SUCCESS || !(lufs > LOUDNESS_SILENCE))
        return LOUDNESS_SILENCE;
    return lufs;
}

double meter_lufs(const struct meter *m)
{
    return integrated(m->state);
}

double meter_true_peak(const struct meter *m)
{
    return m->true_peak > 0 ? 20 * log10((double)m->true_peak) : -HUGE_VAL;
}

double meter_range(const struct meter *m)
{
    return gauge_range(m->energies.at, m->energies.n);
}

double loudness_of(const struct pcm *p)
{
    ebur128_state *state =
        ebur128_init(p->channels, PCM_RATE, EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM);
    double lufs;

    assert(state); // only memory can lack
    for (size_t fed = 0; p->frames && fed < PCM_RATE; fed += p->frames)
        ebur128_add_frames_float(state, p->at, p->frames);
    lufs = integrated(state);
    ebur128_destroy(&state);
    return lufs;
}
