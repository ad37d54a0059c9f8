// SPDX-License-Identifier: MIT
// Out of focus: a blur that is round enough to look like a lens.
#pragma once

struct _cairo_surface;

// Blurs an RGB24 surface in place by about radius pixels.
void soften_surface(struct _cairo_surface *surface, double radius);
