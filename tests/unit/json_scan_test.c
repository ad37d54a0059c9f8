// SPDX-License-Identifier: MIT
// Scanning JSON: what is said of whole documents, of cut ones and of those that are none.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "base/mem.h"

// Writes what is scanned as one line.
static void tell(struct json_scan *s, struct arena *a, struct buf *out)
{
    struct str key;

    switch (json_scan_peek(s)) {
    case '{':
        json_scan_open(s, '{');
        buf_char(out, '{');
        while (json_scan_key(s, a, &key)) {
            buf_str(out, key);
            buf_char(out, '=');
            tell(s, a, out);
            buf_char(out, ' ');
        }
        buf_char(out, '}');
        break;
    case '[':
        json_scan_open(s, '[');
        buf_char(out, '[');
        while (json_scan_item(s)) {
            tell(s, a, out);
            buf_char(out, ' ');
        }
        buf_char(out, ']');
        break;
    case '"':
        buf_puts(out, json_scan_text(s, a, "?"));
        break;
    case '0':
        buf_printf(out, "%.17g", json_scan_number(s, 0));
        break;
    default:
        buf_str(out, json_scan_skip(s));
        break;
    }
}

struct scan_case {
    const char *text, *told; // NULL: no JSON
};

static const struct scan_case cases[] = {
    {"{\"a\":[1,2.5,-3e2],\"b\":{}}", "{a=[1 2.5 -300 ] b={} }"},
    {" [ ] ", "[]"},
    {"[[],[[]],{}]", "[[] [[] ] {} ]"},
    {"[true,false,null]", "[true false null ]"},
    {"{\"max\":18446744073709551615,\"x\":NaN,\"y\":Infinity,\"z\":-Infinity}",
     "{max=1.8446744073709552e+19 x=nan y=inf z=-inf }"},
    {"[\"a\\\\\",\"\\\"\",\"\\u00e9\\uD83D\\uDE00\\n\",\"\xc3\xa9\"]",
     "[a\\ \" \xc3\xa9\xf0\x9f\x98\x80\n \xc3\xa9 ]"},
    {"[\"a\\u0000b\",\"\\ud800\",\"\xff\"]", "[a\xef\xbf\xbd"
                                             "b \xef\xbf\xbd \xef\xbf\xbd ]"},
    {"{\"a\\u0062\":1}", "{ab=1 }"},
    {"\"a\"", "a"},
    {"7", "7"},
    {"", NULL},
    {"[1,]", NULL},
    {"[1 2]", NULL},
    {"[1", NULL},
    {"{\"a\"}", NULL},
    {"{\"a\":}", NULL},
    {"{\"a\":1", NULL},
    {"{a:1}", NULL},
    {"{\"a\":1,}", NULL},
    {"\"abc", NULL},
    {"\"abc\\\"", NULL},
    {"[1]x", NULL},
    {"<html>", NULL},
    {"[1.2.3]", NULL},
    {"[-]", NULL},
    {"nul", NULL},
    {"]", NULL},
};

static void test_scan(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new();
        struct buf told = {0};
        struct json_scan s;
        bool ended;

        json_scan_init(&s, str_of(cases[i].text));
        tell(&s, a, &told);
        ended = json_scan_ended(&s);
        if (ended != (cases[i].told != NULL))
            fail_msg("%s was %sread", cases[i].text, ended ? "" : "not ");
        if (ended)
            assert_string_equal(buf_text(&told), cases[i].told);
        buf_release(&told);
        arena_free(a);
    }
}

// What is left out is left out whole, whatever it holds.
static void test_skip(void **state)
{
    static const char text[] = "[{\"a\":[\"]}\\\"\",{}]},7,\"x\",[[1]]]";
    struct json_scan s;
    size_t n = 0;

    (void)state;
    json_scan_init(&s, str_of(text));
    assert_true(json_scan_open(&s, '['));
    while (json_scan_item(&s)) {
        struct str value = json_scan_skip(&s);

        assert_true(n || str_is(value, "{\"a\":[\"]}\\\"\",{}]}"));
        n++;
    }
    assert_true(json_scan_ended(&s));
    assert_int_equal(n, 4);
}

// A value of another type is passed over, and the fallback stands in.
static void test_fallbacks(void **state)
{
    struct arena *a = arena_new();
    struct json_scan s;

    (void)state;
    json_scan_init(&s, str_of("[1,\"a\",[2],null]"));
    json_scan_open(&s, '[');
    json_scan_item(&s);
    assert_string_equal(json_scan_text(&s, a, "no"), "no");
    json_scan_item(&s);
    assert_true(json_scan_number(&s, 4) == 4);
    json_scan_item(&s);
    assert_true(json_scan_flag(&s, true));
    json_scan_item(&s);
    assert_false(json_scan_open(&s, '{'));
    assert_false(json_scan_item(&s));
    assert_true(json_scan_ended(&s));
    arena_free(a);
}

// Cut anywhere, it is no JSON, and nothing beyond the cut is looked at.
static void test_cut(void **state)
{
    static const char text[] = "{\"a\":[1,-2.5e3,\"x\\u00e9\\n\",{\"b\":null}],\"c\":true}";

    (void)state;
    for (size_t len = 0; len + 1 < sizeof(text) - 1; len++) {
        struct arena *a = arena_new();
        struct buf told = {0};
        struct json_scan s;
        char *copy = mem_new(len + 1); // of its own, so that a look beyond is seen

        memcpy(copy, text, len);
        copy = mem_resize(copy, len ? len : 1, 1);
        json_scan_init(&s, (struct str){copy, len});
        tell(&s, a, &told);
        assert_false(json_scan_ended(&s));
        mem_free(copy);
        buf_release(&told);
        arena_free(a);
    }
}

// Deep documents end in a word, not in the stack.
static void test_deep(void **state)
{
    struct buf text = {0};
    struct json_scan s;

    (void)state;
    buf_repeat(&text, '[', 100000);
    json_scan_init(&s, buf_view(&text));
    json_scan_skip(&s);
    assert_true(s.bad);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan), cmocka_unit_test(test_skip), cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_cut),  cmocka_unit_test(test_deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
