// SPDX-License-Identifier: MIT
// The picture of a conform step played: the frames that its pieces hold, decoded. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVFrame;
struct err;
struct media_job;
struct playback;

// Borrows job. NULL with *err.
struct playback *playback_new(const struct media_job *job, struct rate rate, struct err *err);
void playback_free(struct playback *p); // accepts NULL

int64_t playback_frames(const struct playback *p);

// Frame n of the film, with colour fields. Borrowed until the next call; NULL with *err. Forward is
// quick.
const struct AVFrame *playback_frame(struct playback *p, int64_t n, struct err *err);
