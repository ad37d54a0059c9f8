// SPDX-License-Identifier: MIT
#include "compiler/sandbox.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <string.h>

#include "compiler/lua.h"
#include "compiler/order.h"

static const char shared_key;

// A library: which functions of Lua's own stay, by leaving out the others.
struct library {
    const char *name;
    lua_CFunction open;
    const char *without[8];
};

static const struct library libraries[] = {
    {"math", luaopen_math, {"random", "randomseed"}},
    {"string", luaopen_string, {"dump"}},
    {"table", luaopen_table, {NULL}},
    {"utf8", luaopen_utf8, {NULL}},
};

static const char *const kept[] = {
    "assert", "error",  "getmetatable", "ipairs",   "rawequal",
    "rawget", "rawlen", "select",       "tonumber", "type",
};

// What people look for and do not find, and what is there instead.
struct absence {
    const char *name, *instead;
};

static const struct absence absences[] = {
    {"collectgarbage", "memory is none of a film's business"},
    {"coroutine", "loops and functions are there"},
    {"debug", "c41.warn(place, words) says something"},
    {"dofile", "require \"NAME\" runs NAME.lua of the project"},
    {"io", "c41.read(path) reads a file of the project"},
    {"load", "require \"NAME\" runs NAME.lua of the project"},
    {"loadfile", "require \"NAME\" runs NAME.lua of the project"},
    {"loadstring", "require \"NAME\" runs NAME.lua of the project"},
    {"os", "a film compiles the same everywhere and at any time"},
    {"package", "require \"NAME\" runs NAME.lua of the project"},
    {"print", "c41.warn(place, words) says something"},
};

static int missing_global(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";

    for (size_t i = 0; i < sizeof(absences) / sizeof(*absences); i++)
        if (strcmp(absences[i].name, name) == 0)
            return luaL_error(L, "there is no \"%s\" in a film's Lua: %s", name,
                              absences[i].instead);
    return 0;
}

static int refuse_write(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";

    return luaL_error(L, "\"%s\" cannot be set here: this table is read only", name);
}

static int refuse_global(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";

    return luaL_error(L,
                      "the global \"%s\" cannot be set here: globals are fixed once the file has "
                      "loaded; say \"local %s\"",
                      name, name);
}

// As __tostring says, else without the address that Lua would print.
static int safe_tostring(lua_State *L)
{
    luaL_checkany(L, 1);
    switch (lua_type(L, 1)) {
    case LUA_TTABLE:
        if (luaL_callmeta(L, 1, "__tostring")) {
            if (!lua_isstring(L, -1))
                return luaL_error(L, "'__tostring' must return a string");
            return 1;
        }
        lua_pushstring(L, "table");
        return 1;
    case LUA_TFUNCTION:
    case LUA_TUSERDATA:
    case LUA_TLIGHTUSERDATA:
    case LUA_TTHREAD:
        lua_pushstring(L, luaL_typename(L, 1));
        return 1;
    default:
        luaL_tolstring(L, 1, NULL);
        return 1;
    }
}

// Upvalue 1: the library's own format. Values without a text of their own go through safe_tostring;
// %p, an address, is refused.
static int safe_format(lua_State *L)
{
    const char *format = luaL_checkstring(L, 1);

    for (const char *c = strchr(format, '%'); c; c = strchr(c, '%')) {
        c += 1 + strspn(c + 1, "-+ #0123456789.");
        if (*c == 'p')
            return luaL_error(L, "%%p is not there: an address differs from run to run");
        c += *c != 0;
    }
    for (int i = 2; i <= lua_gettop(L); i++)
        if (!lua_isstring(L, i) && !lua_isboolean(L, i) && !lua_isnil(L, i)) {
            lua_pushcfunction(L, safe_tostring);
            lua_pushvalue(L, i);
            lua_call(L, 1, 1);
            lua_replace(L, i);
        }
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

static bool is_protected(lua_State *L, int idx)
{
    bool held = luaL_getmetafield(L, idx, "__metatable") != LUA_TNIL;

    if (held)
        lua_pop(L, 1);
    return held;
}

static int safe_rawset(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 3);
    if (is_protected(L, 1))
        return luaL_error(L, "this table is read only");
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int safe_setmetatable(lua_State *L)
{
    static const char *const refused[] = {"__gc", "__mode", "__close"};

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    if (is_protected(L, 1))
        return luaL_error(L, "this table is read only");
    lua_settop(L, 2);
    for (size_t i = 0; i < sizeof(refused) / sizeof(*refused) && lua_istable(L, 2); i++) {
        lua_pushstring(L, refused[i]);
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "a metatable's %s is not there in a film's Lua", refused[i]);
        lua_pop(L, 1);
    }
    lua_setmetatable(L, 1);
    return 1;
}

