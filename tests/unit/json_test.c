// SPDX-License-Identifier: MIT
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/json.h"

struct json_case {
    const char *in, *canonical; // canonical NULL: no JSON
};

// Numbers and order of keys: RFC 8785, section 3.2.3 and appendix B.
static const struct json_case cases[] = {
    {"{\"b\":1,\"a\":[true,null,\"x\"]}", "{\"a\":[true,null,\"x\"],\"b\":1}"},
    {"[1.0, 4.50, 2e-3, 1e-27, 333333333.33333329]", "[1,4.5,0.002,1e-27,333333333.3333333]"},
    {"[1e21, 1e20, 0.000001, 1e-7, -0.0]", "[1e+21,100000000000000000000,0.000001,1e-7,0]"},
    {"{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6}",
     "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"\xe2\x82\xac\":1,\"\xf0\x9f\x98\x80\":5,\"\xef\xac\xb3\":"
     "3}"},
    {"\"\\u000f\\n\\\"\\\\\\/\"", "\"\\u000f\\n\\\"\\\\/\""},
    {"[NaN, -Infinity, 18446744073709551615]", "[null,null,18446744073709552000]"},
    {"{\"a\":\"NaN 99999999999999999999\"}", "{\"a\":\"NaN 99999999999999999999\"}"},
    {"[0.5, -0.25, 1234.567, 0.001, 0.0001, 999999999.999, 1000000000.5]",
     "[0.5,-0.25,1234.567,0.001,0.0001,999999999.999,1000000000.5]"},
    {"[\"1234567\\\"\", \"12345678\\\\\", \"1234567\xc3\xa9\", \"\x7f\\u001f12345678\"]",
     "[\"1234567\\\"\",\"12345678\\\\\",\"1234567\xc3\xa9\",\"\x7f\\u001f12345678\"]"},
    {"<html>", NULL},
    {"{\"a\":", NULL},
    {"", NULL},
};

static void canonical_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct err err = {0};
        struct buf out = {0};
        json_t *value = json_read_loose(str_of(cases[i].in), &err);

        assert_int_equal(value != NULL, cases[i].canonical != NULL);
        if (value) {
            json_canonical(value, &out);
            assert_string_equal(buf_text(&out), cases[i].canonical);
        }
        json_decref(value);
        buf_release(&out);
    }
}

static void compact_form_keeps_the_order(void **state)
{
    struct err err;
    struct buf out = {0};
    json_t *value = json_read_loose(
        str_of("{\"b\": {\"z\": 1.0, \"a\": [0.7, \"\\u00e9\\n\"]}, \"a\": null}"), &err);

    (void)state;
    json_compact(value, &out);
    assert_string_equal(buf_text(&out), "{\"b\":{\"z\":1,\"a\":[0.7,\"\xc3\xa9\\n\"]},\"a\":null}");
    json_decref(value);
    buf_release(&out);
}

static void assert_real(double value, const char *expected)
{
    struct buf out = {0};

    json_put_real(value, &out);
    if (expected)
        assert_string_equal(buf_text(&out), expected);
    assert_true(strtod(buf_text(&out), NULL) == value);
    assert_true(expected || out.len > sizeof("999.999"));
    buf_release(&out);
}

// The numbers that people write, and their neighbours, which are none.
static void few_decimals(void **state)
{
    (void)state;
    for (int i = 1; i < 1000000; i += 7) {
        char text[16];
        size_t len = (size_t)snprintf(text, sizeof(text), "%d.%03d", i / 1000, i % 1000);
        double value = strtod(text, NULL);

        while (text[len - 1] == '0')
            text[--len] = 0;
        if (text[len - 1] == '.')
            text[--len] = 0;
        assert_real(value, text);
        assert_real(nextafter(value, 1e9), NULL);
    }
}

// What is no UTF-8 adds nothing.
static void odd_text(void **state)
{
    struct buf out = {0};

    (void)state;
    assert_false(json_put_text(str_of("12345678\xff"), &out));
    assert_false(json_put_text(str_of("\xc3"), &out));
    assert_int_equal(out.len, 0);
    buf_release(&out);
}

static void pretty_form(void **state)
{
    json_t *value = json_pack("{s:f, s:f}", "rate", 24000.0 / 1001, "level", -12.3), *again;
    struct buf people = {0}, programs = {0};

    (void)state;
    json_pretty(value, &people);
    assert_string_equal(buf_text(&people),
                        "{\n  \"level\": -12.3,\n  \"rate\": 23.976023976024\n}\n");
    json_pretty_exact(value, &programs);
    again = json_loads(buf_text(&programs), 0, NULL);
    assert_true(json_equal(value, again)); // to the last bit
    json_decref(again);
    json_decref(value);
    buf_release(&people);
    buf_release(&programs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonical_form), cmocka_unit_test(compact_form_keeps_the_order),
        cmocka_unit_test(few_decimals),   cmocka_unit_test(odd_text),
        cmocka_unit_test(pretty_form),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
