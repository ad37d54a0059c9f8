// SPDX-License-Identifier: MIT
// What Lua code sees: the libraries without the doors to the world outside, in an environment of
// its own. Everything is in a fixed order and nothing tells an address, so that equal films give
// equal graphs.
#pragma once

#include <stdbool.h>

struct lua_State;

// Fills in the shared part; once for each state.
void sandbox_open(struct lua_State *L);

// Pushes a new environment: reads fall through to the shared part, writes stay in it until it is
// frozen. require (a function on the top of the stack, popped; nil: none) becomes its own.
void sandbox_push_env(struct lua_State *L);

// Gives the environment on top what is shared as its own: a look-up less, for code that is trusted.
void sandbox_fill_env(struct lua_State *L);

// From now on writing a global of the environment at idx is an error.
void sandbox_freeze(struct lua_State *L, int idx);

// Replaces the table on top by a view of it that can only be read, and that says so when asked for
// what is not in it; name is what people call it.
void sandbox_seal(struct lua_State *L, const char *name);
