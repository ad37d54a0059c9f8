// SPDX-License-Identifier: MIT
// The ledger: which key gave which artifacts, how long it took, what each step of a film was last
// made with. One SQLite file in the project. Used by the loop thread alone.
//
// Rows are gathered in a transaction that ends after a while or when there is nothing else to do; a
// row is put only when the files it names are in the store, so a kill at any instant loses at most
// rows. Against a power cut, rows and files are synced in the background at every ledger_tick; a
// row that was not synced is marked, and its files are read on the next opening before it is
// believed.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/stamp.h"

struct arena;
struct artifact;
struct clock;
struct err;
struct ledger;
struct maker;
struct note;

enum ledger_mode {
    LEDGER_WRITE, // made when it is not there
    LEDGER_READ,  // an empty one when it is not there
};

// project is the folder; the file is .c41/ledger.db below it. NULL with *err: a newer schema, a
// damaged file, a folder that cannot be written.
struct ledger *ledger_open(const char *project, enum ledger_mode mode, struct clock *clock,
                           struct err *err);

// Ends the open transaction first, and waits until all rows are synced. Accepts NULL.
bool ledger_close(struct ledger *l, struct err *err);

// False with *err when a look has failed: what it did not find may be there.
bool ledger_check(struct ledger *l, struct err *err);

// Whether it does without SQLite's shared memory: the project is for one machine at a time then.
bool ledger_is_apart(const struct ledger *l);

// Begins a transaction for many looks in a row: without one SQLite locks and unlocks for each.
bool ledger_hold(struct ledger *l, struct err *err);

// Ends the open transaction when it is old enough, or when idle; starts to sync what was put.
bool ledger_tick(struct ledger *l, bool idle, struct err *err);

// How many artifacts of results that were put are not synced yet. While there are any, call
// ledger_tick often: the next sync begins only there.
size_t ledger_unsettled(const struct ledger *l);

// What a key gave.
struct result {
    char key[DIGEST_HEX_BYTES];
    const char *kind, *step, *preset, *machine;
    const char *preimage;
    const char *note; // what the driver had to say, or NULL
    const struct maker
        *maker; // who made it elsewhere (runtime/ledger_prints.h), or NULL; put alone
    double seconds;
    int64_t made_ms; // since 1970
    const struct artifact *artifacts;
    size_t n_artifacts;
};

// Whether there is a result under the key. False, too, when the look failed.
bool ledger_has(struct ledger *l, const char *key);

// Fills in *out, in a, without preimage and maker. False without an error: there is no such row.
bool ledger_find(struct ledger *l, const char *key, struct arena *a, struct result *out);

// The preimage of a key, in a, or NULL.
const char *ledger_preimage(struct ledger *l, const char *key, struct arena *a);
bool ledger_put(struct ledger *l, const struct result *r, struct err *err);

// An artifact whose digest begins with prefix (hex), of the step called id when that has one, else
// of one below it (its takes), else of any. False without an error: there is none.
bool ledger_find_artifact(struct ledger *l, const char *id, const char *prefix, struct arena *a,
                          struct artifact *out);

// The key that the step had when it was last made or found for this film; NULL: never.
const char *ledger_last_key(struct ledger *l, const char *film, const char *step, struct arena *a);
bool ledger_put_last(struct ledger *l, const char *film, const char *step, const char *key,
                     struct err *err);

// What is in flight (runtime/ledger_notes.h). A note is on the disk when ledger_put_note returns:
// only then may the job be sent. It takes the place of the note of the job `instead` (NULL: of
// none), so that at every instant one of them is there. It is dropped in the transaction that puts
// the result, so that a kill leaves one or the other.
bool ledger_put_note(struct ledger *l, const struct note *note, const char *instead,
                     struct err *err);
bool ledger_drop_note(struct ledger *l, const char *job, struct err *err);

// All notes, the first sent first, in a.
bool ledger_notes(struct ledger *l, struct arena *a, struct note **list, size_t *n,
                  struct err *err);

// What the last steps of a kind and preset took. However many there were, a few tell what the next
// will take.
struct took {
    size_t n; // 0: none were made
    double mean_seconds, deviation_seconds;
};

// On the machine, or on any where it is NULL.
struct took ledger_took(struct ledger *l, const char *kind, const char *preset,
                        const char *machine);

// Files of the project by what stat says, so that they are read only once.
bool ledger_find_file(struct ledger *l, const char *path, const struct file_stamp *stamp,
                      struct digest *digest, json_t **facts); // facts: a new value
bool ledger_put_file(struct ledger *l, const char *path, const struct file_stamp *stamp,
                     const struct digest *digest, const json_t *facts, struct err *err);

// A build that ended.
bool ledger_put_build(struct ledger *l, const char *film, bool good, const json_t *facts,
                      struct err *err);
