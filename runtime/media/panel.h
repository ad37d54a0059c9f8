// SPDX-License-Identifier: MIT
// A page of the storyboard: the frame, its framing and camera move drawn over it, and the words.
#pragma once

#include <jansson.h>

struct _cairo_surface;

// Draws the page on all of surface; board and panel are docs/steps.md's, frame is the picture.
void panel_draw(struct _cairo_surface *surface, struct _cairo_surface *frame, const json_t *board,
                const json_t *panel);
