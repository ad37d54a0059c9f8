// SPDX-License-Identifier: MIT
// One sound of a programme, where it lies there. Opened by one thread, then read by many.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/media/ducking.h"
#include "runtime/media/programme.h"

struct buf;
struct err;
struct media_input;
struct tape;

// Instants are in samples of the programme.
struct part {
    const struct media_input *input;
    const char *what;   // for messages
    int64_t start, end; // heard from start to before end, or until it ends by itself
    int64_t skip;       // of its file, before what is heard at start
    int64_t fade_in, fade_out;
    float factor;
    enum bus bus;
    struct duck duck;
    bool looped; // a bed

    struct tape *tape; // NULL: not open
};

// scratch as for tape_open.
bool part_open(struct part *p, const char *scratch, struct err *err);
void part_close(struct part *p);

static inline bool part_sounds(const struct part *p, int64_t from, int64_t to)
{
    return p->start < to && p->end > from;
}

// Adds what of the open part lies in [at, at + frames) to that many frames at to.
bool part_add(const struct part *p, const struct ducking *ducking, int64_t at, float *to,
              size_t frames, struct err *err);

// Adds to out what decides those samples: parts that sound alike there are described alike, where
// in the programme that may be.
void part_describe(const struct part *p, const struct ducking *ducking, int64_t from, int64_t to,
                   struct buf *out);

// The factor of a sample `into` after the beginning and `left` before the end, between fades of
// equal power.
float part_fade(int64_t into, int64_t left, int64_t fade_in, int64_t fade_out);
