// SPDX-License-Identifier: MIT
// The one door to libyaml: a text to a tree of nodes.
#pragma once

#include <stdint.h>

#include "compiler/node.h"

// Parses source (registered with d) into its one document. Reports every fault at its place; NULL
// after a syntax error or for an empty document.
struct node *yaml_parse(struct arena *a, struct diag *d, uint32_t source);
