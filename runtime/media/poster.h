// SPDX-License-Identifier: MIT
// The picture that stands for a film in folders and players: one of its frames, as a JPEG inside
// the file. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVCodecParameters;
struct AVFormatContext;
struct AVPacket;
struct AVStream;
struct err;
struct media_job;

// Makes the frame that the conform's "poster" names: *jpeg is a new packet, or NULL where none is
// asked for.
bool poster_make(const struct media_job *job, struct rate rate, struct AVPacket **jpeg,
                 struct err *err);

// The frame that it names, else otherwise.
int64_t poster_frame(const struct media_job *job, struct rate rate, int64_t otherwise);

// Adds jpeg, as large as picture, to a file whose header is not written yet. *stream is the one
// that it is to be written into first of all; NULL: the header has it.
bool poster_add(struct AVFormatContext *format, const struct AVPacket *jpeg,
                const struct AVCodecParameters *picture, bool matroska, struct AVStream **stream,
                struct err *err);
