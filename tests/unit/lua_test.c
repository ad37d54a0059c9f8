// SPDX-License-Identifier: MIT
// Hostile Lua, and what the host makes of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <lauxlib.h>
#include <lua.h>

#include "base/arena.h"
#include "compiler/convert.h"
#include "compiler/lua.h"
#include "compiler/sandbox.h"

struct lua_case {
    const char *code;
    const char *fault; // a part of its message; NULL: it runs
    enum lua_fault_kind kind;
    unsigned line;
};

#define RUNS_ON      "this runs on and on"
#define TOO_DEEP     "this calls itself without end"
#define TOO_MUCH     "more than 64 MiB"
#define ABSENT(name) "there is no \"" name "\" in a film's Lua"

static const struct lua_case cases[] = {
    // What is there works.
    {"return 1", NULL, 0, 0},
    {"assert(('%s %d %5.2f'):format('a', 3, 0.5) == 'a 3  0.50')", NULL, 0, 0},
    {"local t = {3, 1, 2} table.sort(t) assert(table.concat(t) == '123')", NULL, 0, 0},
    {"local ok, why = pcall(error, 'x') assert(ok == false and why == 'x')", NULL, 0, 0},
    {"local ok, why = xpcall(error, function(m) return m .. '!' end, 'x') assert(why == 'x!')",
     NULL, 0, 0},
    {"assert(select('#', pcall(function() return 1, 2 end)) == 3)", NULL, 0, 0},
    {"assert(select('#', xpcall(function(...) return ... end, type, 1, 2)) == 3)", NULL, 0, 0},
    {"local m = setmetatable({}, {__index = {x = 1}}) assert(m.x == 1)", NULL, 0, 0},
    {"g = 1; assert(g == 1 and _G.g == 1 and rawget(_G, 'g') == nil)", NULL, 0, 0},
    {"assert(utf8.len('é') == 1)", NULL, 0, 0},
    // Order is fixed, and no address is told.
    {"local s = '' for k in pairs{b=1, a=1, [2]=1, [1]=1, [0.5]=1, [true]=1} do s = s .. "
     "tostring(k) .. ' ' end "
     "assert(s == '0.5 1 2 a b true ', s)",
     NULL, 0, 0},
    {"local t, s = {c=1, a=1, b=1}, '' for k in pairs(t) do t[k] = nil s = s .. k end assert(s == "
     "'abc' and next(t) == nil)",
     NULL, 0, 0},
    {"local t = {b=1, a=2} assert(next(t) == 'a' and next(t, 'a') == 'b' and next(t, 'b') == nil)",
     NULL, 0, 0},
    {"for k in pairs{[{}]=1} do end", "has no order", LUA_FAULT_ERROR, 1},
    {"assert(tostring({}) == 'table' and tostring(type) == 'function')", NULL, 0, 0},
    {"assert(('%s'):format({}) == 'table')", NULL, 0, 0},
    {"return ('%p'):format({})", "address", LUA_FAULT_ERROR, 1},
    {"return ('%-20p'):format({})", "address", LUA_FAULT_ERROR, 1},
    {"assert(('%%p'):format() == '%p')", NULL, 0, 0},
    {"local t = {} for i = 1, 500 do t[i] = {i % 7, i} end table.sort(t, function(a, b) return "
     "a[1] < b[1] end) "
     "for i = 2, 500 do assert(t[i-1][1] < t[i][1] or t[i-1][2] < t[i][2]) end",
     NULL, 0, 0},
    {"table.sort({3, 1, 2}, function() return true end)", NULL, 0, 0},
    // Doors that are not there.
    {"io.open('/etc/passwd')", ABSENT("io"), LUA_FAULT_ERROR, 1},
    {"\n os.time()", ABSENT("os"), LUA_FAULT_ERROR, 2},
    {"debug.getinfo(1)", ABSENT("debug"), LUA_FAULT_ERROR, 1},
    {"load('return 1')", ABSENT("load"), LUA_FAULT_ERROR, 1},
    {"loadfile('x')", ABSENT("loadfile"), LUA_FAULT_ERROR, 1},
    {"dofile('x')", ABSENT("dofile"), LUA_FAULT_ERROR, 1},
    {"coroutine.wrap(function() while true do end end)()", ABSENT("coroutine"), LUA_FAULT_ERROR, 1},
    {"collectgarbage('stop')", ABSENT("collectgarbage"), LUA_FAULT_ERROR, 1},
    {"package.loaded.io.open('x')", ABSENT("package"), LUA_FAULT_ERROR, 1},
    {"print(1)", ABSENT("print"), LUA_FAULT_ERROR, 1},
    {"math.random()", "there is no math.random", LUA_FAULT_ERROR, 1},
    {"math.randomseed(1)", "there is no math.randomseed", LUA_FAULT_ERROR, 1},
    {"string.dump(function() end)", "there is no string.dump", LUA_FAULT_ERROR, 1},
    {"(''):dump()", "there is no string.dump", LUA_FAULT_ERROR, 1},
    {"setmetatable({}, {__gc = function() end})", "__gc", LUA_FAULT_ERROR, 1},
    {"setmetatable({}, {__mode = 'k'})", "__mode", LUA_FAULT_ERROR, 1},
    {"setmetatable({}, {__close = function() end})", "__close", LUA_FAULT_ERROR, 1},
    {"local m = {} setmetatable({}, m) m.__gc = function() end setmetatable({}, m)", "__gc",
     LUA_FAULT_ERROR, 1},
    // What all share cannot be changed.
    {"string.upper = nil", "read only", LUA_FAULT_ERROR, 1},
    {"rawset(string, 'upper', nil)", "read only", LUA_FAULT_ERROR, 1},
    {"table.insert(math, 1)", "read only", LUA_FAULT_ERROR, 1},
    {"setmetatable(string, {})", "read only", LUA_FAULT_ERROR, 1},
    {"getmetatable('').__index = {}", "boolean", LUA_FAULT_ERROR, 1},
    {"setmetatable(_G, {})", "read only", LUA_FAULT_ERROR, 1},
    {"rawset(_G, 'x', 1)", "read only", LUA_FAULT_ERROR, 1},
    {"return function() late = 1 end", NULL, 0, 0},
    // Without end.
    {"while true do end", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"\n\nlocal function f() while true do end end\npcall(f)", RUNS_ON, LUA_FAULT_STEPS, 3},
    {"while true do pcall(function() while true do end end) end", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"while true do xpcall(function() while true do end end, function() while true do end end) end",
     RUNS_ON, LUA_FAULT_STEPS, 1},
    {"pcall(pcall, pcall, pcall, function() while true do end end)", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"goto a ::a:: goto a", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"for i = 1, math.huge do end", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"local t = setmetatable({}, {__index = function(t, k) while true do end end}) return t.x",
     RUNS_ON, LUA_FAULT_STEPS, 1},
    {"table.sort({1, 2}, function() while true do end end)", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"(('x'):rep(99)):gsub('.', function() while true do end end)", RUNS_ON, LUA_FAULT_STEPS, 1},
    {"local function f() return f() end f()", RUNS_ON, LUA_FAULT_STEPS, 1},
    // Without bottom.
    {"local function f() f() end f()", TOO_DEEP, LUA_FAULT_ERROR, 1},
    {"local function f() pcall(f) end f()", NULL, 0, 0},
    {"local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end "
     "return t.x",
     TOO_DEEP, LUA_FAULT_ERROR, 1},
    {"local m = {} m.__index = m setmetatable(m, m) return m.x", "loop", LUA_FAULT_ERROR, 1},
    {"local t = setmetatable({}, {__tostring = function(t) return tostring(t) end}) tostring(t)",
     TOO_DEEP, LUA_FAULT_ERROR, 1},
    {"local f = function(f, g) return xpcall(error, g, g) end local function g() error('x') end "
     "f(f, g)",
     "x", LUA_FAULT_ERROR, 1},
    // Without measure.
    {"local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end", TOO_MUCH,
     LUA_FAULT_MEMORY, 1},
    {"local s = 'x' while true do s = s .. s end", TOO_MUCH, LUA_FAULT_MEMORY, 1},
    {"return ('x'):rep(1 << 30)", TOO_MUCH, LUA_FAULT_MEMORY, 1},
    {"pcall(string.rep, 'x', 1 << 30)", TOO_MUCH, LUA_FAULT_MEMORY, 1},
    {"while true do pcall(string.rep, 'x', 1 << 30) end", TOO_MUCH, LUA_FAULT_MEMORY, 1},
    {"return ('x'):rep(math.maxinteger)", "too large", LUA_FAULT_ERROR, 1},
    {"return table.concat(table.pack(('x'):rep(1 << 20)), ('y'):rep(1 << 22), 1, 1)", NULL, 0, 0},
    {"return {table.unpack({}, 1, 1e7)}", "too many", LUA_FAULT_ERROR, 1},
    {"return ('%99999d'):format(1)", "invalid conversion", LUA_FAULT_ERROR, 1},
    // What is thrown.
    {"error('words')", "words", LUA_FAULT_ERROR, 1},
    {"\nlocal function deep() error('words', 2) end\n\ndeep()", "words", LUA_FAULT_ERROR, 4},
    {"error({code = 1})", "error was called with a table", LUA_FAULT_ERROR, 1},
    {"error(nil)", "error was called with a nil", LUA_FAULT_ERROR, 1},
    {"error(setmetatable({}, {__tostring = function() while true do end end}))",
     "error was called with a table", LUA_FAULT_ERROR, 1},
    {"error()", "error was called with a nil", LUA_FAULT_ERROR, 1},
    {"error(12)", "12", LUA_FAULT_ERROR, 1},
    {"local x = nil\nreturn x.y", "nil value", LUA_FAULT_ERROR, 2},
    {"return 1 + {}", "arithmetic", LUA_FAULT_ERROR, 1},
    {"local x <close> = {}", "non-closable", LUA_FAULT_ERROR, 1},
    // What does not read.
    {"local = 1", "near '='", LUA_FAULT_ERROR, 1},
    {"if true then\n\n", "'end' expected", LUA_FAULT_ERROR, 3},
    {"return 'open", "unfinished string", LUA_FAULT_ERROR, 1},
    {"\x1bLuaT", "bytecode", LUA_FAULT_ERROR, 1},
    {"goto nowhere", "no visible label", LUA_FAULT_ERROR, 1},
};

