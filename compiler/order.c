// SPDX-License-Identifier: MIT
#include "compiler/order.h"

#include <lauxlib.h>
#include <limits.h>
#include <lua.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/lua.h"

enum key_class { KEY_NUMBER, KEY_TEXT, KEY_FLAG };

// A key while keys are sorted. Text is borrowed from the table, which holds it.
struct key {
    enum key_class class;
    bool whole;
    union {
        lua_Integer integer;
        lua_Number number;
        const char *text;
    };
    size_t len; // of text
};

static int by_number(const struct key *a, const struct key *b)
{
    lua_Number x, y;

    if (a->whole && b->whole)
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    x = a->whole ? (lua_Number)a->integer : a->number;
    y = b->whole ? (lua_Number)b->integer : b->number;
    return x < y ? -1 : x > y;
}

static int by_text(const struct key *a, const struct key *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->text, b->text, len);

    return order ? order : a->len < b->len ? -1 : a->len > b->len;
}

static int by_key(const void *left, const void *right)
{
    const struct key *a = left, *b = right;

    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    return a->class == KEY_TEXT ? by_text(a, b) : by_number(a, b);
}

static void read_key(lua_State *L, int idx, struct key *key)
{
    switch (lua_type(L, idx)) {
    case LUA_TNUMBER:
        key->class = KEY_NUMBER;
        key->whole = lua_isinteger(L, idx);
        if (key->whole)
            key->integer = lua_tointeger(L, idx);
        else
            key->number = lua_tonumber(L, idx);
        break;
    case LUA_TSTRING:
        key->class = KEY_TEXT;
        key->text = lua_tolstring(L, idx, &key->len);
        break;
    case LUA_TBOOLEAN:
        key->class = KEY_FLAG;
        key->whole = true;
        key->integer = lua_toboolean(L, idx);
        break;
    default:
        luaL_error(L, "a table with a %s as a key has no order: use numbers or text as keys",
                   luaL_typename(L, idx));
    }
}

static void push_key(lua_State *L, const struct key *key)
{
    if (key->class == KEY_TEXT)
        lua_pushlstring(L, key->text, key->len);
    else if (key->class == KEY_FLAG)
        lua_pushboolean(L, (int)key->integer);
    else if (key->whole)
        lua_pushinteger(L, key->integer);
    else
        lua_pushnumber(L, key->number);
}

static size_t count_keys(lua_State *L, int idx)
{
    size_t n = 0;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
        n++;
    return n;
}

long long order_push_keys(lua_State *L, int idx)
{
    size_t n, i = 0;
    struct key *keys;

    idx = lua_absindex(L, idx);
    luaL_checkstack(L, 6, NULL);
    n = count_keys(L, idx);
    keys = lua_newuserdatauv(L, (n + 1) * sizeof(*keys), 0);
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1))
        read_key(L, -2, &keys[i++]);
    qsort(keys, n, sizeof(*keys), by_key);
    lua_createtable(L, (int)(n < INT_MAX ? n : INT_MAX), 0);
    for (i = 0; i < n; i++) {
        push_key(L, &keys[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
    return (long long)n;
}

// Upvalues: the table, its keys, how many were handed out.
static int step_pairs(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(3));

    for (;;) {
        i++;
        if (lua_rawgeti(L, lua_upvalueindex(2), i) == LUA_TNIL)
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            break;
        lua_pop(L, 2); // taken away meanwhile
    }
    lua_pushinteger(L, i);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

int order_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    order_push_keys(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, step_pairs, 3);
    lua_pushvalue(L, 1);
    return 2;
}

// Finds the smallest key behind the one given: each call looks at all of the table, which is meant
// for `next(t) == nil`; pairs sorts once.
int order_next(lua_State *L)
{
    struct key given, key, best;
    bool first = lua_isnoneornil(L, 2), found = false;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    if (!first)
        read_key(L, 2, &given);
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        read_key(L, -2, &key);
        if ((first || by_key(&key, &given) > 0) && (!found || by_key(&key, &best) < 0)) {
            best = key;
            found = true;
        }
    }
    if (!found) {
        lua_pushnil(L);
        return 1;
    }
    push_key(L, &best);
    lua_pushvalue(L, -1);
    lua_rawget(L, 1);
    return 2;
}

// Whether the value at a must stand behind the one at b. Argument 2 is the comparison, or nil.
static bool is_behind(lua_State *L, int a, int b)
{
    bool behind;

    if (lua_isnil(L, 2))
        return lua_compare(L, b, a, LUA_OPLT);
    a = lua_absindex(L, a);
    b = lua_absindex(L, b);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, b);
    lua_pushvalue(L, a);
    lua_call(L, 2, 1);
    behind = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return behind;
}

// Merges the runs [from, mid) and [mid, to) of the list at 3 into the one at 4.
static void merge(lua_State *L, lua_Integer from, lua_Integer mid, lua_Integer to)
{
    lua_Integer left = from, right = mid;

    for (lua_Integer at = from; at < to; at++) {
        bool take_right = left == mid;

        if (left < mid && right < to) {
            lua_rawgeti(L, 3, left);
            lua_rawgeti(L, 3, right);
            take_right = is_behind(L, -2, -1);
            lua_pop(L, 2);
        }
        lua_rawgeti(L, 3, take_right ? right++ : left++);
        lua_rawseti(L, 4, at);
    }
}

// A merge sort: stable, and for any comparison it ends in the same order. Works on a copy, so that
// a comparison that changes the list does no harm.
int order_sort(lua_State *L)
{
    lua_Integer n;

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    n = luaL_len(L, 1);
    luaL_argcheck(L, n < INT_MAX, 1, "too many items");
    lua_newtable(L);
    lua_newtable(L);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, 1, i);
        lua_rawseti(L, 3, i);
    }
    for (lua_Integer run = 1; run < n; run *= 2) {
        for (lua_Integer from = 1; from <= n; from += 2 * run) {
            lua_Integer mid = from + run, end = mid + run;

            merge(L, from, mid > n + 1 ? n + 1 : mid, end > n + 1 ? n + 1 : end);
        }
        lua_insert(L, 3); // the merged runs are the next round's
    }
    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, 3, i);
        lua_seti(L, 1, i);
    }
    return 0;
}
