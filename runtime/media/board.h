// SPDX-License-Identifier: MIT
// The drawn frame of a draft: a place, its light, and people in it, from docs/steps.md's `board`.
// The same board gives the same pixels. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "runtime/media/figure.h"
#include "runtime/media/stage.h"

struct _cairo_surface;

struct actor {
    const char *id, *name;
    struct looks looks;
    double region[4]; // of the frame; its third is 0 when nobody said
};

struct board {
    enum stage_size size;
    enum stage_angle angle;
    const char *time, *prompt, *location;
    struct buf words; // all of them
    struct actor cast[STAGE_MOST];
    int n;
    bool bare; // nothing but people is drawn
};

// Reads board (borrowed); prompt stands in when it has none of its own, or when board is NULL.
void board_init(struct board *b, const json_t *board, const char *prompt);
void board_release(struct board *b);

// Where everybody stands in a frame of wide to 1.
void board_stands(const struct board *b, double wide, struct stand stands[STAGE_MOST]);

// Draws all of surface; faces[i] is cast[i]'s (NULL: all are calm). With a clip of w > 0 pixels
// only that box is drawn.
void board_draw(const struct board *b, struct _cairo_surface *surface, const struct face *faces,
                const int clip[4]);
