// SPDX-License-Identifier: MIT
// The picture of a film: cuts and joins in order, read as one stream of packets by copying. Owned
// by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVCodecParameters;
struct AVPacket;
struct err;
struct media_job;
struct pieces;

// From a conform step (docs/steps.md). Pieces whose headers differ are encoded again, and a note
// says so. NULL with *err.
struct pieces *pieces_new(const struct media_job *job, struct rate rate, struct err *err);
void pieces_free(struct pieces *p); // accepts NULL

int64_t pieces_frames(const struct pieces *p);
const struct AVCodecParameters *pieces_codec(const struct pieces *p);

// The next packet, its times in frames of the film; *done instead of one at the end. Each piece
// must have as many frames as the step says.
bool pieces_read(struct pieces *p, struct AVPacket *packet, bool *done, struct err *err);
