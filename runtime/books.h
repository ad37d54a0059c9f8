// SPDX-License-Identifier: MIT
// The books of a film's parts: what each contributes, and what all of them do together. A build
// that makes some parts alone takes these out, and puts them in again as they are now; the rest
// stands.
//
// An entry, one a part: {"scenes": [NAME], "looks_at": [PATH], "steps": N, "seconds": S,
// "shared": {ID: S}, "drafts": {KIND: S}}. Steps that belong to no scene (a location's bed) are
// shared by the parts that need them. Books: {"steps", "seconds", "shared": {ID: {"parts",
// "seconds"}}, "drafts": {KIND: {"parts", "seconds"}}, "said": {PATH: WARNINGS},
// "gifts": DIGEST}; gifts is for gifts_read, "" where scenes give nothing to files of the whole
// film.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct graph;
struct walk;

// A part of the film: a file whose scenes can be made without the others.
struct built_part {
    const char *path; // in the project
    const char *const *scenes;
    size_t n_scenes;
    const char *const *given;    // what each gives to files of the whole film; NULL: nothing
    const char *const *looks_at; // paths of parts
    size_t n_looks_at;
    const char *said; // warnings, as they were shown
    bool left_out;    // it is as the last build left it; nothing more is known of it
};

json_t *books_new(void);

// Takes out, or puts in, what a part contributes.
void books_take(json_t *books, const char *path, const json_t *entry);
void books_put(json_t *books, const char *path, const char *said, const json_t *entry);

// New entries for the parts that were made, NULL for those left out; mem_free the list.
json_t **books_entries(const struct walk *w, const struct built_part *parts, size_t n);

// What the books hold beside what is in the graph.
size_t books_steps(const json_t *books, const struct graph *g);
double books_seconds(const json_t *books, const struct graph *g);
