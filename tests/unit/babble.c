// SPDX-License-Identifier: MIT
#include "tests/unit/babble.h"

#include <math.h>

float babble_noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (float)(*seed >> 8) / (1 << 23) - 1;
}

void babble(float *to, size_t n, uint32_t seed)
{
    double phase = 0;

    for (size_t i = 0; i < n; i++) {
        double t = (double)i / 48000, syllable = fmod(t * 5, 1);
        uint32_t one = seed + (uint32_t)(t * 5) * 7919;
        double level = .2 + .3 * fabs((double)babble_noise(&one));

        phase += (110 + 40 * sin(3 * t + seed)) / 48000;
        to[i] = (float)(level * sin(3.14159 * syllable) * (2 * fmod(phase, 1) - 1));
    }
}
