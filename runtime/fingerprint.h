// SPDX-License-Identifier: MIT
// The fingerprint of a finished build: everything that decided it, by what stat says, and what came
// of it. While nothing has moved a build has nothing to do, and need not compile the film to know.
// A file `.c41/built/FILM-OPTIONS` for each film and set of options.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/sight.h"

struct arena;
struct clock;
struct err;

struct fingerprint {
    const char *project; // the folder, as it is named now
    const char *path;    // of the fingerprint's own file
    json_t *about; // what a build says of itself: steps, saved_seconds, drafted, said, title …
    struct sight *sights;
    size_t n_sights;
    json_t *deliverables; // a list of delivered_json, or its text
    struct arena *arena;
};

// The file for a film of the project; options are canonical text of everything beside files that
// decides a build. In a.
const char *fingerprint_path(struct arena *a, const char *project, const char *film,
                             const char *options);

// Reads the file at path. False without a word when there is none, or it is no fingerprint: a build
// will then find out by itself. Text lives in a; release in either case.
bool fingerprint_read(struct fingerprint *f, const char *project, const char *path,
                      struct arena *a);
void fingerprint_release(struct fingerprint *f);

// Looks at everything again: calls moved for each sight that is not as it was, and returns how many
// those are. Racy files that turn out to be the same are settled in the file when they have aged,
// unless clock is NULL.
size_t fingerprint_compare(struct fingerprint *f, struct clock *clock,
                           void (*moved)(void *user, struct sight *sight), void *user);

// Writes f to its path, whole or not at all. began_ms is when the first of its sights was seen.
bool fingerprint_write(struct fingerprint *f, int64_t began_ms, struct err *err);

// What was handed out, as a new value: a list of delivered_json.
json_t *fingerprint_deliverables(const struct fingerprint *f);

// Removes all fingerprints of the project, when something was taken out of the store.
void fingerprint_forget(const char *project);
