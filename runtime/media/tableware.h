// SPDX-License-Identifier: MIT
// Props of the kitchen, and the strokes that all props are made of. Drawn as prop.h says.
#pragma once

#include "runtime/media/ink.h"

struct easel;

// A colour that the easel's words may name, in its light.
struct ink prop_tone(const struct easel *e, unsigned otherwise);

// Fills the path as something flat, lit from the left; and as something round.
void prop_solid(struct easel *e, struct ink ink, double y0, double y1);
void prop_turned(struct easel *e, struct ink ink, double x0, double x1);

void prop_ring(struct easel *e, double x, double y, double rx, double ry, double width,
               struct ink ink);

void tableware_bottle(struct easel *e);
void tableware_kettle(struct easel *e);
void tableware_knife(struct easel *e);
void tableware_mug(struct easel *e);
void tableware_pan(struct easel *e);
