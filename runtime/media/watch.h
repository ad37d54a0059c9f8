// SPDX-License-Identifier: MIT
// An eye on pictures as they go by: which are black, and which show what was there before. Keeps
// two small pictures and no more. Quality control has one, and so has every cut while it is made:
// both judge alike. Owned by one op.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct err;
struct findings;
struct watch;

enum glance {
    GLANCE_NEW,
    GLANCE_STILL, // as the last new one, but for what a codec changes
    GLANCE_BLACK, // nothing in it is brighter than a tenth of white
};

// What lasts shorter is no finding.
enum { WATCH_BLACK_LEAST_MS = 1000, WATCH_FROZEN_LEAST_MS = 2000 };

struct watch *watch_new(void);
void watch_free(struct watch *w); // accepts NULL

// Looks at the next frame. False with *err where pictures have a form that nobody can read.
bool watch_see(struct watch *w, const struct AVFrame *frame, enum glance *seen, struct err *err);

// Adds the finding that the picture was black, or stood still, from start to end in seconds.
void watch_tell_black(struct findings *findings, double start, double end);
void watch_tell_frozen(struct findings *findings, double start, double end);
