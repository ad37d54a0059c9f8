// SPDX-License-Identifier: MIT
// How much film there is.
#pragma once

#include <stddef.h>

struct buf;
struct graph;

struct count {
    size_t scenes, shots, steps;
};

struct count count_graph(const struct graph *g);

// "3 scenes, 12 shots, 143 steps"
void count_print(const struct graph *g, struct buf *out);
