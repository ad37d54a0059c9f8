// SPDX-License-Identifier: MIT
// What a finished build leaves behind, so that the next one can tell at once that nothing has
// moved.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct build_options;
struct build_result;
struct built_part;
struct clock;
struct delivered;
struct err;
struct fingerprint;
struct gifts;
struct sight;
struct walk;

// What the caller knows of a build's fingerprint: all that was looked at before the build. Where
// parts of the film have not moved since the last build, its graph is that of the others.
struct built_from {
    const char *path; // of fingerprint_path
    const struct sight *sights;
    size_t n_sights;
    const char *said;               // warnings that are of no part, as they were shown; "" for none
    int64_t began_ms;               // before anything was looked at
    const struct built_part *parts; // in the film's order; none: the film is made whole
    size_t n_parts;
    const struct fingerprint *last; // what is left out is as this says; NULL: nothing is
    json_t *books;                  // of what is left out; NULL: of nothing
    const struct gifts *gifts; // what that gives to files of the whole film; NULL: there are none
    // Told all that the build saw and left when it is over, however it ended; NULL: nobody asks.
    void (*tell)(void *user, const struct sight *sights, size_t n);
    void *user;
};

// Tells from->tell the sights that built_record would write.
void built_tell(const struct built_from *from, struct walk *w, const struct delivered *delivered,
                size_t n_delivered);

// Writes the fingerprint of a build that ended well: from, the files that its steps took in, the
// store's folders and what was handed out.
bool built_record(const struct built_from *from, struct walk *w, const struct build_result *result,
                  const struct delivered *delivered, size_t n_delivered, const char *drafted,
                  struct err *err);

// Tells of a build in which nothing has moved since f was written, as build_run would.
struct build_result built_again(const struct fingerprint *f, const struct build_options *options);
