// SPDX-License-Identifier: MIT
// Words and bands laid over the film's frames: drawn once with Cairo, blended where they are.
#pragma once

struct AVFrame;
struct _cairo_surface;
struct overlay;

// From an ARGB32 surface, for frames of format (AVPixelFormat, planar YUV of up to 16 bits). Keeps
// what is not clear, and costs as much.
struct overlay *overlay_new(struct _cairo_surface *surface, int format);
void overlay_free(struct overlay *o); // accepts NULL

// Blends o over frame, by part (0 to 1), with the surface's corner at x, y, which are even. What
// lies outside is not seen.
void overlay_blend(const struct overlay *o, struct AVFrame *frame, int x, int y, double part);
