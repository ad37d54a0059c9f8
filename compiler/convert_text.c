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
#include "compiler/layout.h"
#include "compiler/shape.h"

enum { FEW_MEMBERS = 48, MANY_MEMBERS = 16 };

struct writing {
    lua_State *L;
    struct buf *out;
    const char **why;
    struct layouts *layouts;
    bool late;
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

    if (a->head && b->head && a->head != b->head)
        return a->head < b->head ? -1 : 1;
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

static uint64_t head_of(struct str key)
{
    uint64_t head = 0, beyond_ascii = 0x8080808080808080u;
    size_t n = key.len < sizeof(head) ? key.len : sizeof(head);

    for (size_t i = 0; i < n; i++)
        head = head << 8 | (unsigned char)key.ptr[i];
    head <<= 8 * (sizeof(head) - n) % 64; // a key without bytes is 0 in any case
    return head & beyond_ascii ? 0 : head;
}

static bool put_laid_out(struct writing *w, const struct layout *layout,
                         const struct member *members, int levels)
{
    bool ok = true;

    w->late |= layout->late;
    buf_char(w->out, '{');
    for (size_t i = 0; ok && i < layout->n; i++) {
        if (i)
            buf_char(w->out, ',');
        buf_add(w->out, layout->text + layout->starts[i], layout->lengths[i]);
        ok = put_value(w, members[layout->order[i]].value, levels - 1);
    }
    buf_char(w->out, '}');
    return ok;
}

static bool put_members(struct writing *w, struct member *members, size_t n, int levels)
{
    bool ok = true;

    for (size_t i = 0; i < n; i++) {
        if (strlen(members[i].key.ptr) != members[i].key.len) // jansson's keys end there
            return refuse(w, convert_not_utf8);
        members[i].head = head_of(members[i].key);
    }
    sort(members, n);
    buf_char(w->out, '{');
    for (size_t i = 0; ok && i < n; i++) {
        w->late |= members[i].key.len == 4 && memcmp(members[i].key.ptr, "late", 4) == 0;
        if (i)
            buf_char(w->out, ',');
        if (!json_put_text(members[i].key, w->out))
            return refuse(w, convert_not_utf8);
        buf_char(w->out, ':');
        ok = put_value(w, members[i].value, levels - 1);
    }
    buf_char(w->out, '}');
    if (ok)
        layouts_keep(w->L, w->layouts, members, n);
    return ok;
}

static struct member *more_room(lua_State *L, struct member *members, size_t *cap)
{
    struct member *more = lua_newuserdatauv(L, 2 * *cap * sizeof(*more), 0);

    memcpy(more, members, *cap * sizeof(*more));
    *cap *= 2;
    return more;
}

// The first key and its value are on the stack. Keys are borrowed from the table, which holds them;
// they and their values are left on the stack meanwhile, and so is the memory of many members.
static bool put_map(struct writing *w, int idx, int levels)
{
    struct member few[FEW_MEMBERS], *members = few;
    const struct layout *layout;
    size_t n = 0, cap = FEW_MEMBERS;
    lua_State *L = w->L;
    int at = lua_gettop(L); // of a value, behind its key

    do {
        struct member *m;

        if (n % 8 == 0 && !lua_checkstack(L, 32))
            return refuse(w, "a mapping with too many members");
        if (n == cap) {
            members = more_room(L, members, &cap);
            lua_insert(L, -3); // below the key and its value
            at++;
        }
        if (lua_type(L, at - 1) != LUA_TSTRING)
            return refuse(w, convert_odd_shape);
        m = &members[n++];
        m->key.ptr = lua_tolstring(L, at - 1, &m->key.len);
        m->value = at;
        lua_pushvalue(L, at - 1); // where the iteration goes on from
        at += 2;
    } while (lua_next(L, idx));
    layout = layouts_find(w->layouts, members, n);
    return layout ? put_laid_out(w, layout, members, levels) : put_members(w, members, n, levels);
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
    return json_put_text(text, w->out) || refuse(w, convert_not_utf8);
}

// The key under which the metatable of a fixed table has its text: none that a hook could write.
static const char fixed_key;

static bool put_fixed(struct writing *w, int idx)
{
    struct str text = {0};

    if (!lua_getmetatable(w->L, idx))
        return false;
    lua_rawgetp(w->L, -1, &fixed_key);
    text.ptr = lua_tolstring(w->L, -1, &text.len);
    if (text.ptr)
        buf_add(w->out, text.ptr, text.len);
    lua_pop(w->L, 2);
    return text.ptr != NULL;
}

// A mapping that begins with a text is gone through once; a list, which is short, is looked at
// first.
static bool put_table(struct writing *w, int idx, int levels)
{
    int top = lua_gettop(w->L);
    size_t n;
    bool ok;

    if (levels == 0 || !lua_checkstack(w->L, 8))
        return refuse(w, convert_too_deep);
    if (put_fixed(w, idx))
        return true;
    lua_pushnil(w->L);
    if (lua_next(w->L, idx)) {
        if (lua_type(w->L, -2) == LUA_TSTRING) {
            ok = put_map(w, idx, levels);
            lua_settop(w->L, top);
            return ok;
        }
        lua_settop(w->L, top);
    }
    switch (convert_shape(w->L, idx, &n)) {
    case CONVERT_LIST:
        return put_list(w, idx, n, levels);
    case CONVERT_MAP: // an empty one
        buf_puts(w->out, "{}");
        return true;
    case CONVERT_ODD:
        break;
    }
    return refuse(w, convert_odd_shape);
}

static bool put_value(struct writing *w, int idx, int levels)
{
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

bool convert_to_text(lua_State *L, int idx, struct buf *out, bool *late, const char **why)
{
    struct writing w = {L, out, why, layouts_of(L), false};
    int top = lua_gettop(L);
    bool ok = put_value(&w, lua_absindex(L, idx), CONVERT_LEVELS);

    if (late)
        *late = w.late;
    lua_settop(L, top);
    return ok;
}

bool convert_fix(lua_State *L, int idx, struct buf *scratch, const char **why)
{
    bool late = false;

    idx = lua_absindex(L, idx);
    buf_clear(scratch);
    if (!convert_to_text(L, idx, scratch, &late, why))
        return false;
    if (late) {
        *why = "a late value, which is no text yet";
        return false;
    }
    lua_createtable(L, 0, 1);
    lua_pushlstring(L, scratch->ptr, scratch->len);
    lua_rawsetp(L, -2, &fixed_key);
    lua_setmetatable(L, idx);
    return true;
}
