// SPDX-License-Identifier: MIT
// What a file held when it was read, and how it looked just before: all that can be found out about
// a source by a thread that knows nothing of the film. Owned by whoever fetched it.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/stamp.h"

struct fetched {
    bool ok; // else err says why not
    struct err err;
    struct buf bytes;
    struct digest digest; // of bytes
    struct str text;      // in bytes, without a byte order mark
    size_t bad;           // the first byte of text that is none: NUL, or not UTF-8; else its length
    struct file_stamp stamp; // zero where nothing is
};

enum { FETCHED_MOST_BYTES = 64 << 20 };

// Fills in f from the file at path in the folder project, or, where project is NULL, anywhere.
void fetched_read(struct fetched *f, const char *project, const char *path);

// The same for n files at once, on up to `threads` threads, this one too.
void fetched_read_all(struct fetched *all, const char *project, const char *const *paths, size_t n,
                      unsigned threads);

void fetched_release(struct fetched *f);
