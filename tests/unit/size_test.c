// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/args.h"
#include "cli/size.h"

struct read_case {
    const char *text;
    int64_t bytes; // -1: refused
};

static const struct read_case reads[] = {
    {"0", 0},
    {"4096", 4096},
    {"1K", 1024},
    {"1 kb", 1024},
    {"500M", 500 << 20},
    {"1.5 GB", 3LL << 29},
    {"2TiB", 2LL << 40},
    {"12B", 12},
    {"", -1},
    {"much", -1},
    {"-1", -1},
    {"+1", -1},
    {"5 apples", -1},
    {"inf", -1},
    {"nan", -1},
    {"1e30", -1},
    {"9999999TB", -1},
};

static void reads_sizes(void **state)
{
    static const struct option options[] = {{"keep", 0, "SIZE", ""}, {0}};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(reads) / sizeof(*reads); i++) {
        char *words[] = {arena_printf(a, "--keep=%s", reads[i].text)};
        struct args args;
        struct err err = {0};
        int64_t bytes;
        bool ok;

        assert_true(args_read(&args, options, words, 1, a, &err));
        ok = size_option(&args, "keep", &bytes, &err);
        if (ok != (reads[i].bytes >= 0) || (ok && bytes != reads[i].bytes))
            fail_msg("\"%s\": %d, %lld", reads[i].text, ok, (long long)bytes);
    }
    arena_free(a);
}

struct print_case {
    uint64_t bytes;
    const char *text;
};

static const struct print_case prints[] = {
    {0, "0 bytes"},          {1, "1 byte"},      {1023, "1023 bytes"},      {1024, "1.0 KB"},
    {1536, "1.5 KB"},        {102349, "100 KB"}, {(1 << 20) - 1, "1.0 MB"}, {5ULL << 30, "5.0 GB"},
    {3ULL << 50, "3072 TB"},
};

static void prints_sizes(void **state)
{
    struct buf out = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(prints) / sizeof(*prints); i++) {
        buf_clear(&out);
        size_print(prints[i].bytes, &out);
        assert_string_equal(buf_text(&out), prints[i].text);
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_sizes),
        cmocka_unit_test(prints_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
