// SPDX-License-Identifier: MIT
// The forms that params of several kinds share.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct rate {
    int num, den; // frames a second
};

// "pixels": [width, height]. Video wants even numbers: even says so.
bool params_pixels(const json_t *params, bool even, int *width, int *height, struct err *err);

// "fps": "24/1", "23.976", "30", or a number.
bool params_rate(const json_t *params, struct rate *rate, struct err *err);

// The frame that stands at seconds, rounded to the nearest.
int64_t rate_frames(struct rate rate, double seconds);
double rate_seconds(struct rate rate, int64_t frames);

// A number that is the same for the same text, for drawing by chance that is none.
uint32_t params_hash(const char *text);