// Errors that end a call end it whole: no pcall may go on without instructions or memory.
static bool is_end(lua_State *L, int status)
{
    return status == LUA_ERRMEM || lua_host_is_over(lua_host_of(L));
}

static int safe_pcall(lua_State *L)
{
    int status;

    luaL_checkany(L, 1);
    status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
    if (status != LUA_OK && is_end(L, status))
        return lua_error(L);
    lua_pushboolean(L, status == LUA_OK);
    lua_insert(L, 1);
    return lua_gettop(L);
}

// The handler is called once the stack is unwound: called by Lua it would run where instructions
// are not counted, and there is no debug library for which the whole stack would matter.
static int safe_xpcall(lua_State *L)
{
    int status;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 1); // handler below function below arguments
    lua_remove(L, 1);
    lua_insert(L, 2);
    status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    if (status == LUA_OK) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        return lua_gettop(L);
    }
    if (is_end(L, status))
        return lua_error(L);
    lua_call(L, 1, LUA_MULTRET);
    lua_pushboolean(L, 0);
    lua_insert(L, 1);
    return lua_gettop(L);
}

static const luaL_Reg replaced[] = {
    {"next", order_next},
    {"pairs", order_pairs},
    {"pcall", safe_pcall},
    {"rawset", safe_rawset},
    {"setmetatable", safe_setmetatable},
    {"tostring", safe_tostring},
    {"xpcall", safe_xpcall},
    {NULL, NULL},
};

// Upvalue 1: what people call the table.
static int missing_member(lua_State *L)
{
    const char *table = lua_tostring(L, lua_upvalueindex(1));

    if (lua_type(L, 2) != LUA_TSTRING)
        return 0;
    return luaL_error(L, "there is no %s.%s in a film's Lua", table, lua_tostring(L, 2));
}

void sandbox_seal(lua_State *L, const char *name)
{
    lua_createtable(L, 0, 1); // of the table itself
    lua_pushstring(L, name);
    lua_pushcclosure(L, missing_member, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_newtable(L);
    lua_createtable(L, 0, 4); // of the view
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse_write);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

static void open_library(lua_State *L, const struct library *library)
{
    luaL_requiref(L, library->name, library->open, 0);
    for (size_t i = 0; library->without[i]; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, library->without[i]);
    }
}

// All strings share one metatable, whose __index is the library's table.
static void close_strings(lua_State *L)
{
    lua_pushstring(L, "");
    lua_getmetatable(L, -1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

static void open_libraries(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &shared_key);
    for (size_t i = 0; i < sizeof(libraries) / sizeof(*libraries); i++) {
        open_library(L, &libraries[i]);
        if (libraries[i].open == luaopen_string) {
            lua_getfield(L, -1, "format");
            lua_pushcclosure(L, safe_format, 1);
            lua_setfield(L, -2, "format");
        } else if (libraries[i].open == luaopen_table) {
            lua_pushcfunction(L, order_sort);
            lua_setfield(L, -2, "sort");
        }
        sandbox_seal(L, libraries[i].name);
        lua_setfield(L, -2, libraries[i].name);
    }
    lua_pop(L, 1);
    close_strings(L);
}

static void open_base(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &shared_key);
    for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
        lua_getfield(L, -2, kept[i]);
        lua_setfield(L, -2, kept[i]);
    }
    luaL_setfuncs(L, replaced, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, missing_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_pop(L, 2);
}

void sandbox_open(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &shared_key);
    open_base(L);
    open_libraries(L);
}

void sandbox_push_env(lua_State *L)
{
    lua_newtable(L); // what the code sets
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "require");
    lua_createtable(L, 0, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &shared_key);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_newtable(L); // the environment itself stays empty
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "_G");
    lua_replace(L, -3);
    lua_pop(L, 1);
}

void sandbox_freeze(lua_State *L, int idx)
{
    lua_getmetatable(L, idx);
    lua_pushcfunction(L, refuse_global);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);
}

void sandbox_fill_env(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &shared_key);
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -6);
    }
    lua_pop(L, 1);
}