static bool run(struct lua_host *h, const char *code, struct lua_fault *fault)
{
    struct lua_State *L = lua_host_state(h);

    if (!lua_host_load(h, "hook.lua", str_of(code), fault))
        return false;
    lua_pushnil(L);
    sandbox_push_env(L);
    lua_setupvalue(L, -2, 1);
    return lua_host_call(h, 0, 0, "stopped by force\n", fault);
}

static void hostile_code(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct lua_case *c = &cases[i];
        struct arena *a = arena_new();
        struct lua_host *h = lua_host_new(a);
        struct lua_fault fault;

        sandbox_open(lua_host_state(h));
        if (run(h, c->code, &fault)) {
            if (c->fault)
                fail_msg("ran: %s", c->code);
        } else {
            if (!c->fault)
                fail_msg("%s: %s", c->code, fault.message);
            if (!strstr(fault.message, c->fault))
                fail_msg("%s: \"%s\" is not \"%s\"", c->code, fault.message, c->fault);
            assert_int_equal(fault.kind, c->kind);
            if (fault.line) // Lua does not tell it where memory ended
                assert_int_equal(fault.line, c->line);
            else
                assert_true(c->kind == LUA_FAULT_MEMORY || strcmp(c->fault, TOO_DEEP) == 0);
        }
        assert_int_equal(lua_gettop(lua_host_state(h)), 0);
        lua_host_free(h);
        arena_free(a);
    }
}

