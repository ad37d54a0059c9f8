// SPDX-License-Identifier: MIT
// Parts of a graph that several hands have made, each in a graph of its own, joined to one.
#pragma once

#include <stddef.h>

struct graph;

// What was added to a graph at a go: its steps and deliverables from these numbers up to the ends.
struct graph_range {
    size_t step, end_step, deliverable, end_deliverable;
};

// Makes room for n more steps at once.
void graph_reserve(struct graph *g, size_t n);

// Joins that of part to g: steps as graph_join does, which are in both until graph_take.
void graph_join_range(struct graph *g, struct graph *part, const struct graph_range *range);

// Joins the presets of part to g, which comes to own all that part has made. Frees part.
void graph_take(struct graph *g, struct graph *part);
