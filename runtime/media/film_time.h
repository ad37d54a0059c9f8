// SPDX-License-Identifier: MIT
// Film time: frames of a rational rate, and where they fall among samples. No error adds up: every
// instant is counted from the film's first frame and rounded once.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct err;

struct film_time {
    int fps_num, fps_den;
};

// From a step's `fps`, "24/1" or "25".
bool film_time_init(struct film_time *t, const json_t *params, struct err *err);

// The sample, at 48 kHz, on which a frame begins.
int64_t film_time_sample(const struct film_time *t, int64_t frame);
