// SPDX-License-Identifier: MIT
// Files without sound that people look at before they play a film: a still, or pictures that move
// and repeat. A conform makes them from the same cuts. Owned by one op.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"
#include "runtime/media/pixels.h"

struct AVFrame;
struct err;
struct media_job;
struct playback;

struct preview {
    const struct media_job *job;
    struct playback *playback;
    struct rate rate;  // of the film
    struct rate shown; // of the preview
    int64_t frames;    // of the preview
    const char *path;
    struct scaler scaler;
    struct AVFrame *rgb;
};

// Whether a conform with params is to make such a file.
bool preview_is_asked(const json_t *params);
bool preview_run(const struct media_job *job, struct err *err);

// Frame k of a preview, in RGB (AV_PIX_FMT_RGB32) and with k as its instant. Borrowed until the
// next call; NULL with *err.
struct AVFrame *preview_frame(struct preview *p, int64_t k, struct err *err);

// What writes the file; each form has its own.
bool gif_write(struct preview *p, struct err *err);
bool webp_write(struct preview *p, struct err *err);
