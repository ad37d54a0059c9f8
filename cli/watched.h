// SPDX-License-Identifier: MIT
// A film that is watched: the files that it depends on, as they were when it was last read. What
// reads and builds it runs as a process of its own and tells of them over a pipe.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct arena;
struct buf;
struct sight;

struct watched {
    const char *film; // as the command line names it
    struct arena *arena;
    const char *project; // its folder; NULL: nothing is known yet
    struct sight *sights;
    size_t n;
};

void watched_release(struct watched *w);

// How many files of the project a film depends on, those aside that builds keep for themselves.
size_t watched_files(const struct sight *sights, size_t n);

// Tells of a film as text. whole: there is nothing else that it depends on; otherwise what was
// known before is watched on. began_ms is when the first of the sights was seen. Those that cannot
// be told are left out.
void watched_put(const char *project, bool whole, int64_t began_ms, const struct sight *sights,
                 size_t n, struct buf *out);

// Takes in all that was told in full, and removes it from told. True where there was something.
bool watched_take(struct watched *w, struct buf *told);

// The build that began at began_ms died before it told anything: watches everything in the
// project, beside what is watched. What has changed since counts as moved.
void watched_guess(struct watched *w, int64_t began_ms);

// Whether anything is not as it was.
bool watched_has_moved(struct watched *w);

// The digest of what stat says of everything: while two are equal, nothing moves.
struct digest watched_mark(const struct watched *w);

// Names what has moved, from where the command was given, and takes everything as it is now.
void watched_renew(struct watched *w, struct buf *names);
