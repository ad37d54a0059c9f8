// SPDX-License-Identifier: MIT
// Order in a film's Lua: tables are walked in a fixed order (numbers, then text by its bytes, then
// false and true) and sorted stably, where Lua's own order hangs on addresses and on the clock.
#pragma once

struct lua_State;

int order_next(struct lua_State *L);
int order_pairs(struct lua_State *L);
int order_sort(struct lua_State *L);

// Pushes the keys of the table at idx as a list in their fixed order; returns how many. Other keys
// than these raise an error.
long long order_push_keys(struct lua_State *L, int idx);
