// SPDX-License-Identifier: MIT
// Comma-separated values: RFC 4180 with a header line, in UTF-8. Lines may end in LF or CRLF.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

// One field: its text (quotes taken off), and the bytes of the whole text it stands at.
struct csv_field {
    struct str text; // zero-terminated
    size_t start, end;
};

struct csv_row {
    struct csv_field *fields;
    size_t n;
};

// A table: the header, then rows that all have as many fields as it.
struct csv {
    struct csv_row header;
    struct csv_row *rows;
    size_t n_rows;
};

struct csv_fault {
    size_t start, end; // bytes of the text
    const char *message;
};

// Reads text. False with *fault: an open quote, a row of another length, no header, a column named
// twice. Blank lines are skipped. Everything lives in a.
bool csv_parse(struct csv *out, struct str text, struct arena *a, struct csv_fault *fault);
