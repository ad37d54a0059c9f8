// SPDX-License-Identifier: MIT
// Packets of sound as bytes, one behind the other, to be kept in a file. Their times are counted
// from a sample of the film, for the same sound may be heard in several places.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct AVPacket;
struct buf;
struct str;

void packets_add(struct buf *to, const struct AVPacket *packet, int64_t start);

// Takes the next packet off the front of from. False at the end, and where the bytes make none.
bool packets_next(struct str *from, struct AVPacket *packet, int64_t start);