// The next call starts with whole budgets: what one hook used up, another does not miss.
static void budgets_are_each_calls_own(void **state)
{
    struct arena *a = arena_new();
    struct lua_host *h = lua_host_new(a);
    struct lua_fault fault;

    (void)state;
    sandbox_open(lua_host_state(h));
    for (int i = 0; i < 3; i++) {
        assert_false(run(h, "while true do end", &fault));
        assert_false(run(h, "return ('x'):rep(1 << 30)", &fault));
        assert_true(run(h, "for i = 1, 1000000 do end return ('x'):rep(1 << 24)", &fault));
    }
    lua_host_free(h);
    arena_free(a);
}

// Globals are fixed once a file has loaded.
static void globals_freeze(void **state)
{
    struct arena *a = arena_new();
    struct lua_host *h = lua_host_new(a);
    struct lua_State *L = lua_host_state(h);
    struct lua_fault fault;

    (void)state;
    sandbox_open(L);
    assert_true(lua_host_load(h, "hook.lua",
                              str_of("known = 1\nreturn function()\n  known = 2\nend"), &fault));
    lua_pushnil(L);
    sandbox_push_env(L);
    lua_pushvalue(L, -1);
    lua_setupvalue(L, -3, 1);
    lua_insert(L, 1);
    assert_true(lua_host_call(h, 0, 1, "", &fault));
    sandbox_freeze(L, 1);
    assert_false(lua_host_call(h, 0, 0, "", &fault));
    assert_int_equal(fault.line, 3);
    assert_non_null(strstr(fault.message, "the global \"known\" cannot be set here"));
    lua_host_free(h);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_code),
        cmocka_unit_test(budgets_are_each_calls_own),
        cmocka_unit_test(globals_freeze),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
