// SPDX-License-Identifier: MIT
// From a colour at the film's beginning, and to one at its end: a shot's share of them.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/ink.h"
#include "runtime/media/params.h"

struct err;

struct fade {
    double frames; // 0: none
    struct ink colour;
};

struct fades {
    struct fade in, out;
};

// By the param "fades". False with *err: there is no such colour.
bool fades_read(struct fades *f, const json_t *params, struct rate rate, struct err *err);

// How much of the picture is seen on a frame, from 0 to 1, and over which colour. before is its
// number from the film's first, if that is where the fade is; left, how many there are from it on.
double fades_seen(const struct fades *f, int64_t before, int64_t left, struct ink *colour);
