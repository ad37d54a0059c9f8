// SPDX-License-Identifier: MIT
// How loud a sound is, a tenth of a second at a time. What is measured so is joined, piece by
// piece, to the loudness of a film (runtime/media/gauge.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>

// LEVEL_LEAD: what a meter should have heard before.
enum { LEVEL_SAMPLES = 4800, LEVEL_STEPS = 10, LEVEL_LEAD = 12 * 1024 };

struct level {
    double energy; // mean square behind the filter of BS.1770, of both channels; -1: no whole tenth
    float peaks[LEVEL_STEPS]; // the highest sample of each hundredth
    double true_peak;         // a factor; 0 unless it was asked for
};

// Measures frames of two channels at from, of which lead frames before are to be heard first. Fills
// one of levels for each tenth of a second, and for the rest.
void level_measure(struct level *levels, const float *from, size_t lead, size_t frames,
                   bool true_peak);

static inline size_t level_count(size_t frames)
{
    return (frames + LEVEL_SAMPLES - 1) / LEVEL_SAMPLES;
}
