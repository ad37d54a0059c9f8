// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compiler/csv.h"

struct csv_case {
    const char *in;
    const char *out;   // fields in <>, rows by /; NULL: a fault
    const char *fault; // a part of its message
};

static const struct csv_case cases[] = {
    {"a,b\n1,2\n", "<a><b>/<1><2>", NULL},
    {"a,b\r\n1,2", "<a><b>/<1><2>", NULL},
    {"a\n\"x, \"\"y\"\"\nz\"\n", "<a>/<x, \"y\"\nz>", NULL},
    {"a,b\n,\n", "<a><b>/<><>", NULL},
    {"\n\na\n\n1\n\n", "<a>/<1>", NULL},
    {"a,\xc3\xa9\n 1 , 2", "<a><\xc3\xa9>/< 1 >< 2>", NULL},
    {"a , b\n1,2\n", "<a><b>/<1><2>", NULL},
    {"a\n", "<a>", NULL},
    {"", NULL, "no header"},
    {"\n\r\n", NULL, "no header"},
    {"a,a\n", NULL, "two columns \"a\""},
    {"a,,b\n", NULL, "no name"},
    {"a;b\n1;2\n", NULL, "commas, not semicolons"},
    {"a,b\n1\n", NULL, "this row has 1 field, the header 2"},
    {"a\n1,2\n", NULL, "this row has 2 fields, the header 1"},
    {"a\n\"x\n", NULL, "never closed"},
    {"a\n\"x\"y\n", NULL, "behind a closing quote"},
};

static void put_row(const struct csv_row *row, struct buf *out)
{
    for (size_t i = 0; i < row->n; i++)
        buf_printf(out, "<%s>", row->fields[i].text.ptr);
}

static void reads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new();
        struct csv csv;
        struct csv_fault fault = {0};
        struct buf out = {0};
        bool ok = csv_parse(&csv, str_of(cases[i].in), a, &fault);

        assert_int_equal(ok, cases[i].out != NULL);
        if (ok) {
            put_row(&csv.header, &out);
            for (size_t k = 0; k < csv.n_rows; k++) {
                buf_char(&out, '/');
                put_row(&csv.rows[k], &out);
            }
            assert_string_equal(buf_text(&out), cases[i].out);
        } else {
            assert_non_null(strstr(fault.message, cases[i].fault));
            assert_true(fault.end > fault.start && fault.start <= strlen(cases[i].in));
        }
        buf_release(&out);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
