// SPDX-License-Identifier: MIT
// What the ledger tells of earlier: runs of steps, and steps that a film once had. For `c41 why`
// and its kin; no build asks.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct ledger;

// One time that a step was made.
struct run {
    const char *key, *step, *preimage;
    int64_t made_ms;
};

// All of these in a. False without an error: there is no such row.
bool ledger_find_run(struct ledger *l, const char *key, struct arena *a, struct run *out);

// The runs of the step called id, the last first; returns how many, at most max.
size_t ledger_runs(struct ledger *l, const char *id, struct arena *a, struct run *list, size_t max);

// The run that made an artifact (its digest in hex), of the step called id where that is not NULL;
// of several the last, and of picks only where nothing else made it.
bool ledger_find_maker(struct ledger *l, const char *digest, const char *id, struct arena *a,
                       struct run *out);

// A step that a film once had.
struct known_step {
    const char *id;
    const char *kind; // "" where its result is gone
};

// All that the ledger knows of this film, by id, in a; returns how many.
size_t ledger_steps(struct ledger *l, const char *film, struct arena *a, struct known_step **list);
