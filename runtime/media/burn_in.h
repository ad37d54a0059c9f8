// SPDX-License-Identifier: MIT
// What is written into the corners of a review copy: film and take, scene and shot, and the shot's
// own clock, which goes on from frame to frame. Owned by one cut, or by one side of a join.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct AVFrame;
struct burn_in;
struct err;
struct layers;

// What does not change goes to l, the clock into *out (NULL where there is none).
bool burn_in_new(struct burn_in **out, struct layers *l, const json_t *said, struct err *err);
void burn_in_free(struct burn_in *b); // accepts NULL

// Lays the time of frame n of the shot over frame; before the shot begins it counts down.
void burn_in_draw(const struct burn_in *b, struct AVFrame *frame, int64_t n);
