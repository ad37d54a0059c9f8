// SPDX-License-Identifier: MIT
// Prefixes: what the nodes that save files call them.
#pragma once

#include <jansson.h>

// Gives every node that saves a file the prefix, below the folder that the workflow has for it;
// where there are several, the node's id is added, so that no two of them share a name.
void prefix_set(json_t *workflow, const json_t *preset, const char *prefix);

// The prefix that a node has now; NULL where it saves nothing.
const char *prefix_get(const json_t *workflow, const json_t *preset, const char *id);
