// SPDX-License-Identifier: MIT
// A frame of the film made of all that was on screen while it lasts, each by how long. Owned by one
// picture.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct exposure;

// For YUV frames of this size and format.
struct exposure *exposure_new(const struct AVFrame *like);
void exposure_free(struct exposure *e); // accepts NULL

// Starts a frame; adds what was on screen for a part of it (0 to 1); puts the sum of what was added
// into to. The parts of a frame are 1 in sum.
void exposure_begin(struct exposure *e);
void exposure_add(struct exposure *e, const struct AVFrame *frame, double part);
void exposure_end(struct exposure *e, struct AVFrame *to);
