// SPDX-License-Identifier: MIT
// Wiring: the nodes of a workflow in API form, and the links between them. A link is [node's id,
// output]; a list that is a value stands in {"__value__": [...]}.
#pragma once

#include <jansson.h>
#include <stdbool.h>

bool wiring_is_link(const json_t *value);

// A new link.
json_t *wiring_link(const char *id, json_int_t output);

// What a new value looks like in a field: lists are wrapped, for the server takes any list for a
// link; integers beyond 64 bits, which were read as reals, become text, for it takes no exponents.
json_t *wiring_literal(const json_t *value);

// The fields of a node, borrowed; NULL when there is no such node.
json_t *wiring_fields(const json_t *workflow, const char *id);

// Whoever reads that output, but the nodes of except (a list of ids or NULL), reads to instead;
// where that is NULL the field goes.
void wiring_move(json_t *workflow, const char *id, json_int_t output, const json_t *to,
                 const json_t *except);

// Takes a node out, and every field that reads it.
void wiring_drop(json_t *workflow, const char *id);
