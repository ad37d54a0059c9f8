// SPDX-License-Identifier: MIT
// From Lua to canonical JSON, without a tree between: a film has a hundred thousand steps, and each
// has params.
#include "compiler/convert.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "compiler/shape.h"

enum { FEW_MEMBERS = 48, MANY_MEMBERS = 16 };

// A member of a mapping while its keys are sorted. Its value waits on Lua's stack.
struct member {
    struct str key;
    int value;
};

struct writing {
    lua_State *L;
    struct buf *out;
    const char **why;
};

static bool put_value(struct writing *w, int idx, int levels);

static bool refuse(struct writing *w, const char *why)
{
    *w->why = why;
    return false;
}

static bool put_list(struct writing *w, int idx, size_t n, int levels)
{
    bool ok = true;

    buf_char(w->out, '[');
    for (size_t i = 0; ok && i < n; i++) {
        if (i)
            buf_char(w->out, ',');
        lua_rawgeti(w->L, idx, (lua_Integer)i + 1);
        ok = put_value(w, lua_gettop(w->L), levels - 1);
        lua_pop(w->L, 1);
    }
    buf_char(w->out, ']');
    return ok;
}

static int by_key(const void *left, const void *right)
{
    const struct member *a = left, *b = right;

    return json_compare_keys(a->key, b->key);
}

// Most have few members.
static void sort(struct member *members, size_t n)
{
    if (n > MANY_MEMBERS) {
        qsort(members, n, sizeof(*members), by_key);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct member m = members[i];
        size_t at = i;

        for (; at > 0 && by_key(&members[at - 1], &m) > 0; at--)
            members[at] = members[at - 1];
        members[at] = m;
    }
}

static bool put_members(struct writing *w, struct member *members, size_t n, int levels)
{
    bool ok = true;

    sort(members, n);
    buf_char(w->out, '{');
    for (size_t i = 0; ok && i < n; i++) {
        if (i)
            buf_char(w->out, ',');
        json_put_text(members[i].key, w->out);
        buf_char(w->out, ':');
        ok = put_value(w, members[i].value, levels - 1);
    }
    buf_char(w->out, '}');
    return ok;
}

// Keys are borrowed from the table, which holds them; values are left on the stack meanwhile.
static bool put_map(struct writing *w, int idx, size_t n, int levels)
{
    struct member few[FEW_MEMBERS], *members = few;
    int top = lua_gettop(w->L), value = top + 1;
    size_t filled = 0;
    bool ok;

    if (n > FEW_MEMBERS) {
        members = lua_newuserdatauv(w->L, n * sizeof(*members), 0);
        value++;
    }
    if (n > INT32_MAX / 2 || !lua_checkstack(w->L, (int)n + 8))
        return refuse(w, "a mapping with too many members");
    for (lua_pushnil(w->L); lua_next(w->L, idx); filled++) {
        struct member *m = &members[filled];

        m->key.ptr = lua_tolstring(w->L, -2, &m->key.len);
        m->value = value++;
        if (strlen(m->key.ptr) != m->key.len || !str_is_utf8(m->key)) {
            lua_settop(w->L, top);
            return refuse(w, convert_not_utf8);
        }
        lua_insert(w->L, -2); // below the key, where the iteration goes on from
    }
    ok = put_members(w, members, filled, levels);
    lua_settop(w->L, top);
    return ok;
}

static bool put_number(struct writing *w, int idx)
{
    lua_Number x = lua_tonumber(w->L, idx);

    if (lua_isinteger(w->L, idx))
        json_put_integer(lua_tointeger(w->L, idx), w->out);
    else if (!isfinite(x))
        return refuse(w, convert_no_number);
    else if (convert_is_whole(x))
        json_put_integer((long long)x, w->out);
    else
        json_put_real(x, w->out);
    return true;
}

static bool put_text(struct writing *w, int idx)
{
    struct str text;

    text.ptr = lua_tolstring(w->L, idx, &text.len);
    if (!str_is_utf8(text))
        return refuse(w, convert_not_utf8);
    json_put_text(text, w->out);
    return true;
}

static bool put_table(struct writing *w, int idx, int levels)
{
    size_t n;

    switch (convert_shape(w->L, idx, &n)) {
    case CONVERT_LIST:
        return put_list(w, idx, n, levels);
    case CONVERT_MAP:
        return put_map(w, idx, n, levels);
    case CONVERT_ODD:
        break;
    }
    return refuse(w, convert_odd_shape);
}

static bool put_value(struct writing *w, int idx, int levels)
{
    if (levels == 0 || !lua_checkstack(w->L, 8))
        return refuse(w, convert_too_deep);
    switch (lua_type(w->L, idx)) {
    case LUA_TBOOLEAN:
        buf_puts(w->out, lua_toboolean(w->L, idx) ? "true" : "false");
        return true;
    case LUA_TSTRING:
        return put_text(w, idx);
    case LUA_TNUMBER:
        return put_number(w, idx);
    case LUA_TTABLE:
        return put_table(w, idx, levels);
    default:
        return refuse(w, convert_odd_type(w->L, idx));
    }
}

bool convert_to_text(lua_State *L, int idx, struct buf *out, const char **why)
{
    struct writing w = {L, out, why};
    int top = lua_gettop(L);
    bool ok = put_value(&w, lua_absindex(L, idx), CONVERT_LEVELS);

    lua_settop(L, top);
    return ok;
}
