// SPDX-License-Identifier: MIT
// The page that words are set on over a shot, and what is laid on it: each layer for some of the
// shot's frames. Owned by one cut, or by one side of a join.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/media/params.h"

struct AVFrame;
struct _cairo;
struct _cairo_surface;
struct overlay;
struct text_style;

struct layer {
    struct overlay *overlay, *odd; // odd: a row lower, for odd steps of what rises; or NULL
    int64_t from, to;              // frames, both included
    int64_t fade;                  // frames to come and to go
    int y, rise;                   // at `from`, and pixels from frame to frame
};

struct layers {
    int width, height, format;
    double unit; // a hundredth of the shorter side, so that upright and wide look alike
    struct rate rate;
    int64_t frames;   // of the shot
    uint32_t unknown; // a letter of what was set that no font has; 0: none so far
    VEC(struct layer) list;
};

// A part of the page, in pixels.
struct area {
    double x, y, width, height;
};

void layers_init(struct layers *l, int width, int height, int format, struct rate rate,
                 int64_t frames);
void layers_release(struct layers *l);

// What is left when so much of each side (0.1: a tenth) stays free at each edge.
struct area layers_inside(const struct layers *l, double free);

// A clear sheet as large as the page, or height pixels high; to be given to layers_add.
struct _cairo *layers_sheet(const struct layers *l, int height);

// Takes a sheet into the page for frames from..to, held to those of the shot. Drops it where none
// is left.
void layers_add(struct layers *l, struct _cairo *sheet, int64_t from, int64_t to, int64_t fade);

// The same for a sheet that stands at `y` (even) when the shot begins, and rises by whole pixels.
void layers_add_rising(struct layers *l, struct _cairo *sheet, int y, int rise);

// Remembers if no font has a letter of words.
void layers_check(struct layers *l, struct _cairo *cr, const char *words,
                  const struct text_style *style);

// Lays what is to be seen at frame n of the shot over frame.
void layers_draw(const struct layers *l, struct AVFrame *frame, int64_t n);
