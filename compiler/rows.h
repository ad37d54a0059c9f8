// SPDX-License-Identifier: MIT
// `for:` of scenes: a scene once for every row of a table.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct node;
struct schemas;
struct scope;
struct sources;

struct rows_host {
    const struct schemas *schemas;
    struct sources *sources;
    struct arena *arena;
    struct diag *diag;
    const struct scope *params; // for what is no column
    size_t n_nodes;             // made so far; there is a limit
    bool failed;                // some rows could not be read, which was said
};

// Replaces scenes with `for` in the list by one scene a row, ${…} filled in; fills in the others
// too.
void rows_expand(struct rows_host *host, struct node *scenes);
