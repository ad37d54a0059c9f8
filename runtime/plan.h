// SPDX-License-Identifier: MIT
// The plan: what a build would do, and why, without doing it. Reads the ledger and the store of the
// project if they are there; writes nothing, waits for nobody.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "runtime/sched.h"

struct build_options;
struct err;
struct forecast;
struct graph;
struct selection;
struct step;
struct studio;

enum plan_status {
    PLAN_CURRENT, // its result is at hand
    PLAN_STALE,   // it was made, and something that decides it has changed or may change
    PLAN_MISSING, // it was never made, or its files are gone
    PLAN_BLOCKED, // nothing in the studio makes it, or a pick is owed
};

const char *plan_status_name(enum plan_status status); // "current" …

struct artifact;
struct why;

struct plan_row {
    const struct step *step;
    enum plan_status status;
    bool wanted;                 // the targets need it
    bool picked, locked;         // of pick steps
    bool made_before;            // for this film, in this form or another
    const char *why;             // one line: "words changed: prompt "a" -> "b""; "" when current
    const char *where;           // the machine that made it or could, "" when none can
    double seconds;              // what it took, or should take; 0: unknown
    char key[DIGEST_HEX_BYTES];  // "" when its inputs do not exist yet
    const json_t *request;       // what it was bound to; NULL like the key
    int64_t made_ms;             // since 1970; 0: never
    const char *note;            // what the driver had to say when it was made, or NULL
    const char *service, *print; // that made it, and its fingerprint; NULL: this machine did
    const struct artifact *artifacts; // at hand; by the names of step->outputs, in order
    size_t n_artifacts;
};

struct plan {
    const struct plan_row *rows; // one a step, in the graph's order
    size_t n;
    size_t current, stale, missing, blocked; // of those wanted
    double seconds;                          // of machine work that is left
    int64_t now_ms;                          // since 1970: of the clock that options hand down
    const char *const *gone; // steps that the ledger knows and the film no longer has, by id
    size_t n_gone;
    const char *const *owed; // ids of the pick steps that wait for somebody
    size_t n_owed;
    const char *drafted; // "image, animate": kinds that only the draft makes; "" for none
    const char *const *deliverables; // the path of each, in the graph's order
    const bool *delivered;           // whether it is there
};

// options->only and ->to choose what is wanted. The plan borrows graph. NULL with *err when the
// ledger cannot be read.
struct plan *plan_new(const struct graph *graph, const struct studio *studio,
                      const struct build_options *options, struct err *err);
void plan_free(struct plan *plan); // accepts NULL

// What is left, rehearsed: when it is done, and what machines do. Rows say then which machine would
// make them. Lives as long as the plan.
const struct forecast *plan_rehearse(struct plan *plan, enum sched_aim aim);

// Why a step stands as it does, held against the earlier run that differs least; see why.h. Lives
// as long as the plan.
const struct why *plan_why(struct plan *plan, const struct plan_row *row);

// The word for people: "locked" and "picked" stand before "current".
const char *plan_row_word(const struct plan_row *row);

// Whether a build would make it.
bool plan_row_is_left(const struct plan_row *row);

// Whether the selection takes it in; of those that are stale, only what is wanted: the takes that a
// locked pick leaves out are nobody's work.
bool plan_row_is_meant(const struct plan_row *row, const struct selection *s);

// The artifact at the i-th input of a step of the graph; NULL: it is not at hand.
const struct artifact *plan_input(const struct plan *plan, const struct step *step, size_t i);

// What a step made last for this film, whatever has changed since; NULL: it is not kept.
const struct artifact *plan_kept(struct plan *plan, const struct step *step, const char *output);

// NULL when there is no such step.
const struct plan_row *plan_find(const struct plan *plan, const char *id);
