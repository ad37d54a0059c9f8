// SPDX-License-Identifier: MIT
// A folder of what an op has made and may want again, by digests of how it was made. Nothing in it
// is needed: an entry that is missing or damaged is made again, and the folder may be removed at
// any time. A file comes in whole, by renaming. What was not wanted for long goes when there is
// much else. Entries are put and got by many threads.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"

struct buf;
struct err;
struct keep;

// The folder at path, made where it is not there; NULL: one of this op alone, beside scratch, that
// is gone when it is closed. NULL with *err.
struct keep *keep_open(const char *path, const char *scratch, struct err *err);

// Drops what is old.
void keep_close(struct keep *k); // accepts NULL

// Adds the entry to out; false where there is none that is whole.
bool keep_get(struct keep *k, const struct digest *key, struct buf *out);
bool keep_put(struct keep *k, const struct digest *key, const struct buf *entry, struct err *err);
