// SPDX-License-Identifier: MIT
#include "compiler/convert.h"

#include <lauxlib.h>
#include <lua.h>

#include "compiler/layout.h"
#include "compiler/node.h"

// Registry keys: weak tables from table to node, and of tables marked as lists.
static const char nodes_key, lists_key;

static void make_weak_table(lua_State *L, const void *key)
{
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushstring(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

void convert_open(lua_State *L)
{
    make_weak_table(L, &nodes_key);
    make_weak_table(L, &lists_key);
    layouts_open(L);
}

const struct node *convert_node_of(lua_State *L, int idx)
{
    const struct node *n;

    idx = lua_absindex(L, idx);
    if (!lua_istable(L, idx))
        return NULL;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &nodes_key);
    lua_pushvalue(L, idx);
    lua_rawget(L, -2);
    n = lua_touserdata(L, -1);
    lua_pop(L, 2);
    return n;
}

void convert_set_node(lua_State *L, int idx, const struct node *n)
{
    idx = lua_absindex(L, idx);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &nodes_key);
    lua_pushvalue(L, idx);
    lua_pushlightuserdata(L, (void *)(uintptr_t)n);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

void convert_mark_list(lua_State *L, int idx)
{
    idx = lua_absindex(L, idx);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &lists_key);
    lua_pushvalue(L, idx);
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

bool convert_is_marked(lua_State *L, int idx)
{
    bool marked;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &lists_key);
    lua_pushvalue(L, idx);
    marked = lua_rawget(L, -2) != LUA_TNIL;
    lua_pop(L, 2);
    return marked;
}

void convert_push_node(lua_State *L, const struct node *n)
{
    luaL_checkstack(L, 8, "the film is nested too deep");
    switch (n->type) {
    case NODE_NULL:
        lua_pushnil(L);
        return;
    case NODE_BOOL:
        lua_pushboolean(L, n->flag);
        return;
    case NODE_INTEGER:
        lua_pushinteger(L, n->integer);
        return;
    case NODE_REAL:
        lua_pushnumber(L, n->real);
        return;
    case NODE_TEXT:
        lua_pushlstring(L, n->text.ptr ? n->text.ptr : "", n->text.len);
        return;
    case NODE_LIST:
        lua_createtable(L, (int)n->n, 0);
        for (size_t i = 0; i < n->n; i++) {
            convert_push_node(L, n->items[i]);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        break;
    case NODE_MAP:
        lua_createtable(L, 0, (int)n->n);
        for (size_t i = 0; i < n->n; i++) {
            lua_pushlstring(L, n->keys[i]->text.ptr, n->keys[i]->text.len);
            convert_push_node(L, n->items[i]);
            lua_rawset(L, -3);
        }
        break;
    }
    convert_set_node(L, -1, n);
}

void convert_push_json(lua_State *L, const json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;

    luaL_checkstack(L, 8, "nested too deep");
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        lua_createtable(L, 0, (int)json_object_size(value));
        json_object_foreach((json_t *)(uintptr_t)value, key, item) {
            convert_push_json(L, item);
            lua_setfield(L, -2, key);
        }
        break;
    case JSON_ARRAY:
        lua_createtable(L, (int)json_array_size(value), 0);
        json_array_foreach(value, i, item) {
            convert_push_json(L, item);
            lua_rawseti(L, -2, (lua_Integer)i + 1);
        }
        convert_mark_list(L, -1);
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        break;
    case JSON_NULL:
        lua_pushnil(L);
        break;
    }
}

static void push_copy(lua_State *L, int idx, int levels)
{
    const struct node *n;

    idx = lua_absindex(L, idx);
    if (!lua_istable(L, idx)) {
        lua_pushvalue(L, idx);
        return;
    }
    if (levels == 0)
        luaL_error(L, "a table within itself, or nested too deep");
    luaL_checkstack(L, 8, "nested too deep");
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        push_copy(L, -2, levels - 1);
        lua_rawset(L, -5);
    }
    n = convert_node_of(L, idx);
    if (n)
        convert_set_node(L, -1, n);
    if (convert_is_marked(L, idx))
        convert_mark_list(L, -1);
}

void convert_push_copy(lua_State *L, int idx)
{
    push_copy(L, idx, CONVERT_LEVELS);
}
