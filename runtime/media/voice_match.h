// SPDX-License-Identifier: MIT
// Finds a voice in a sound that other things may sound in as well. Plain functions, any thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Where in the n samples of sound, one channel at 48 kHz, the m samples of voice lie most likely:
// *at is the sample on which they begin. Returns how like they are there, from 0 (nothing in
// common) to 1 (the same but for its level); 0 where voice does not fit in or has nothing in it.
double voice_match(const float *sound, size_t n, const float *voice, size_t m, size_t *at);

// Whether there is a place that it could be told from another by: silence and a steady tone have
// none.
bool voice_has_places(const float *voice, size_t m);
