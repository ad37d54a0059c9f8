// SPDX-License-Identifier: MIT
// What can be made here: which steps no service runs, and what would help.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct media;
struct walk;
struct work;

struct offer_fault {
    struct work *work;
    struct err err;
    const char *help; // in the walk's arena
    bool repeated;    // an earlier one of its kind and preset tells it
};

// Whether a service runs this step; else *err and *help (in the walk's arena) say what is missing.
// media NULL: what it offers is not asked for.
bool offer_has_service(const struct walk *w, const struct work *work, const struct media *media,
                       struct err *err, const char **help);

// The wanted steps that certainly cannot be made: they are ready, or were never made in this film,
// and no service runs them or a pick is owed. One fault for each kind and preset tells of all of
// them. *faults is in the walk's arena.
size_t offer_check(struct walk *w, const struct media *media, bool assume_picks,
                   struct offer_fault **faults);
