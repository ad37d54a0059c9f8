// SPDX-License-Identifier: MIT
// An ear on sound as it goes by: where no channel reaches -60 dBFS for two seconds. Quality control
// has one, and so has a conform: both judge alike. A plain value, owned by one op.
#pragma once

#include <stddef.h>

#include "runtime/media/stretch.h"

struct findings;

// -60 dBFS.
#define HUSH_MOST 0.001F

struct hush {
    struct stretch silent;
    void (*tell)(void *user, double start, double end); // of each stretch, in seconds
    void *user;
};

void hush_init(struct hush *h, void (*tell)(void *user, double start, double end), void *user);

// Hears interleaved frames of so many channels, the first of them at an instant.
void hush_hear(struct hush *h, const float *from, size_t frames, unsigned channels, unsigned rate,
               double at);

// It is over.
void hush_end(struct hush *h, double at);

// Adds the finding that name ("the sound") was silent from start to end.
void hush_add(struct findings *findings, const char *name, double start, double end);
