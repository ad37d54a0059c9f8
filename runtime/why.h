// SPDX-License-Identifier: MIT
// Why a step runs: what differs between what it was last made of and what it would be made of now,
// which step upstream that comes from, and which line of the film asked for it. Every reason that
// c41 gives is told from here: --explain, `c41 plan`, `c41 why`, `c41 bless`.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/graph.h"
#include "runtime/difference.h"

struct arena;
struct buf;
struct walk;
struct work;

enum why_reason {
    WHY_CURRENT, // nothing: its result is at hand
    WHY_NEVER,   // it was never made for this film
    WHY_GONE,    // it was made as it would be now, and its files are gone
    WHY_CHANGED, // it was made of something else
    WHY_WAITS,   // inputs have to be made before anybody knows
    WHY_FAULT,   // it cannot be bound
};

struct why;

// One thing that differs.
struct why_change {
    struct difference what;
    const struct place *const *at; // the lines of the film that ask for what is now
    size_t n_at;
    bool exact;              // those lines say what is now; else they ask for the step alone
    const struct step *from; // whose artifact goes in, or whose fact this is; NULL: no step's
    const char *file;        // the file of the project that goes in, or NULL
    const char *before_step, *now_step; // whose artifacts went and go in; NULL: not known
    const struct why *because;          // what happened to from; NULL: nothing that is known
};

// All of it in the walk's arena.
struct why {
    const struct step *step;
    enum why_reason reason;
    const char *before; // the key of the run it is compared with; NULL: none
    int64_t before_ms;  // when that was made, since 1970
    const struct why_change *changes;
    size_t n_changes;
    const struct why *const *waits; // what happened to the inputs that are not there
    size_t n_waits;
    const char *fault; // of WHY_FAULT
};

// Tells of many steps of a walk that stands still.
struct telling {
    struct walk *walk;
    bool nearest; // compare with the earlier run that differs least, and not with the last
    const struct why **told; // by the step's index; NULL: not yet
    const struct why **past; // the same of steps that are current, told last
};

void telling_init(struct telling *t, struct walk *walk, bool nearest);

// Never NULL; the same for the same step. Of a step that waits only those changes are told that the
// film makes itself, against its last run.
const struct why *telling_of(struct telling *t, const struct work *work);

// One line, without an end: `prompt: "a" -> "b"; input voice changed`. At most three changes.
void why_print_line(const struct why *why, struct buf *out);

// One change, without an end: `input image: take 2 -> take 3, because film.picks.yaml:4 changed`.
void why_print_change(const struct why_change *change, struct buf *out);

// The first line of the film that is known to say something else now; NULL: none is.
const struct place *why_root(const struct why *why);

// why_print_line of a work that is not done, as the walk stands now; in its arena.
const char *why_runs(struct walk *w, const struct work *work);
