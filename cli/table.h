// SPDX-License-Identifier: MIT
// Columns of text for people: left-aligned by display width, the last as long as it likes.
#pragma once

#include <stddef.h>

#include "base/vec.h"

struct buf;

struct table {
    size_t columns;
    VEC(char *) cells; // row after row
};

void table_release(struct table *t);

// Adds the next cell.
void table_add(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Adds the rows to out, each behind indent blanks, and empties the table. Control characters become
// blanks: a stranger's film never writes to the terminal.
void table_print(struct table *t, size_t indent, struct buf *out);
