// SPDX-License-Identifier: MIT
// What is in flight: a job that was sent to another machine, noted before it was sent, so that a
// build after a kill finds it again instead of sending it twice.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct ledger_db;

struct note {
    const char *attempt; // a fresh id for each; also the prefix of the files that the job saves
    const char *key, *service;
    const char *job; // the server's id, or NULL while it has told none
    int64_t sent_ms; // since 1970
};

// For ledger.c, which offers them as ledger_put_note and so on. A note is on the disk when put
// returns; outside a transaction alone.
bool notes_put(struct ledger_db *d, const struct note *note, struct err *err);
bool notes_drop(struct ledger_db *d, const char *attempt, struct err *err);
bool notes_find(struct ledger_db *d, struct arena *a, struct note **list, size_t *n,
                struct err *err);
