// SPDX-License-Identifier: MIT
// Values between Lua, the tree of nodes and JSON. They cross as copies. A table made of a node
// remembers it, so that its place can be found again; so does a copy of such a table.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/diag.h"

struct arena;
struct buf;
struct lua_State;
struct node;

enum { CONVERT_LEVELS = 100 }; // the deepest that values are nested

// Once for each state.
void convert_open(struct lua_State *L);

// Pushes n as Lua's own values; a null becomes nil.
void convert_push_node(struct lua_State *L, const struct node *n);
void convert_push_json(struct lua_State *L, const json_t *value);

// Pushes a copy of the value at idx, and of the tables within it.
void convert_push_copy(struct lua_State *L, int idx);

// The node that the table at idx was made of, or NULL.
const struct node *convert_node_of(struct lua_State *L, int idx);
void convert_set_node(struct lua_State *L, int idx, const struct node *n);

// Marks the table at idx as a list, for an empty one does not show it: c41.array.
void convert_mark_list(struct lua_State *L, int idx);
bool convert_is_marked(struct lua_State *L, int idx);

// The value at idx as a tree: what still is as it was written keeps its place, the rest gets span.
// NULL with *why for what no film can hold: functions, tables within themselves, NaN, text that is
// not UTF-8.
struct node *convert_to_node(struct lua_State *L, int idx, struct span span, struct arena *a,
                             const char **why);

// Fixes the table at idx: its text is made now, once, for all that is made of it later. Nobody may
// change it from here on. False with *why as above, or when it holds a late value.
bool convert_fix(struct lua_State *L, int idx, struct buf *scratch, const char **why);

// Adds the value at idx as canonical JSON (RFC 8785). False with *why as above; out then holds part
// of it. *late (NULL is fine) tells whether any mapping in it has the key "late".
bool convert_to_text(struct lua_State *L, int idx, struct buf *out, bool *late, const char **why);
