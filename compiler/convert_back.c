// SPDX-License-Identifier: MIT
// The way back: from Lua to nodes and JSON.
#include "compiler/convert.h"

#include <lauxlib.h>
#include <lua.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compiler/node.h"
#include "compiler/order.h"

// A table is a list when its keys are 1 to n, a mapping when they are text.
enum shape { SHAPE_LIST, SHAPE_MAP, SHAPE_ODD };

static enum shape shape_of(lua_State *L, int idx, size_t *n)
{
    size_t numbers = 0, texts = 0, others = 0;
    const struct node *node;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        bool number = lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0;

        numbers += number;
        texts += lua_type(L, -2) == LUA_TSTRING;
        others += !number && lua_type(L, -2) != LUA_TSTRING;
    }
    *n = numbers + texts;
    if (others || (numbers && texts) || (numbers && lua_rawlen(L, idx) != numbers))
        return SHAPE_ODD;
    if (numbers || texts)
        return numbers ? SHAPE_LIST : SHAPE_MAP;
    node = convert_node_of(L, idx);
    return convert_is_marked(L, idx) || (node && node->type == NODE_LIST) ? SHAPE_LIST : SHAPE_MAP;
}

static const char *const odd_shape =
    "a table that is neither a list (1, 2, 3 … without a gap) nor a "
    "mapping (names as its keys)";
static const char *const too_deep = "a table within itself, or more than 100 levels deep";
static const char *const not_utf8 = "text that is not UTF-8";
static const char *const no_number = "a number that is infinite or not a number";

static const char *odd_type(lua_State *L, int idx)
{
    return lua_isfunction(L, idx) ? "a function, which no film can hold"
                                  : "a value that no film can hold";
}

static bool is_whole(lua_Number x)
{
    return floor(x) == x && fabs(x) <= 9007199254740991.0;
}

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
            return refuse(c, not_utf8);
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
    enum shape shape = shape_of(c->L, idx, &n);

    if (levels == 0)
        return refuse(c, too_deep);
    if (shape == SHAPE_ODD)
        return refuse(c, odd_shape);
    if (was && was->style == NODE_MADE && was->n == 0) // the line of an add_scene, for all within
        c->span = was->span;
    made = shape == SHAPE_LIST ? list_at(c, idx, was, n, levels) : map_at(c, idx, was, n, levels);
    c->span = outer;
    return made;
}

static struct node *number_at(struct crossing *c, int idx, struct span span)
{
    lua_Number x = lua_tonumber(c->L, idx);

    if (lua_isinteger(c->L, idx))
        return node_make_integer(c->arena, span, lua_tointeger(c->L, idx));
    if (!isfinite(x))
        return refuse(c, no_number);
    return is_whole(x) ? node_make_integer(c->arena, span, (long long)x)
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
        return str_is_utf8(text) ? node_make_text(c->arena, span, text) : refuse(c, not_utf8);
    case LUA_TTABLE:
        return table_at(c, idx, levels);
    default:
        return refuse(c, odd_type(c->L, idx));
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

// Keys need no order here, for jansson writes them sorted; so nothing raises while values are held.
static json_t *json_at(lua_State *L, int idx, const char **why, int levels);

static json_t *array_at(lua_State *L, int idx, size_t n, const char **why, int levels)
{
    json_t *out = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *item;

        lua_rawgeti(L, idx, (lua_Integer)i + 1);
        item = json_at(L, lua_gettop(L), why, levels - 1);
        lua_pop(L, 1);
        if (!item) {
            json_decref(out);
            return NULL;
        }
        json_array_append_new(out, item);
    }
    return out;
}

static json_t *object_at(lua_State *L, int idx, const char **why, int levels)
{
    json_t *out = json_object();

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        struct str key;
        json_t *item = json_at(L, lua_gettop(L), why, levels - 1);

        key.ptr = lua_tolstring(L, -2, &key.len);
        if (item && strlen(key.ptr) == key.len && json_object_set(out, key.ptr, item) == 0) {
            json_decref(item);
            continue;
        }
        if (item)
            *why = not_utf8;
        json_decref(item);
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *text_at(lua_State *L, int idx, const char **why)
{
    struct str text;
    json_t *out;

    text.ptr = lua_tolstring(L, idx, &text.len);
    out = json_stringn(text.ptr, text.len);
    if (!out)
        *why = not_utf8;
    return out;
}

static json_t *json_at(lua_State *L, int idx, const char **why, int levels)
{
    size_t n;

    if (levels == 0 || !lua_checkstack(L, 8)) {
        *why = too_deep;
        return NULL;
    }
    switch (lua_type(L, idx)) {
    case LUA_TBOOLEAN:
        return json_boolean(lua_toboolean(L, idx));
    case LUA_TSTRING:
        return text_at(L, idx, why);
    case LUA_TNUMBER:
        if (lua_isinteger(L, idx))
            return json_integer(lua_tointeger(L, idx));
        *why = no_number;
        if (!isfinite(lua_tonumber(L, idx)))
            return NULL;
        return is_whole(lua_tonumber(L, idx)) ? json_integer((json_int_t)lua_tonumber(L, idx))
                                              : json_real(lua_tonumber(L, idx));
    case LUA_TTABLE:
        switch (shape_of(L, idx, &n)) {
        case SHAPE_LIST:
            return array_at(L, idx, n, why, levels);
        case SHAPE_MAP:
            return object_at(L, idx, why, levels);
        case SHAPE_ODD:
            break;
        }
        *why = odd_shape;
        return NULL;
    default:
        *why = odd_type(L, idx);
        return NULL;
    }
}

json_t *convert_to_json(lua_State *L, int idx, const char **why)
{
    int top = lua_gettop(L);
    json_t *out = json_at(L, lua_absindex(L, idx), why, CONVERT_LEVELS);

    lua_settop(L, top);
    return out;
}
