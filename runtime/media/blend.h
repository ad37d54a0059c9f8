// SPDX-License-Identifier: MIT
// Sums of frames, in YCbCr. All frames of one call have the same size and planar YUV format.
#pragma once

#include "runtime/media/ink.h"

struct AVFrame;

// to = (a * (of - i) + b * i) / of, rounded.
void blend_two(struct AVFrame *to, const struct AVFrame *a, const struct AVFrame *b, unsigned i,
               unsigned of);

// Leaves part (0 to 1) of frame, over a colour.
void blend_tint(struct AVFrame *frame, struct ink colour, double part);

// b comes in from the left over a, behind a soft edge; at 0 all is a, at 1 all is b.
void blend_wipe(struct AVFrame *to, const struct AVFrame *a, const struct AVFrame *b, double part);
