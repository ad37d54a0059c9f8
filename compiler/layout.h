// SPDX-License-Identifier: MIT
// Layouts of mappings, for convert_text. The params of most steps have the keys of some step before
// them: how these stand in JSON is found out once. Those of a state of Lua live in it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct lua_State;

// A member of a mapping. Its key and its value wait on Lua's stack.
struct member {
    struct str key;
    uint64_t head; // its first bytes as a number that sorts as they do; 0: not all are ASCII
    int value;     // its index; the key's is one less
};

enum { LAYOUT_KEYS = 16, LAYOUT_BYTES = 256 };

struct layout {
    size_t n;                            // 0: there is none
    const char *keys[LAYOUT_KEYS];       // as Lua gives them, one after the other
    unsigned char order[LAYOUT_KEYS];    // of JSON: positions in keys
    unsigned short starts[LAYOUT_KEYS];  // in text, in that order
    unsigned short lengths[LAYOUT_KEYS]; // of "key": each
    char text[LAYOUT_BYTES];
    bool late; // one is called "late"
};

struct layouts;

// Once for each state.
void layouts_open(struct lua_State *L);
struct layouts *layouts_of(struct lua_State *L);

// The layout of members as Lua gives them, or NULL.
const struct layout *layouts_find(const struct layouts *layouts, const struct member *members,
                                  size_t n);

// Keeps that of members, now in the order of JSON, where there is room for it. What was found stays
// where it is.
void layouts_keep(struct lua_State *L, struct layouts *layouts, const struct member *members,
                  size_t n);
