// SPDX-License-Identifier: MIT
// The picture of a shot as a film's frames: a still under a move, a clip, or footage, fitted to the
// film's size and rate. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/pace.h"
#include "runtime/media/params.h"

struct AVFrame;
struct err;
struct look;
struct media_input;
struct picture;

// What of params ("from handles in out stretch between move frames fit focus") the picture in input
// is shown by, in the colours of look (borrowed; NULL: its own). format is an AVPixelFormat. NULL
// with *err.
struct picture *picture_open(const struct media_input *input, const json_t *params,
                             const struct look *look, int width, int height, int format,
                             struct rate rate, struct err *err);
void picture_close(struct picture *p); // accepts NULL

// Frame n of the shot, from 0; before 0 and past the end as far as the handles go, then an edge is
// held. Borrowed until the next call, and not to be written to; NULL with *err.
const struct AVFrame *picture_frame(struct picture *p, int64_t n, struct err *err);

// Whether any frame given so far was an edge held, where a clip ought to have had one.
bool picture_held(const struct picture *p);

// What people should know of how the clip fills the shot, by the frames given so far: false when
// there is nothing.
bool picture_note(const struct picture *p, char note[PACE_NOTE_BYTES]);

// The still that the move goes over, to be painted on (NULL for a clip); and that it was, in a box
// {x, y, w, h} of its pixels.
struct _cairo_surface *picture_still(struct picture *p);
void picture_touch(struct picture *p, const int box[4]);

// Whether all frames are the same one.
bool picture_is_steady(const struct picture *p);
