// SPDX-License-Identifier: MIT
// How far beds and music step back while somebody speaks. The lines are known beforehand, so that
// the level is down when the first word comes.
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct buf;

struct stretch {
    int64_t start, end; // samples
};

// Where somebody speaks.
struct ducking {
    VEC(struct stretch) lines;
};

// How one sound steps back.
struct duck {
    float floor; // its factor meanwhile; 1: it stays as it is
    double attack_seconds, release_seconds;
};

// From what a bed or a cue says of `duck`: nothing or true, false, or {by, attack, release}.
struct duck duck_read(const json_t *value);

void ducking_add(struct ducking *d, int64_t start, int64_t samples);

// To be called once, after all are added: joins lines between which the level would not come back.
void ducking_sort(struct ducking *d);
void ducking_release(struct ducking *d);

// The factors of n samples from any sample start on, of what steps back so.
void ducking_fill(const struct ducking *d, const struct duck *duck, int64_t start, float *factors,
                  size_t n);

// Adds to out what decides the factors of [from, to).
void ducking_describe(const struct ducking *d, const struct duck *duck, int64_t from, int64_t to,
                      struct buf *out);
