// SPDX-License-Identifier: MIT
// Mappings come out in the order of JSON, whether their layout is new, known, or one too many.
#include "compiler/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <lua.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "compiler/convert.h"
#include "compiler/lua.h"

enum { MAPPINGS = 300, ROUNDS = 3, KEY_BYTES = 64 };

// Of 1 to 20 keys, short and long; no two mappings have the same.
static size_t count_keys(size_t mapping)
{
    return 1 + mapping % 20;
}

static void name_key(size_t mapping, size_t i, char *key)
{
    const char *tail = i % 3 ? "" : " that is longer than those that Lua has only once";

    snprintf(key, KEY_BYTES, "%zu \"%zu\"%s", i * 7 % 20, mapping, tail);
}

static void push_mapping(lua_State *L, size_t mapping, size_t round)
{
    char key[KEY_BYTES];

    lua_newtable(L);
    for (size_t i = 0; i < count_keys(mapping); i++) {
        name_key(mapping, i, key);
        lua_pushinteger(L, (lua_Integer)(i + round));
        lua_setfield(L, -2, key);
    }
}

static void put_expected(size_t mapping, size_t round, struct buf *out)
{
    json_t *object = json_object();
    char key[KEY_BYTES];

    for (size_t i = 0; i < count_keys(mapping); i++) {
        name_key(mapping, i, key);
        json_object_set_new(object, key, json_integer((json_int_t)(i + round)));
    }
    json_canonical(object, out);
    json_decref(object);
}

static void sorts_each_time(void **state)
{
    struct arena *a = arena_new();
    struct lua_host *h = lua_host_new(a);
    lua_State *L = lua_host_state(h);
    struct buf made = {0}, expected = {0};
    const char *why;

    (void)state;
    convert_open(L);
    for (size_t i = 0; i < ROUNDS * MAPPINGS; i++) {
        buf_clear(&made);
        buf_clear(&expected);
        push_mapping(L, i % MAPPINGS, i / MAPPINGS);
        assert_true(convert_to_text(L, -1, &made, NULL, &why));
        lua_pop(L, 1);
        lua_gc(L, LUA_GCCOLLECT);
        put_expected(i % MAPPINGS, i / MAPPINGS, &expected);
        assert_string_equal(buf_text(&made), buf_text(&expected));
    }
    buf_release(&made);
    buf_release(&expected);
    lua_host_free(h);
    arena_free(a);
}

// That a value is late is told of each mapping, and within others.
static void tells_what_is_late(void **state)
{
    struct arena *a = arena_new();
    struct lua_host *h = lua_host_new(a);
    lua_State *L = lua_host_state(h);
    struct buf text = {0};
    const char *why;

    (void)state;
    convert_open(L);
    for (int round = 0; round < 3; round++) {
        for (int late = 0; late < 2; late++) {
            bool told = !late;

            lua_newtable(L);
            lua_newtable(L);
            lua_pushinteger(L, 1);
            lua_setfield(L, -2, late ? "late" : "soon");
            lua_setfield(L, -2, "within");
            buf_clear(&text);
            assert_true(convert_to_text(L, -1, &text, &told, &why));
            lua_pop(L, 1);
            assert_int_equal(told, late);
        }
    }
    buf_release(&text);
    lua_host_free(h);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sorts_each_time),
                                       cmocka_unit_test(tells_what_is_late)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
