// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/buf.h"

struct base64_case {
    const char *bytes, *text;
};

// The test vectors of RFC 4648, section 10.
static const struct base64_case cases[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "+//+"},
};

static void writes_base64(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf out = {0};

        buf_puts(&out, "data:");
        base64_add(&out, cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(buf_text(&out) + 5, cases[i].text);
        assert_int_equal(out.len, 5 + strlen(cases[i].text));
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_base64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
