// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/uuid.h"

// 8-4-4-4-12 lower-case hex digits; version 4; variant 8, 9, a or b.
static void is_canonical(const char *text)
{
    assert_int_equal(strlen(text), 36);
    for (size_t i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23)
            assert_int_equal(text[i], '-');
        else
            assert_non_null(strchr("0123456789abcdef", text[i]));
    }
    assert_int_equal(text[14], '4');
    assert_non_null(strchr("89ab", text[19]));
}

static void makes_uuids(void **state)
{
    char last[UUID_BYTES] = "", text[UUID_BYTES];
    struct err err;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_true(uuid_new(text, &err));
        is_canonical(text);
        assert_string_not_equal(text, last);
        memcpy(last, text, sizeof(last));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_uuids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
