// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cli/table.h"

struct table_case {
    const char *cells[6]; // two rows of three
    size_t indent;
    const char *text;
};

static const struct table_case cases[] = {
    {{"a", "bb", "c", "aaa", "b", "c"}, 0, "a    bb  c\naaa  b   c\n"},
    {{"a", "", "c", "aa", "", "d"}, 2, "  a   c\n  aa  d\n"}, // an empty column takes no room
    {{"a", "b", "", "aaa", "", ""}, 0, "a    b\naaa\n"},      // no blanks at the end of a line
    {{"\xe6\xb5\xb7", "b", "c", "aaa", "b", "c"}, 0, "\xe6\xb5\xb7   b  c\naaa  b  c\n"}, // wide
    {{"a\033[31m", "b\n", "c", "a", "b", "c"}, 0, "a [31m  b   c\na       b   c\n"},
};

static void printing(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct table t = {.columns = 3};
        struct buf out = {0};

        for (size_t c = 0; c < 6; c++)
            table_add(&t, "%s", cases[i].cells[c]);
        table_print(&t, cases[i].indent, &out);
        assert_string_equal(buf_text(&out), cases[i].text);
        buf_release(&out);
    }
}

static void nothing(void **state)
{
    struct table t = {.columns = 3};
    struct buf out = {0};

    (void)state;
    table_print(&t, 2, &out);
    assert_string_equal(buf_text(&out), "");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(printing), cmocka_unit_test(nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
