// SPDX-License-Identifier: MIT
// The theme of a film: how its words are set, by theme.json. A film writes it down itself, or names
// the file of the project that holds it.
#pragma once

struct arena;
struct diag;
struct node;
struct schemas;
struct sources;

// Puts what the file says in the place of its path, where the film (or a hook) names one. Says all
// that is wrong with it.
void theme_read(struct node *film, const struct schemas *schemas, struct sources *sources,
                struct arena *a, struct diag *d);
