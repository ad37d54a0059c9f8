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
    const char *job; // its id: a fresh one for each; also the prefix of the files that it saves
    const char *key;
    const char *service;     // "MACHINE/SERVICE" (service_name)
    const char *film, *step; // for which it was sent: the film's shelf
    bool spare;              // it has ended, and no step wanted what lies there
    int64_t sent_ms;         // since 1970
};

// For ledger.c, which offers them as ledger_put_note and so on. A note is on the disk when put
// returns; outside a transaction alone. instead: the job whose note it takes the place of, or NULL.
bool notes_put(struct ledger_db *d, const struct note *note, const char *instead, struct err *err);
bool notes_drop(struct ledger_db *d, const char *job, struct err *err);
bool notes_find(struct ledger_db *d, struct arena *a, struct note **list, size_t *n,
                struct err *err);
