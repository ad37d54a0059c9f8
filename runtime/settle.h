// SPDX-License-Identifier: MIT
// Makes what was recorded safe from a power cut: artifacts and the ledger's rows are synced
// together, in groups, as fast as the disk takes them, while the loop goes on. Owned and called by
// the loop thread; the syncs run on a thread of its own.
//
// A row is marked as unsettled in the transaction that puts it, and the mark goes when row and
// files are synced. Whoever finds a mark on opening the ledger reads those files before believing
// the row.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct digest;
struct err;
struct settle;

// project is copied.
struct settle *settle_new(const char *project, struct clock *clock);

// Waits for the sync that runs. Accepts NULL.
void settle_free(struct settle *s);

// The row with mark id, committed before the next settle_go_on, names this artifact of the store.
// Marks ascend.
void settle_add(struct settle *s, int64_t id, const struct digest *digest, const char *ext);

// Starts to sync all that was added, unless a sync runs or it is too early; never waits. *safe is
// the highest mark up to which all is safe.
bool settle_go_on(struct settle *s, int64_t *safe, struct err *err);

// Waits until all that was added is safe.
bool settle_wait(struct settle *s, int64_t *safe, struct err *err);

// How many artifacts are not known to be safe.
size_t settle_left(const struct settle *s);
