// SPDX-License-Identifier: MIT
// A preset's file put into its normal form (docs/presets.md): places of values resolved to node and
// field, sizes to numbers, slots of chains to positions. Everything that is wrong is said at its place
// in the preset's file.
#pragma once

#include <jansson.h>

struct arena;
struct diag;
struct node;
struct workflow;

// root is a preset, checked by its schema. workflow is its workflow, or NULL when it has none. Returns
// a new value, or NULL after saying why.
json_t *preset_form(const struct node *root, const struct workflow *workflow, struct arena *a,
                    struct diag *d);
