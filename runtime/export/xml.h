// SPDX-License-Identifier: MIT
// XML as it is written: elements within one another, indented, everything escaped. Owned by one
// writer.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;

enum { XML_MOST_DEPTH = 16 };

struct xml {
    struct buf *out;
    const char *names[XML_MOST_DEPTH]; // of the elements that are open; borrowed
    size_t depth;
    bool in_tag;  // the innermost takes attributes still
    bool in_text; // it holds text: no line is broken in it
};

void xml_open(struct xml *x, const char *name);

// Of the element that was opened last, before anything is put into it.
void xml_set(struct xml *x, const char *name, const char *value);
void xml_setf(struct xml *x, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void xml_text(struct xml *x, const char *text);

// Closes the innermost element.
void xml_close(struct xml *x);
