// SPDX-License-Identifier: MIT
// A video, read by film time: the frame that is on screen at an instant. Owned by one op.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct clip;
struct err;

struct clip *clip_open(const char *path, struct err *err); // NULL with *err
void clip_close(struct clip *c);                           // accepts NULL

// The size of its frames as they are shown: rotation is applied.
int clip_width(const struct clip *c);
int clip_height(const struct clip *c);

// The last frame that begins at or before seconds (at the edges: the first, the last), upright,
// with colour fields. Borrowed until the next call; NULL with *err. *held tells that the clip has
// no frame for that instant, and an edge stands in for it. Forward is quick.
const struct AVFrame *clip_frame(struct clip *c, double seconds, bool *held, struct err *err);
