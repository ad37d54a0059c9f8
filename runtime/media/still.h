// SPDX-License-Identifier: MIT
// Stills: PNG, JPEG and WebP to frames and Cairo surfaces, and PNG back.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct _cairo_surface;
struct err;
struct input;

// The first picture of in, wholly decoded: a new frame (av_frame_free), or NULL with *err.
struct AVFrame *still_decode(struct input *in, struct err *err);

// The still at path as a new surface (CAIRO_FORMAT_RGB24), or NULL with *err.
struct _cairo_surface *still_read(const char *path, struct err *err);

// Writes an RGB24 or opaque ARGB32 surface as a PNG without metadata.
bool still_write(struct _cairo_surface *surface, const char *path, struct err *err);
