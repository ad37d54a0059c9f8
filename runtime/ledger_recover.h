// SPDX-License-Identifier: MIT
// What a build that was cut short has recorded in its last instants. For ledger.c alone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct err;
struct ledger_db;
struct settle;

// Whether the file at path is there and empty although the store has artifacts: SQLite would take
// it for a new one, and every step would run anew.
bool ledger_was_emptied(const char *path, const char *project);

// Makes the table of marks where it is not there. Reads the artifacts of every row that is marked:
// a row whose files are not whole goes, with what is left of them; the others go to settle.
// *last is the highest mark.
bool ledger_recover(struct ledger_db *d, const char *project, struct settle *settle, int64_t *last,
                    struct err *err);
