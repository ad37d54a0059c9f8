// SPDX-License-Identifier: MIT
#include "runtime/media/loudness.h"

#include <assert.h>
#include <math.h>

#include <ebur128.h>

#include "base/vec.h"
#include "runtime/media/gauge.h"
#include "runtime/media/pcm.h"

struct meter {
    ebur128_state *state;
    unsigned channels;
    size_t tenth, fed; // frames of a tenth of a second; those heard of this one; 0 where not full
    VEC(double) energies; // of the whole tenths
};

struct meter *meter_new(unsigned channels, bool true_peak)
{
    struct meter *m = mem_new(sizeof(*m));
    int mode = EBUR128_MODE_I | EBUR128_MODE_HISTOGRAM | (true_peak ? EBUR128_MODE_TRUE_PEAK : 0);

    m->channels = channels;
    m->state = ebur128_init(channels, PCM_RATE, mode);
    assert(m->state); // only memory can lack
    return m;
}

struct meter *meter_new_full(unsigned channels, unsigned rate)
{
    ebur128_state *state = ebur128_init(
        channels, rate, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK | EBUR128_MODE_HISTOGRAM);
    struct meter *m = state ? mem_new(sizeof(*m)) : NULL;

    if (m)
        *m = (struct meter){.state = state, .channels = channels, .tenth = (rate + 5) / 10};
    return m;
}

void meter_free(struct meter *m)
{
    if (m) {
        ebur128_destroy(&m->state);
        vec_release(&m->energies);
    }
    mem_free(m);
}

void meter_add(struct meter *m, const float *from, size_t frames)
{
    while (m->tenth && frames >= m->tenth - m->fed) {
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
    m->fed += m->tenth ? frames : 0;
}

double meter_lufs(const struct meter *m)
{
    double lufs = LOUDNESS_SILENCE;

    if (ebur128_loudness_global(m->state, &lufs) != EBUR128_SUCCESS || !(lufs > LOUDNESS_SILENCE))
        return LOUDNESS_SILENCE;
    return lufs;
}

double meter_true_peak(const struct meter *m)
{
    double most = 0;

    for (unsigned c = 0; c < m->channels; c++) {
        double peak = 0;

        if (ebur128_true_peak(m->state, c, &peak) == EBUR128_SUCCESS && peak > most)
            most = peak;
    }
    return most > 0 ? 20 * log10(most) : -HUGE_VAL;
}

double meter_range(const struct meter *m)
{
    return gauge_range(m->energies.at, m->energies.n);
}

double loudness_of(const struct pcm *p)
{
    struct meter *m = meter_new(p->channels, false);
    double lufs;

    for (size_t fed = 0; p->frames && fed < PCM_RATE; fed += p->frames)
        meter_add(m, p->at, p->frames);
    lufs = meter_lufs(m);
    meter_free(m);
    return lufs;
}
