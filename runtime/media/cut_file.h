// SPDX-License-Identifier: MIT
// The file of a cut: packets of one picture and no sound, in MP4, or in MOV where MP4 has no place
// for the codec. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "runtime/media/params.h"

struct AVCodecParameters;
struct AVPacket;
struct codec;
struct cut_file;
struct err;

// Starts the file at path. picture (borrowed while this is called) tells of the packets, reorder by
// how many frames decoding runs ahead of showing. NULL with *err.
struct cut_file *cut_file_open(const char *path, const struct codec *codec,
                               const struct AVCodecParameters *picture, struct rate rate,
                               int64_t reorder, struct err *err);
void cut_file_free(struct cut_file *f); // accepts NULL

// Adds the next packet in decode order, whose pts is its frame's number. It is emptied.
bool cut_file_add(struct cut_file *f, struct AVPacket *packet, struct err *err);

// Only then is the file whole.
bool cut_file_finish(struct cut_file *f, struct err *err);
