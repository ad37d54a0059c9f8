// SPDX-License-Identifier: MIT
// The way back: from Lua to nodes.
#include "compiler/convert.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compiler/node.h"
#include "compiler/order.h"
#include "compiler/shape.h"

// True where the value at idx is what node was made of.
static bool is_unchanged(lua_State *L, int idx, const struct node *n)
{
    switch (n->type) {
    case NODE_BOOL:
        return lua_isboolean(L, idx) && lua_toboolean(L, idx) == (int)n->flag;
    case NODE_INTEGER:
        return lua_isinteger(L, idx) && lua_tointeger(L, idx) == n->integer;
    case NODE_REAL:
        return lua_type(L, idx) == LUA_TNUMBER && lua_tonumber(L, idx) == n->real;
    case NODE_TEXT: {
        struct str s = {0};

        if (lua_type(L, idx) == LUA_TSTRING)
            s.ptr = lua_tolstring(L, idx, &s.len);
        return s.ptr && str_eq(s, n->text);
    }
    default:
        return false;
    }
}

// What crosses from Lua to a tree of nodes.
struct crossing {
    lua_State *L;
    struct arena *arena;
    struct span span;
    const char **why;
};

static struct node *refuse(struct crossing *c, const char *why)
{
    *c->why = why;
    return NULL;
}

static struct node *node_at(struct crossing *c, int idx, const struct node *was, int levels);

static struct node *list_at(struct crossing *c, int idx, const struct node *was, size_t n,
                            int levels)
{
    struct node *list = node_make_list(c->arena, was ? was->span : c->span, n);

    for (size_t i = 0; i < n; i++) {
        const struct node *item =
            was && was->type == NODE_LIST && i < was->n ? was->items[i] : NULL;

        lua_rawgeti(c->L, idx, (lua_Integer)i + 1);
        list->items[i] = node_at(c, lua_gettop(c->L), item, levels - 1);
        lua_pop(c->L, 1);
        if (!list->items[i])
            return NULL;
    }
    return list;
}

static struct node *map_at(struct crossing *c, int idx, const struct node *was, size_t n,
                           int levels)
{
    struct node *map = node_make_map(c->arena, was ? was->span : c->span, n);
    int keys;

    order_push_keys(c->L, idx);
    keys = lua_gettop(c->L);
    for (size_t i = 0; i < n; i++) {
        struct str key;

        lua_rawgeti(c->L, keys, (lua_Integer)i + 1);
        key.ptr = lua_tolstring(c->L, -1, &key.len);
        if (!str_is_utf8(key))
            return refuse(c, convert_not_utf8);
        map->keys[i] = node_make_text(c->arena, c->span, key);
        lua_rawget(c->L, idx);
        map->items[i] =
            node_at(c, lua_gettop(c->L), node_get(was, map->keys[i]->text.ptr), levels - 1);
        lua_pop(c->L, 1);
        if (!map->items[i])
            return NULL;
    }
    lua_pop(c->L, 1);
    return map;
}

static struct node *table_at(struct crossing *c, int idx, int levels)
{
    const struct node *was = convert_node_of(c->L, idx);
    struct span outer = c->span;
    struct node *made;
    size_t n;
    enum convert_shape shape = convert_shape(c->L, idx, &n);

    if (levels == 0)
        return refuse(c, convert_too_deep);
    if (shape == CONVERT_ODD)
        return refuse(c, convert_odd_shape);
    if (was && was->style == NODE_MADE && was->n == 0) // the line of an add_scene, for all within
        c->span = was->span;
    made = shape == CONVERT_LIST ? list_at(c, idx, was, n, levels) : map_at(c, idx, was, n, levels);
    c->span = outer;
    return made;
}

static struct node *number_at(struct crossing *c, int idx, struct span span)
{
    lua_Number x = lua_tonumber(c->L, idx);

    if (lua_isinteger(c->L, idx))
        return node_make_integer(c->arena, span, lua_tointeger(c->L, idx));
    if (!isfinite(x))
        return refuse(c, convert_no_number);
    return convert_is_whole(x) ? node_make_integer(c->arena, span, (long long)x)
                               : node_make_real(c->arena, span, x);
}

// Balances the stack only when it succeeds; a failure ends the crossing.
static struct node *node_at(struct crossing *c, int idx, const struct node *was, int levels)
{
    struct span span = was && is_unchanged(c->L, idx, was) ? was->span : c->span;
    struct str text;

    luaL_checkstack(c->L, 8, "nested too deep");
    switch (lua_type(c->L, idx)) {
    case LUA_TBOOLEAN:
        return node_make_flag(c->arena, span, lua_toboolean(c->L, idx));
    case LUA_TNUMBER:
        return number_at(c, idx, span);
    case LUA_TSTRING:
        text.ptr = lua_tolstring(c->L, idx, &text.len);
        return str_is_utf8(text) ? node_make_text(c->arena, span, text)
                                 : refuse(c, convert_not_utf8);
    case LUA_TTABLE:
        return table_at(c, idx, levels);
    default:
        return refuse(c, convert_odd_type(c->L, idx));
    }
}

struct node *convert_to_node(lua_State *L, int idx, struct span span, struct arena *a,
                             const char **why)
{
    struct crossing c = {L, a, span, why};
    int top = lua_gettop(L);
    struct node *n = node_at(&c, lua_absindex(L, idx), NULL, CONVERT_LEVELS);

    lua_settop(L, top);
    return n;
}
