// SPDX-License-Identifier: MIT
// Frames to a video file without sound: closed GOPs, a fixed number of encoder threads, headers
// that are equal for all files of equal settings, so that conform can join them by copying. Owned
// by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVFrame;
struct encoder;
struct err;

// The pixel format (an AVPixelFormat) that frames for settings have; -1 with *err when settings
// (see "encode" in docs/steps.md; NULL: for a clip of the draft, quick to write and to read) make
// no sense.
int encoder_format(const json_t *settings, struct err *err);

// Starts the file at path. Returns NULL with *err.
struct encoder *encoder_open(const char *path, const json_t *settings, int width, int height,
                             struct rate rate, struct err *err);

// Adds the next frame, which stays the caller's.
bool encoder_add(struct encoder *e, const struct AVFrame *frame, struct err *err);

// Writes what is left and closes the file. Only then is it whole.
bool encoder_finish(struct encoder *e, struct err *err);
void encoder_free(struct encoder *e); // accepts NULL
