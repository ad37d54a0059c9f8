// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/slab.h"

struct resize {
    size_t from, to;
};

static const struct resize cases[] = {{1, 16},      {16, 17},     {17, 1}, {512, 513}, {513, 512},
                                      {600, 60000}, {60000, 600}, {40, 0}, {4000, 0}};

static void keeps_what_was_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct slab *s = slab_new();
        size_t least = cases[i].from < cases[i].to ? cases[i].from : cases[i].to;
        unsigned char *neighbour = slab_resize(s, NULL, 0, 64);
        unsigned char *ptr = slab_resize(s, NULL, 0, cases[i].from);

        memset(neighbour, 1, 64);
        memset(ptr, 0xa5, cases[i].from);
        ptr = slab_resize(s, ptr, cases[i].from, cases[i].to);
        assert_int_equal(ptr != NULL, cases[i].to != 0);
        for (size_t k = 0; k < least; k++)
            assert_int_equal(ptr[k], 0xa5);
        if (ptr)
            memset(ptr, 2, cases[i].to);
        for (size_t k = 0; k < 64; k++)
            assert_int_equal(neighbour[k], 1);
        slab_free(s);
    }
}

// A piece that ended is given again to the next of its size.
static void reuses(void **state)
{
    struct slab *s = slab_new();
    void *first = slab_resize(s, NULL, 0, 100), *again;

    (void)state;
    slab_resize(s, first, 100, 0);
    again = slab_resize(s, NULL, 0, 97);
    assert_ptr_equal(first, again);
    slab_free(s);
}

// Cleared, a slab gives the same memory once more, and as much as it ever had room for.
static void clears(void **state)
{
    enum { PIECES = 20000 };
    struct slab *s = slab_new();
    unsigned char *first = NULL;

    (void)state;
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < PIECES; i++) {
            size_t size = 1 + i * 7 % 600;
            unsigned char *ptr = slab_resize(s, NULL, 0, size);

            memset(ptr, round, size);
            if (!first)
                first = ptr;
            if (i == 0)
                assert_ptr_equal(ptr, first);
        }
        slab_clear(s);
    }
    slab_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_was_there),
                                       cmocka_unit_test(reuses), cmocka_unit_test(clears)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
