// SPDX-License-Identifier: MIT
// A sound that can be read from any place: 48 kHz, two channels. What a mix has written is read
// where it lies; any other file is decoded once, to a file of ours without a name, so that a tape
// of any length takes no memory. Opened by one thread, then read by many.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct pcm;
struct tape;

// The sound in the file at path. scratch: a path beside which there is room; NULL: where the system
// keeps temporary files. NULL with *err.
struct tape *tape_open(const char *path, const char *scratch, struct err *err);

// A sound of two channels that goes round. Borrows it while it is called. NULL with *err.
struct tape *tape_loop(const struct pcm *turn, const char *scratch, struct err *err);
void tape_close(struct tape *t); // accepts NULL

// Reads from sample at on; a loop from anywhere. *got is less only at the end.
bool tape_read(const struct tape *t, int64_t at, float *to, size_t frames, size_t *got,
               struct err *err);
