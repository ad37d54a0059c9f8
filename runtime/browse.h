// SPDX-License-Identifier: MIT
// `.c41/browse/FILM/`: links to artifacts by step id, for people: lamp-1/mara/image.png. What
// cannot be linked is left out: nothing depends on it.
#pragma once

#include <stdbool.h>

struct walk;
struct work;

// Whether the film's folder of links is there.
bool browse_exists(const struct walk *w);

// Links the artifacts of a done work, in the place of what stood there.
void browse_link(const struct walk *w, const struct work *work);

// Removes links of steps that the film no longer has, and folders that are empty then; of the
// graph's scenes alone where it is of a part of the film.
void browse_prune(const struct walk *w, bool in_part);

// Removes the links of all films to what is no longer in the store.
void browse_sweep(const char *project);
