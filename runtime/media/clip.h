// SPDX-License-Identifier: MIT
// A video, read by film time: the frame that is on screen at an instant. Owned by one op.
#pragma once

#include <stdbool.h>

struct AVFrame;
struct clip;
struct err;

struct clip *clip_open(const char *path, struct err *err); // NULL with *err
void clip_close(struct clip *c);                           // accepts NULL

// The same with frames in between, at rate ("24/1"), made by how things move.
struct clip *clip_open_smooth(const char *path, const char *rate, struct err *err);

// The size of its frames, upright; and how wide a pixel of them is for its height.
int clip_width(const struct clip *c);
int clip_height(const struct clip *c);
double clip_pixel(const struct clip *c);

// How long it is, as far as its file knows: 0 where it does not.
double clip_seconds(const struct clip *c);

// Whether it has so many frames a second, num / den, all the time.
bool clip_has_rate(const struct clip *c, int num, int den);

// The last frame that begins at or before seconds (at the edges: the first, the last), straight,
// with colour fields. Borrowed until the next call; NULL with *err. *held tells that the clip has
// no frame for that instant, and an edge stands in for it. Forward is quick.
const struct AVFrame *clip_frame(struct clip *c, double seconds, bool *held, struct err *err);

// When the frame that was given last makes room for the next: INFINITY at the end.
double clip_until(const struct clip *c);
