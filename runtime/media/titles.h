// SPDX-License-Identifier: MIT
// All that is written over the frames of a shot: a draft's slate, a lower third, a card's words,
// subtitles, what review copies have in their corners. Owned by one cut, by one side of a join, or
// by a join for what lies over both.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVFrame;
struct err;
struct layers;
struct media_job;
struct titles;

// From params of a cut, for a shot of so many frames; *out is NULL when nothing is written. Notes
// scripts that no font of this machine has.
bool titles_new(struct titles **out, const json_t *params, int width, int height, int format,
                struct rate rate, int64_t frames, const struct media_job *job, struct err *err);
void titles_free(struct titles *t); // accepts NULL

// Lays what is to be seen at frame n of the shot over frame.
void titles_draw(const struct titles *t, struct AVFrame *frame, int64_t n);

// What fills the page: each from the value of its param.
bool slate_add(struct layers *l, const json_t *said, struct err *err);
bool lower_third_add(struct layers *l, const json_t *said, struct err *err);
bool subtitles_burn(struct layers *l, const json_t *said, struct err *err);
bool card_add(struct layers *l, const json_t *said, struct err *err);
