// SPDX-License-Identifier: MIT
// What is left out of a build that makes some parts of a film alone: it is as the last build left
// it, at hand, and counts all the same.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;
struct built_from;
struct delivered;
struct graph;

// Whether anything is left out. from may be NULL, here and below.
bool elsewhere_is(const struct built_from *from);

size_t elsewhere_steps(const struct built_from *from, const struct graph *g);
double elsewhere_seconds(const struct built_from *from, const struct graph *g); // what they took
const json_t *elsewhere_drafts(const struct built_from *from); // an object of kinds, or NULL

// The deliverables of the whole film, in its order: those in list, n of them, and those left out.
// Returns a list in a of *all_n, which borrows from *kept (a new value).
const struct delivered *elsewhere_delivered(const struct built_from *from,
                                            const struct delivered *list, size_t n, struct arena *a,
                                            json_t **kept, size_t *all_n);

// What the last build had of the parts that are made anew, by the names of steps: {"scenes":
// [NAME], "shared": [ID], "files": [ID.EXT]}; shared are those that no other part has, files stand
// for deliverables, those of the whole film among them. NULL where nothing is left out.
json_t *elsewhere_before(const struct built_from *from);
