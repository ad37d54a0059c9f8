// SPDX-License-Identifier: MIT
// A passage: a piece of a programme on a grid that begins with the film, measured and encoded by
// itself, so that an edit costs the passages in which it is heard. Its samples are a whole number
// of tenths of a second and of AAC's frames. What it is made of reaches beyond its ends: filters,
// limiter and encoder are given time to forget that they begin in the middle.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/media/level.h"

struct buf;
struct err;
struct master_gain;
struct pcm;
struct programme;
struct str;

enum {
    PASSAGE_SAMPLES = 300 * 1024, // 6.4 s
    PASSAGE_LEVELS = PASSAGE_SAMPLES / LEVEL_SAMPLES,
    PASSAGE_LEAD = 36 * 1024, // heard before it; and
    PASSAGE_TAIL = 8 * 1024,  // after it
    PASSAGE_STEPS = PASSAGE_SAMPLES / 480,
};

// A hundredth of a second: its highest sample, and the sum of the squares of all.
struct passage_step {
    float peak, energy;
};

// A passage as it comes.
struct passage_plain {
    struct level levels[PASSAGE_LEVELS];
    struct passage_step steps[PASSAGE_STEPS];
};

// How a programme is finished. All of it borrowed.
struct passage_how {
    const struct programme *programme;
    const struct master_gain *gain;
    const json_t *audio; // as in a conform step
    // For each tenth of a second of the film, by how many tenths of a dB it is turned down.
    const unsigned char *trims;
    // One for each bus, which go through all of it with the programme; NULL: none.
    struct programme *const *buses;
};

// Where the film's sound ends, at the latest the passage that begins with start.
int64_t passage_end(const struct programme *p, int64_t start);

// The functions below read the passage from what is prepared of the programme
// (programme_prepare from start - PASSAGE_LEAD to the end of PASSAGE_TAIL).
bool passage_measure(const struct programme *p, int64_t start, struct passage_plain *out,
                     struct err *err);

// The finished sound from lead frames before start to the passage's end. Fills in out: two
// channels, and two more for each bus.
bool passage_finish(const struct passage_how *how, int64_t start, size_t lead, struct pcm *out,
                    struct err *err);

// Encodes it for a codec that joins. Adds to out what passage_read takes apart.
bool passage_encode(const struct passage_how *how, int64_t start, struct buf *out, struct err *err);

// The levels of an encoded passage as it is heard, and its packets (packets.h), counted from its
// beginning.
void passage_write(const struct level levels[PASSAGE_LEVELS], const struct buf *packets,
                   struct buf *out);
bool passage_read(struct str from, struct level levels[PASSAGE_LEVELS], struct str *packets);
