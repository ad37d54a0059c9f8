// SPDX-License-Identifier: MIT
// Recalling what steps have made that are left out of a build and that a file of the whole film
// takes in: by the key that each had when the last build ended.
#pragma once

#include <stdbool.h>

struct artifact;
struct edge;
struct walk;

// Whether e leads to a step that is left out.
bool recall_is_due(const struct edge *e);

// Whether the ledger still has all that w may have to recall. To be asked before anything is made:
// without it the film has to be gone through whole.
bool recall_is_sure(const struct walk *w);

// Finds the artifacts of the step at the other end of e. False where they are not kept any more.
bool recall_step(struct walk *w, const struct edge *e);

// What recall_step has found, or NULL.
const struct artifact *recall_find(const struct walk *w, const struct edge *e);

void recall_release(struct walk *w);
