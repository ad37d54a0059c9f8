// SPDX-License-Identifier: MIT
// Words and bands laid over the film's frames: drawn once with Cairo, blended where they are.
#pragma once

struct AVFrame;
struct _cairo_surface;
struct overlay;

// From an ARGB32 surface as large as the frames, whose format (AVPixelFormat, planar YUV of up to
// 16 bits) they have. Rows without anything cost nothing.
struct overlay *overlay_new(struct _cairo_surface *surface, int format);
void overlay_free(struct overlay *o); // accepts NULL

// Blends o over frame, by part (0 to 1).
void overlay_blend(const struct overlay *o, struct AVFrame *frame, double part);
