// SPDX-License-Identifier: MIT
// What a board is drawn on, and the strokes that all drawing is made of. The drawing is one unit
// high and `wide` units wide, y down; owned by one op.
#pragma once

#include <stdint.h>

#include "runtime/media/palette.h"

struct _cairo;

struct easel {
    struct _cairo *cr;
    double wide;    // units
    double horizon; // y of the eye's height
    struct palette p;
    const char *words; // all that was written about the picture
    uint32_t chance;
};

// The next number of [0, 1) of the easel's own chance.
double easel_chance(struct easel *e);
double easel_between(struct easel *e, double low, double high);

// Fills what is the path, or paints a box, from ink a at the top y to ink b at the bottom y.
void easel_fill(struct easel *e, struct ink ink);
void easel_fade(struct easel *e, double y0, struct ink a, double y1, struct ink b);
void easel_across(struct easel *e, double x0, struct ink a, double x1, struct ink b);
void easel_box(struct easel *e, double x, double y, double w, double h);
void easel_rounded(struct easel *e, double x, double y, double w, double h, double r);
void easel_ellipse(struct easel *e, double x, double y, double rx, double ry);
void easel_line(struct easel *e, double x0, double y0, double x1, double y1, double width,
                struct ink ink);

// A closed path through n points {x, y}; smooth: through their middles, bent at the points.
void easel_shape(struct easel *e, const double (*points)[2], int n, int smooth);

// Light around x, y that is gone at radius r.
void easel_glow(struct easel *e, double x, double y, double r, struct ink ink, double strength);

// A skyline from edge to edge that stands on base and rises to about height; rough from 0 (dunes)
// to 1 (crags). Fills down to the bottom, from ink to ink.
void easel_ridge(struct easel *e, double base, double height, double rough, struct ink top,
                 struct ink foot);
