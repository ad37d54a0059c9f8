// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "runtime/media/stretch.h"

// Frames of half a second, '#' where it holds; the stretches of a second or more as "from-to".
static const struct stretch_case {
    const char *frames, *found;
} cases[] = {
    {"", ""},         {"....", ""},      {"#...", ""},
    {"##..", "0-2 "}, {".###.", "1-4 "}, {".##.###", "1-3 4-7 "},
    {"##", "0-2 "},   {".#.#.#.", ""},
};

static void stretches_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct stretch s = {.least_seconds = 1};
        struct buf found = {0};
        size_t n = strlen(cases[i].frames);

        for (size_t f = 0; f <= n; f++)
            if (stretch_tell(&s, cases[i].frames[f] == '#', (double)f / 2))
                buf_printf(&found, "%.0f-%zu ", s.start * 2, f);
        assert_string_equal(buf_text(&found), cases[i].found);
        buf_release(&found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(stretches_are_found)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
