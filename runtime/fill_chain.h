// SPDX-License-Identifier: MIT
// Chains: nodes one behind the other, as many as a step has items; windows are such a chain too.
#pragma once

#include <jansson.h>
#include <stddef.h>

struct err;

// Makes the workflow have n slots of the chain that rule describes: the last ones go, or the last
// one is copied under new ids. Returns the slots, lists of ids, as a new list; NULL with *err.
json_t *chain_fit(json_t *workflow, const json_t *rule, size_t n, struct err *err);
