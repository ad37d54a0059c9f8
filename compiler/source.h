// SPDX-License-Identifier: MIT
// The files that a film is read from. Every text comes in through here and is registered with the
// diagnostics; all that was read, listed or looked for is kept, so that a fingerprint of it tells
// whether compiling again could give anything else. Owned by one compilation.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/digest.h"
#include "base/stamp.h"
#include "base/str.h"

struct arena;
struct err;

enum source_kind {
    SOURCE_FILM,
    SOURCE_PROJECT, // project.yaml
    SOURCE_INCLUDE,
    SOURCE_PICKS,
    SOURCE_ROWS,   // CSV or YAML of a `for:`
    SOURCE_HOOK,   // Lua
    SOURCE_TEXT,   // c41.read
    SOURCE_PRESET, // and its workflow
    SOURCE_STUDIO,
    SOURCE_LISTING, // the names in a folder
    SOURCE_ASSET,   // a picture, a sound: only looked at
    SOURCE_ASIDE,   // whatever else decides: stdlib, trust, folders of presets
};

struct source {
    enum source_kind kind;
    const char *path;        // in the project; for what lies outside of it, absolute
    const char *shown;       // as messages name it: relative to where the command was given
    uint32_t number;         // of the diagnostics; 0: not a text
    bool missing;            // looked for and not found: its coming would change the film
    bool broken;             // no text in UTF-8, which was said
    bool outside;            // of the project
    bool folder;             // its digest is folder_digest's
    struct str text;         // without a byte order mark; zero-terminated
    struct digest digest;    // of the file's bytes, of a listing's names; zero for an asset
    struct file_stamp stamp; // before it was read; zero where nothing is
};

struct sources;

// For the project whose folder is project, as the command line names it ("." for here). Borrows all
// three. The diagnostics point into its texts: release d first, or render it first.
struct sources *sources_new(struct arena *a, struct diag *d, const char *project);
void sources_free(struct sources *s); // accepts NULL

const char *sources_project(const struct sources *s);

// Reads a text of the project (path is in the project), once. NULL after saying at `at` why not.
const struct source *source_read(struct sources *s, enum source_kind kind, const char *path,
                                 struct span at);

// The same, but a file that is not there is noted as missing, and NULL without a word.
const struct source *source_try(struct sources *s, enum source_kind kind, const char *path,
                                struct span at);

// Reads a text that no film names: a preset, a studio. path may be anywhere.
const struct source *source_read_outside(struct sources *s, enum source_kind kind, const char *path,
                                         struct span at);

// Reads n files of the project on up to `threads` threads, so that source_read finds what they hold
// when it comes to them. Borrows paths until the next call.
void sources_read_ahead(struct sources *s, const char *const *paths, size_t n, unsigned threads);

// The sorted names of what is in folder dir of the project and begins with no dot; *n of them, in
// the arena. NULL after saying at `at` why not.
const char *const *source_list(struct sources *s, const char *dir, struct span at, size_t *n);

// Sorted paths in the project that glob matches (*, ? and [..], in any part of the path).
const char *const *source_glob(struct sources *s, const char *glob, struct span at, size_t *n);

// Notes a file that the film names and that others open.
void source_note_asset(struct sources *s, const char *path);

// The same for what lies outside of the project (or, inside, for what is no asset): a file or a
// folder, there or not.
void source_note_aside(struct sources *s, const char *path, bool outside);

// One that knows what s has read so far, for a thread of its own, with a diag_fork of s's.
// sources_join then takes over what it has read itself and frees it; returns the numbers that its
// new sources have now, in s's arena. Its arena must live on.
struct sources *sources_fork(const struct sources *s, struct arena *a, struct diag *d);
const uint32_t *sources_join(struct sources *s, struct sources *fork);

// Everything so far, in the order in which it was asked for; borrowed until the next call.
const struct source *const *sources_all(const struct sources *s, size_t *n);
