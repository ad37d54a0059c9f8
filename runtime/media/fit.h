// SPDX-License-Identifier: MIT
// How a picture of one shape fills a frame of another: which part of it goes where.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/media/pixels.h"

struct AVFrame;
struct err;

struct box {
    int x, y, w, h;
};

// The smallest box that holds both.
struct box box_around(struct box a, struct box b);

struct fit {
    struct box from, to;
    bool blur;    // what stays free is filled with the picture itself, out of focus
    double pixel; // how wide one of from is for its height
    struct scaler scaler, soft_in, soft_out;
    struct AVFrame *softened; // the small picture that blur is made of
};

// For a picture of width x height, whose pixels are so wide for their height (1: square), and the
// params "fit" and "focus". Returns false with *err for words that are no fit.
bool fit_init(struct fit *f, const json_t *params, int width, int height, double pixel,
              int to_width, int to_height, struct err *err);
void fit_release(struct fit *f);

// Draws all of to: from (of the size that fit_init was told), scaled, and what is around it.
bool fit_draw(struct fit *f, const struct AVFrame *from, struct AVFrame *to, struct err *err);

// A frame that borrows box of frame, whose corner is to be even.
struct AVFrame *fit_window(const struct AVFrame *frame, struct box box);
