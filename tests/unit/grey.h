// SPDX-License-Identifier: MIT
// Cuts of one grey a frame, which tells by its brightness which frame of the film it is.
#pragma once

#include <stdint.h>

#include "runtime/media/params.h"

struct job;

enum { GREY_SIDE_PX = 64 };

// The luma of the film's frame.
int grey_of(int64_t frame);

// Encodes frames of the same grey as settings (JSON) say, into the job's folder. The path lives as
// long as the job; a fault ends the test.
const char *grey_still(struct job *j, const char *name, int frames, const char *settings,
                       struct rate rate);

// The same of frames that tell their number, from the film's frame first on.
const char *grey_cut(struct job *j, const char *name, int64_t first, int frames,
                     const char *settings, struct rate rate);
