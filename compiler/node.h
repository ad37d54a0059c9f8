// SPDX-License-Identifier: MIT
// What people wrote, as a tree with exact places and text as written. Made by yaml_parse, typed and
// put into its full form by schema_check, read by everybody after. Lives in the compilation's
// arena.
#pragma once

#include <jansson.h>
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
    struct str text; // scalars: as written, after quotes and folding; zero-terminated
    union {
        bool flag;
        long long integer;
        double real;
    };
    bool comment_follows; // " #" with one blank right behind a plain scalar, on its line
    bool empty_in_flow;   // a key without a value inside {…}
    bool unknown;         // ${name} without a value, which was said: checks let it pass
    struct node **items;  // NODE_LIST: n items; NODE_MAP: n values
    struct node **keys;   // NODE_MAP: n keys (scalars), as written
    size_t n;
    size_t weight; // nodes below it and itself, with aliases expanded
};

// The value under key, or NULL; also NULL when map is NULL or no mapping.
struct node *node_get(const struct node *map, const char *key);

// The text of a scalar, "" for anything else.
const char *node_text(const struct node *n);

// The part of n's text from byte start for len bytes, as a span of its source: exact for one-line
// scalars and literal blocks as written, else the whole of n.
struct span node_part(const struct diag *d, const struct node *n, size_t start, size_t len);

// Nodes of style NODE_MADE. Every scalar carries its text too (true, 12, 0.5), for a field that
// takes text keeps the text. Lists and mappings have room for n, all NULL, for the caller to fill
// in.
struct node *node_make_null(struct arena *a, struct span span);
struct node *node_make_flag(struct arena *a, struct span span, bool flag);
struct node *node_make_integer(struct arena *a, struct span span, long long integer);
struct node *node_make_real(struct arena *a, struct span span, double real);
struct node *node_make_text(struct arena *a, struct span span, struct str text);
struct node *node_make_list(struct arena *a, struct span span, size_t n);
struct node *node_make_map(struct arena *a, struct span span, size_t n);

// A copy of the whole tree, keys too.
struct node *node_copy(struct arena *a, const struct node *n);

// Sets map's key to value, in the place of what stood there or at the end.
void node_put(struct arena *a, struct node *map, const char *key, struct node *value);

// Takes key out of map, if it is there.
void node_remove(struct node *map, const char *key);

// The tree as a new JSON value, each scalar by its type.
json_t *node_json(const struct node *n);
