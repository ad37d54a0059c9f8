// SPDX-License-Identifier: MIT
// What is burnt into the frames of a draft: where we are, what the picture is to be, who says what.
// Also lower thirds, and subtitles of finished pictures. Owned by one cut.
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVFrame;
struct slate;

// From the "slate", "text" and "subtitles" of a cut's params, for a shot of so many frames. Returns
// NULL when there is nothing to show.
struct slate *slate_new(const json_t *params, int width, int height, int format, struct rate rate,
                        int64_t frames);
void slate_free(struct slate *s); // accepts NULL

// Lays what is to be seen at frame n of the shot over frame.
void slate_draw(const struct slate *s, struct AVFrame *frame, int64_t n);
