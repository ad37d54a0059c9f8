// SPDX-License-Identifier: MIT
// How far beds and music step back while somebody speaks. The lines are known beforehand, so that
// the level is down when the first word comes.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct stretch {
    int64_t start, end; // samples
};

struct ducking {
    VEC(struct stretch) lines;
    size_t at; // the first stretch that still matters
};

void ducking_add(struct ducking *d, int64_t start, int64_t samples);

// To be called once, after all are added: joins lines between which the level would not come back.
void ducking_sort(struct ducking *d);
void ducking_release(struct ducking *d);

// The factors of n samples from sample start on.
void ducking_fill(struct ducking *d, int64_t start, float *factors, size_t n);
