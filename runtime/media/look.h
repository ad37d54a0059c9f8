// SPDX-License-Identifier: MIT
// The look over a picture: a CDL, then a LUT, then grain. Read-only once made, so threads share it.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct _cairo_surface;
struct err;
struct look;

// From the params "look" {cdl, grain} (may be NULL) and the .cube file at lut (may be NULL). Sets
// *look to NULL when there is nothing to do. False with *err for what is no LUT or CDL.
bool look_new(struct look **look, const json_t *params, const char *lut, struct err *err);
void look_free(struct look *l); // accepts NULL

// Colours of an RGB24 surface, or of a frame that pixels_new_deep made.
bool look_has_colour(const struct look *l); // NULL: no
void look_colour(const struct look *l, struct _cairo_surface *surface);
void look_colour_deep(const struct look *l, struct AVFrame *frame);

// Grain of frame n of the film's picture: on luma, another one each time, the same again.
bool look_has_grain(const struct look *l);
void look_grain(const struct look *l, struct AVFrame *frame, int64_t n);
