// SPDX-License-Identifier: MIT
// All passages of a programme, each found where it was kept or made now, as many at a time as there
// are cores. Owned by one op.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct buf;
struct err;
struct keep;
struct programme;
struct str;

// What is wanted of each passage.
struct passages_work {
    // What it is kept under. Called in order.
    struct digest (*key)(void *user, size_t i);

    // Adds it to out. Called on any thread, many at once.
    bool (*make)(void *user, size_t i, struct buf *out, struct err *err);

    // Called by the caller's thread: in order where nothing is kept. False with *err.
    bool (*take)(void *user, size_t i, struct str entry, struct err *err);
    void *user;
};

size_t passages_count(const struct programme *p);
int64_t passages_start(size_t i);

// keep NULL: all are made, and none is kept. Adds to *made how many were made.
bool passages_run(struct programme *p, struct keep *keep, const struct passages_work *work,
                  size_t *made, struct err *err);
