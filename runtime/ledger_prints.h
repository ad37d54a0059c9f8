// SPDX-License-Identifier: MIT
// Fingerprints in the ledger: which service made a result and what it was then, and what each
// service was when it was last seen (runtime/print.h). For ledger.c's file as ledger_notes.h.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct err;
struct ledger;
struct ledger_db;

// Who made a result.
struct maker {
    const char *service; // "MACHINE/SERVICE"
    const char *print;   // its fingerprint, canonical JSON; "" where it was not known
};

// The row of prints that a result refers to, made where there is none; in the open transaction. For
// ledger.c, which puts struct result.maker.
bool ledger_maker_id(struct ledger_db *d, const struct maker *maker, int64_t *id, struct err *err);

// False without an error: this machine made it, or nobody knows.
bool ledger_find_maker_of(struct ledger *l, const char *key, struct arena *a, struct maker *out);

// What a service was when it was last seen, in a; NULL: it never was.
const char *ledger_print(struct ledger *l, const char *service, struct arena *a);
bool ledger_put_print(struct ledger *l, const char *service, const char *print, int64_t seen_ms,
                      struct err *err);
