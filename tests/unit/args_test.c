// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"

static const struct option options[] = {
    {"draft", 0, NULL, "a flag"},
    {"jobs", 'j', "N", "a number"},
    {"quiet", 'q', NULL, "a flag with a letter"},
    {"use", 0, "KIND=PRESET", "a value, several times"},
    {0},
};

enum { MOST_WORDS = 8 };

struct args_case {
    const char *argv[MOST_WORDS];
    const char *told; // what was understood, or the error
};

static const struct args_case cases[] = {
    {{NULL}, ""},
    {{"film.yaml"}, "film.yaml"},
    {{"a", "--draft", "b"}, "[draft] a b"},
    {{"--use", "a=b", "--use=c=d"}, "[use a=b] [use c=d]"},
    {{"--use="}, "[use ]"},
    {{"-j4"}, "[jobs 4]"},
    {{"-j", "4"}, "[jobs 4]"},
    {{"-qj4", "x"}, "[quiet] [jobs 4] x"},
    {{"-qh"}, "help [quiet]"},
    {{"x", "--help"}, "help x"},
    {{"--", "--draft", "-q"}, "--draft -q"},
    {{"-"}, "-"},
    {{"--drfat"}, "unknown option --drfat; did you mean --draft?"},
    {{"--zzzzzzzz"}, "unknown option --zzzzzzzz"},
    {{"-x"}, "unknown option -x"},
    {{"--draft=yes"}, "--draft takes no value"},
    {{"--use"}, "--use needs a value: --use KIND=PRESET"},
    {{"-j"}, "--jobs needs a value: --jobs N"},
};

static void tell(const struct args *args, struct buf *out)
{
    if (args->help)
        buf_puts(out, "help ");
    for (size_t i = 0; i < args->n_given; i++) {
        buf_printf(out, "[%s", args->given[i].option->name);
        if (args->given[i].value)
            buf_printf(out, " %s", args->given[i].value);
        buf_puts(out, "] ");
    }
    for (size_t i = 0; i < args->n_words; i++)
        buf_printf(out, "%s ", args->words[i]);
    if (out->len) // the last blank
        out->ptr[--out->len] = 0;
}

static void reading(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct arena *a = arena_new();
        char *argv[MOST_WORDS];
        struct args args;
        struct err err = {0};
        struct buf told = {0};
        size_t n = 0;

        for (; n < MOST_WORDS && cases[i].argv[n]; n++)
            argv[n] = arena_strdup(a, cases[i].argv[n]);
        if (args_read(&args, options, argv, n, a, &err))
            tell(&args, &told);
        else
            buf_puts(&told, err.text);
        assert_string_equal(buf_text(&told), cases[i].told);
        buf_release(&told);
        arena_free(a);
    }
}

static const struct number_case {
    const char *text;
    long number; // -1: refused
} numbers[] = {
    {"4", 4}, {"1", 1}, {"0", -1}, {"-3", -1}, {"4x", -1}, {"", -1}, {"99999999999999999999", -1},
};

static void counting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        struct arena *a = arena_new();
        char *argv[] = {arena_strdup(a, "--jobs"), arena_strdup(a, numbers[i].text)};
        struct args args;
        struct err err = {0};
        long number = -1;

        assert_true(args_read(&args, options, argv, 2, a, &err));
        if (!args_number(&args, "jobs", 1, 7, &number, &err))
            assert_int_equal(err.kind, ERR_USAGE);
        assert_int_equal(number, numbers[i].number);
        arena_free(a);
    }
}

static void absent(void **state)
{
    struct arena *a = arena_new();
    struct args args;
    struct err err = {0};
    long number = 0;

    (void)state;
    assert_true(args_read(&args, options, NULL, 0, a, &err));
    assert_false(args_has(&args, "draft"));
    assert_string_equal(args_get(&args, "use", "else"), "else");
    assert_true(args_number(&args, "jobs", 1, 7, &number, &err));
    assert_int_equal(number, 7);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading),
        cmocka_unit_test(counting),
        cmocka_unit_test(absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
