// SPDX-License-Identifier: MIT
#include "runtime/media/level.h"

#include <assert.h>
#include <math.h>

#include <ebur128.h>

#include "runtime/media/gauge.h"
#include "runtime/media/oversampler.h"
#include "runtime/media/pcm.h"

static double energy_of_last_tenth(ebur128_state *state)
{
    double lufs = -HUGE_VAL;

    ebur128_loudness_window(state, 100, &lufs);
    return gauge_energy(lufs);
}

// Of what came out of the oversampler, whose first frame is number at since the lead began.
static void raise_peaks(struct level *levels, size_t lead, size_t end, const float *out, size_t n,
                        size_t *at)
{
    for (size_t i = 0; i < n; i++, ++*at) {
        size_t frame = *at / OVERSAMPLES;
        struct level *level;

        if (frame < lead || frame >= end)
            continue;
        level = &levels[(frame - lead) / LEVEL_SAMPLES];
        level->true_peak = fmax(level->true_peak, (double)oversampler_peak(out + i * 2, 1, 2));
    }
}

static void find_true_peaks(struct level *levels, const float *from, size_t lead, size_t frames)
{
    struct oversampler *o = oversampler_new(2, PCM_RATE);
    size_t at = 0, end = lead + frames, n;
    const float *out;

    assert(o); // only memory can lack
    for (size_t k = 0; k < end; k += LEVEL_SAMPLES) {
        out =
            oversampler_add(o, from + k * 2, end - k < LEVEL_SAMPLES ? end - k : LEVEL_SAMPLES, &n);
        raise_peaks(levels, lead, end, out, n, &at);
    }
    out = oversampler_add(o, NULL, 0, &n);
    raise_peaks(levels, lead, end, out, n, &at);
    oversampler_free(o);
}

static void find_peaks(float peaks[LEVEL_STEPS], const float *from, size_t frames)
{
    for (size_t k = 0; k < LEVEL_STEPS; k++)
        peaks[k] = 0;
    for (size_t i = 0; i < frames * 2; i++) {
        float *peak = &peaks[i / (2 * LEVEL_SAMPLES / LEVEL_STEPS)];

        *peak = fmaxf(*peak, fabsf(from[i]));
    }
}

void level_measure(struct level *levels, const float *from, size_t lead, size_t frames,
                   bool true_peak)
{
    ebur128_state *state = ebur128_init(2, PCM_RATE, EBUR128_MODE_M);
    struct level *level = levels;

    assert(state); // only memory can lack
    ebur128_add_frames_float(state, from - lead * 2, lead);
    for (size_t at = 0; at < frames; at += LEVEL_SAMPLES, level++) {
        size_t n = frames - at < LEVEL_SAMPLES ? frames - at : LEVEL_SAMPLES;

        ebur128_add_frames_float(state, from + at * 2, n);
        find_peaks(level->peaks, from + at * 2, n);
        level->energy = n == LEVEL_SAMPLES ? energy_of_last_tenth(state) : -1;
        level->true_peak = 0;
    }
    ebur128_destroy(&state);
    if (true_peak)
        find_true_peaks(levels, from - lead * 2, lead, frames);
}
