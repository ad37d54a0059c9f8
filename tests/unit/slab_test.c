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

enum { PIECES = 2000 };

static size_t size_of(size_t i)
{
    return 1 + i * 7 % 1200; // half of them are large
}

static void fill(struct slab *s, unsigned char **pieces, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        pieces[i] = slab_resize(s, NULL, 0, size_of(i));
        memset(pieces[i], (int)(i % 251), size_of(i));
    }
}

// Ends every third piece, grows every third and writes over the others.
static void change(struct slab *s, unsigned char *const *pieces, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 3 == 0)
            slab_resize(s, pieces[i], size_of(i), 0);
        else if (i % 3 == 1)
            memset(slab_resize(s, pieces[i], size_of(i), size_of(i) * 2), 0xee, size_of(i) * 2);
        else
            memset(pieces[i], 0xdd, size_of(i));
    }
}

// Whatever has come of them, pieces are where they were when the slab was marked, and as they were;
// and what had ended by then is given again.
static void goes_back(void **state)
{
    static unsigned char *pieces[PIECES], *more[PIECES];
    struct slab *s = slab_new();
    void *ended = slab_resize(s, NULL, 0, 100);

    (void)state;
    fill(s, pieces, 0, PIECES);
    slab_resize(s, ended, 100, 0);
    slab_mark(s);
    for (int round = 0; round < 3; round++) {
        assert_ptr_equal(slab_resize(s, NULL, 0, 100), ended);
        change(s, pieces, PIECES);
        fill(s, more, 0, PIECES);
        slab_go_back(s);
        for (size_t i = 0; i < PIECES; i++)
            for (size_t k = 0; k < size_of(i); k++)
                assert_int_equal(pieces[i][k], i % 251);
    }
    slab_free(s);
}

// A slab that was marked before it held anything gives the same memory once more.
static void goes_back_to_nothing(void **state)
{
    struct slab *s = slab_new();
    void *first;

    (void)state;
    slab_mark(s);
    first = slab_resize(s, NULL, 0, 100);
    slab_go_back(s);
    assert_ptr_equal(slab_resize(s, NULL, 0, 100), first);
    slab_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_what_was_there),
                                       cmocka_unit_test(reuses), cmocka_unit_test(goes_back),
                                       cmocka_unit_test(goes_back_to_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
