// SPDX-License-Identifier: MIT
// What runs the rows of the table in media.c, one for each kind that this module makes. Each is a
// struct media_op's run: it returns false with *err, and may leave a part of its output behind.
#pragma once

#include <stdbool.h>

struct err;
struct media_job;

bool ambience_run(const struct media_job *job, struct err *err);
bool animate_run(const struct media_job *job, struct err *err);
bool card_run(const struct media_job *job, struct err *err);
bool conform_run(const struct media_job *job, struct err *err);
bool cut_run(const struct media_job *job, struct err *err);
bool edit_run(const struct media_job *job, struct err *err);
bool frame_run(const struct media_job *job, struct err *err);
bool image_run(const struct media_job *job, struct err *err);
bool join_run(const struct media_job *job, struct err *err);
bool lipsync_run(const struct media_job *job, struct err *err);
bool mask_run(const struct media_job *job, struct err *err);
bool mix_run(const struct media_job *job, struct err *err);
bool proxy_run(const struct media_job *job, struct err *err);
bool quality_run(const struct media_job *job, struct err *err);
bool retouch_run(const struct media_job *job, struct err *err);
bool speak_run(const struct media_job *job, struct err *err);
bool track_run(const struct media_job *job, struct err *err);
bool upscale_run(const struct media_job *job, struct err *err);
