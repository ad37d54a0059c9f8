// SPDX-License-Identifier: MIT
// What a value fits: whether a rule takes a scalar, and which branch of a union was meant.
#pragma once

#include <stdbool.h>

struct node;
struct rule;

// RULE_LIST, RULE_MAP, or 0 for a scalar.
unsigned branch_kind(const struct node *n);

// Whether scalar n was written: where text is wanted it is what stands there, but nothing is not.
bool branch_is_written(const struct node *n);

bool branch_is_number(const struct node *n);
double branch_number(const struct node *n);
bool branch_in_range(const struct rule *rule, double x);

// Whether a rule without branches takes scalar n.
bool branch_takes(const struct rule *rule, const struct node *n);

// Whether map has the key name, be it with a slip of the pen.
bool branch_has_key(const struct rule *rule, const struct node *map, const char *name);

// The branch of a union that is meant: by the kind of the node, for mappings by their keys, for
// scalars the first that takes it. NULL: none.
const struct rule *branch_choose(const struct rule *rule, const struct node *n);

// The one branch that can have been meant by a scalar, for its message is closer to the point; NULL
// where there are several.
const struct rule *branch_only_scalar(const struct rule *rule);
