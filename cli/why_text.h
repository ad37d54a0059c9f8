// SPDX-License-Identifier: MIT
// What is told of why a step runs, for people and as JSON.
#pragma once

#include <jansson.h>

struct buf;
struct graph;
struct plan_row;
struct why;

// Several lines: the step with its status, what differs, what that comes from, down to lines of the
// film.
void why_text_print(const struct graph *g, const struct plan_row *row, const struct why *why,
                    struct buf *out);

// A new value with the same.
json_t *why_text_json(const struct graph *g, const struct plan_row *row, const struct why *why);

// What differs alone, each behind indent blanks, without causes.
void why_text_changes(const struct why *why, size_t indent, struct buf *out);
