// SPDX-License-Identifier: MIT
#include "runtime/media/level.h"

#include <assert.h>
#include <math.h>

#include <ebur128.h>

#include "runtime/media/gauge.h"
#include "runtime/media/pcm.h"

static double energy_of_last_tenth(ebur128_state *state)
{
    double lufs = -HUGE_VAL;

    ebur128_loudness_window(state, 100, &lufs);
    return gauge_energy(lufs);
}

static double last_true_peak(ebur128_state *state)
{
    double left = 0, right = 0;

    ebur128_prev_true_peak(state, 0, &left);
    ebur128_prev_true_peak(state, 1, &right);
    return fmax(left, right);
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
    ebur128_state *state =
        ebur128_init(2, PCM_RATE, EBUR128_MODE_M | (true_peak ? EBUR128_MODE_TRUE_PEAK : 0));

    assert(state); // only memory can lack
    ebur128_add_frames_float(state, from - lead * 2, lead);
    for (size_t at = 0; at < frames; at += LEVEL_SAMPLES, levels++) {
        size_t n = frames - at < LEVEL_SAMPLES ? frames - at : LEVEL_SAMPLES;

        ebur128_add_frames_float(state, from + at * 2, n);
        find_peaks(levels->peaks, from + at * 2, n);
        levels->energy = n == LEVEL_SAMPLES ? energy_of_last_tenth(state) : -1;
        levels->true_peak = true_peak ? last_true_peak(state) : 0;
    }
    ebur128_destroy(&state);
}
