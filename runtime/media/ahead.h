// SPDX-License-Identifier: MIT
// A film's picture read ahead: while packets are written, a thread of its own reads those that come
// next, some MiB of them. Owned by one op, which reads from it on one thread and leaves the pieces
// alone meanwhile.
#pragma once

#include <stdbool.h>

struct ahead;
struct AVPacket;
struct err;
struct media_job;
struct pieces;

// pieces stays the caller's and is freed after it. job hears what libav says of them.
struct ahead *ahead_new(struct pieces *pieces, const struct media_job *job);
void ahead_free(struct ahead *a); // accepts NULL

// As pieces_read.
bool ahead_read(struct ahead *a, struct AVPacket *packet, bool *done, struct err *err);
