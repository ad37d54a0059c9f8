// SPDX-License-Identifier: MIT
// The film's sound, put together from stems, beds and music and read in windows from its start: 48
// kHz, two channels. Of a film of any length only what sounds at the moment is open. Owned by one
// op.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct err;
struct media_job;
struct programme;

// From a conform step (docs/steps.md). NULL with *err.
struct programme *programme_new(const struct media_job *job, struct rate rate, struct err *err);
void programme_free(struct programme *p); // accepts NULL

int64_t programme_samples(const struct programme *p);

// Where shot number n begins, in frames of the film; n may be the number of shots.
int64_t programme_shot_frame(const struct programme *p, size_t n);

// Reads at most frames frames into to; *got is 0 only at the end.
bool programme_read(struct programme *p, float *to, size_t frames, size_t *got, struct err *err);
void programme_rewind(struct programme *p);
