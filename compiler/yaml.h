// SPDX-License-Identifier: MIT
// A YAML document as a tree with exact positions and text as written. Made by yaml_parse, typed and
// put into its full form by schema_check, read by everybody after. Lives in the compilation's arena.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

struct arena;

enum node_type {
    NODE_NULL,
    NODE_BOOL,
    NODE_INTEGER,
    NODE_REAL,
    NODE_TEXT,
    NODE_LIST,
    NODE_MAP,
};

enum node_style {
    NODE_PLAIN,   // plain scalar, block collection
    NODE_QUOTED,  // ' or "
    NODE_LITERAL, // | block
    NODE_FOLDED,  // > block
    NODE_FLOW,    // [..] or {..}
    NODE_MADE,    // by the compiler: a short form's mapping, a hook's value
};

// After yaml_parse a scalar's type is what the YAML 1.2 core schema makes of it; schema_check sets
// it to what the language wants there (text keeps `text` as written).
struct node {
    enum node_type type;
    enum node_style style;
    struct span span;
    struct str text;        // scalars: as written, after quotes and folding; zero-terminated
    union {
        bool flag;
        long long integer;
        double real;
    };
    bool comment_follows;   // " #" with one blank right behind a plain scalar, on its line
    bool empty_in_flow;     // a key without a value inside {…}
    struct node **items;    // NODE_LIST: n items; NODE_MAP: n values
    struct node **keys;     // NODE_MAP: n keys (scalars), as written
    size_t n;
    size_t weight;          // nodes below it with aliases expanded
};

// Parses source (registered with d) into its one document. Reports every fault at its place; NULL after
// a syntax error or for an empty document.
struct node *yaml_parse(struct arena *a, struct diag *d, uint32_t source);

// The value under key, or NULL.
struct node *node_get(const struct node *map, const char *key);

// The part of n's text from byte start for len bytes, as a span of its source: exact for one-line
// scalars and literal blocks, else the whole of n.
struct span node_part(const struct diag *d, const struct node *n, size_t start, size_t len);
