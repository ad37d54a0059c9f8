// SPDX-License-Identifier: MIT
// The ledger's database: its file, its schema, what SQLite's failures mean. For ledger*.c alone.
#pragma once

#include <stdbool.h>

struct err;
struct ledger;
struct sqlite3;

struct ledger_db {
    struct sqlite3 *db;
    char *path;                      // for messages; heap
    char *folder;                    // that it lies in; heap
    bool apart;                      // without SQLite's shared memory
    struct sqlite3_stmt *find_print; // of ledger_prints.c, prepared on first use
};

// Made when it is not there. Where memory cannot be shared through the file system, or another
// machine has the disk, another journal is used, which is slower. False with *err: a newer schema,
// a damaged file, a folder that cannot be written.
bool ledger_db_open(struct ledger_db *d, struct err *err);

// To read alone; an empty one in memory when it is not there.
bool ledger_db_open_to_read(struct ledger_db *d, struct err *err);

// Runs SQL that gives no rows.
bool ledger_db_run(struct ledger_db *d, const char *sql, struct err *err);

// What SQLite's code means, in words that help. Returns false.
bool ledger_db_fail(struct ledger_db *d, int code, struct err *err);

// The database of a ledger, in its open transaction; NULL with *err. In ledger.c.
struct ledger_db *ledger_begin(struct ledger *l, struct err *err);

// The same to look into, whatever is open.
struct ledger_db *ledger_look(struct ledger *l);
