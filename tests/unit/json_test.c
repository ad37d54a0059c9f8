// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(canonical_form)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
