// SPDX-License-Identifier: MIT
// Rules and values in words: "expected a number of seconds, found "12 s"".
#pragma once

#include "base/buf.h"

struct node;
struct rule;

// What rule takes: its title, else what its type, words or branches say.
void expect_describe(const struct rule *rule, struct buf *out);

// What stands there.
void expect_found(const struct node *n, struct buf *out);

// "a, b and c", at most `most` of them, then "…".
void expect_list(const char *const *names, size_t n, size_t most, const char *last,
                 struct buf *out);
