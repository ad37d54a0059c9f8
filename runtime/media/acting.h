// SPDX-License-Identifier: MIT
// The faces of a drawn still, brought to life: mouths that follow a voice, eyes that blink. Paints
// on the still itself, only where something moves. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/media/mouth.h"

struct _cairo_surface;
struct acting;
struct board;

// who speaks with which mouth. Borrowed.
struct speaker {
    const char *who;
    double region[4]; // of the frame; its third is 0 when nobody said
    struct mouth mouth;
};

// For the still, which shows board (both borrowed). Returns NULL when the still is not that board's
// drawing, or nobody's face in it can be seen.
struct acting *acting_new(struct _cairo_surface *still, const struct board *board,
                          const struct speaker *speakers, size_t n, struct rate rate);
void acting_free(struct acting *a); // accepts NULL

// Paints the faces of a frame. Returns whether the still has changed, and the box where, in pixels.
bool acting_paint(struct acting *a, long long frame, int box[4]);
