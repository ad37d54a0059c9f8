// SPDX-License-Identifier: MIT
// Which kinds of a film are drafted: made by the draft, for nothing in the studio makes them.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct buf;
struct walk;

// Adds the names of the kinds that are drafted among what is wanted, "a, b, c", to text (NULL is
// fine); those of elsewhere (an object of names, or NULL) too. Returns whether there are any.
bool drafted_kinds(const struct walk *w, const json_t *elsewhere, struct buf *text);
