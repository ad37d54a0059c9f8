// SPDX-License-Identifier: MIT
// A ComfyUI workflow in API format: nodes by id, each with its class and its inputs. Checked as far
// as a file can be; what only a server knows is compared by `c41 check --against`. Faults are said
// at the place in a preset that named the node, or the workflow.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

struct arena;

struct workflow {
    struct arena *arena;
    struct diag *diag;
    const char *file; // for people
    json_t *nodes;    // id -> {class_type, inputs, _meta}
};

// Reads and checks the text of file: every link must lead to a node. at is where a preset names it.
// False after saying why; drop what it holds with workflow_release either way.
bool workflow_read(struct workflow *w, struct arena *a, struct diag *d, const char *file,
                   struct str text, struct span at);
void workflow_release(struct workflow *w);

struct workflow_slot {
    const char *node;  // id
    const char *field; // of its inputs
};

// Resolves "NODE.FIELD", NODE being an id or a title. The field must be there unless may_miss.
// False after saying why at `at`.
bool workflow_slot(const struct workflow *w, struct str path, bool may_miss, struct span at,
                   struct workflow_slot *out);

// The id of the node called so (id or title), or NULL after saying why.
const char *workflow_node(const struct workflow *w, const char *name, struct span at);

// The node that is titled "c41:NAME", and the field of it that takes such a value, or false.
bool workflow_titled(const struct workflow *w, const char *id, struct str *name,
                     struct workflow_slot *out);

const char *workflow_class(const struct workflow *w, const char *id); // "" when it has none
