// SPDX-License-Identifier: MIT
// `.c41/browse/FILM/`: links to artifacts by step id, for people: lamp-1/mara/image.png. What
// cannot be linked is left out: nothing depends on it.
#pragma once

#include <stdbool.h>

struct artifact;
struct built_from;
struct step;
struct walk;
struct work;

// Links the artifacts of a done work, in the place of what stood there.
void browse_link(const struct walk *w, const struct work *work);

// The same of what was made just now, on any thread: made is one for each of step->outputs.
void browse_link_made(const char *project, const char *shelf, const struct step *step,
                      const struct artifact *made);

// Whether there is no link of an earlier build.
bool browse_is_new(const char *project, const char *shelf);

// Removes links of steps that the film no longer has, and folders that are empty then. Where from
// leaves something out, only those of the parts that are made anew. from may be NULL.
void browse_prune(const struct walk *w, const struct built_from *from);

// Removes the links of all films to what is no longer in the store.
void browse_sweep(const char *project);
