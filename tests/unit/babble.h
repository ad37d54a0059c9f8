// SPDX-License-Identifier: MIT
// What sounds like somebody who speaks, without words. Any thread.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Chance that is none: from -1 to 1.
float babble_noise(uint32_t *seed);

// n samples at 48 kHz of syllables: a buzz with a changing pitch, five a second, no two as loud.
void babble(float *to, size_t n, uint32_t seed);
