// SPDX-License-Identifier: MIT
// Picks that are of no step of the film.
#pragma once

#include <stdbool.h>

struct diag;
struct film;
struct graph;
struct rules;

// A pick of a step that the film no longer has is kept, for it may come back; but it is told, with
// the nearest id. Where scenes are left out it may be of theirs: it becomes one of g's open picks.
void stray_picks_check(const struct film *film, struct graph *g, const struct rules *rules,
                       bool left_out, struct diag *d);
