// SPDX-License-Identifier: MIT
#include "compiler/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

enum { MANY = 10 * TEXTS_KEPT };

// However many texts go by, each copy says what was asked for, and is nobody else's.
static void says_what_was_asked(void **state)
{
    struct arena *a = arena_new();
    struct texts texts = {0};
    const char *copies[MANY];

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        char *given = arena_printf(a, "scene-%zu/%s", i, i % 2 ? "a" : "image");

        copies[i] = texts_get(&texts, str_of(given), a);
        assert_ptr_not_equal(copies[i], given);
        given[0] = '!';
    }
    for (size_t i = 0; i < MANY; i++)
        assert_string_equal(copies[i], arena_printf(a, "scene-%zu/%s", i, i % 2 ? "a" : "image"));
    arena_free(a);
}

static void shares_what_came_lately(void **state)
{
    static const char *const cases[] = {"", "a", "image", "lamp-1/mara/voice/mara-the-sea"};
    struct arena *a = arena_new();
    struct texts texts = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const char *copy = texts_get(&texts, str_of(cases[i]), a);

        assert_string_equal(copy, cases[i]);
        assert_ptr_equal(copy, texts_get(&texts, str_of(arena_strdup(a, cases[i])), a));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_was_asked),
                                       cmocka_unit_test(shares_what_came_lately)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
