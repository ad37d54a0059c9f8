// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/backoff.h"

struct backoff_case {
    unsigned failures;
    int64_t most_ms;
};

static const struct backoff_case cases[] = {
    {1, 500},   {2, 1000},  {3, 2000},  {4, 4000},
    {7, 32000}, {8, 60000}, {9, 60000}, {4000000000u, 60000},
};

// Between half of it and all of it, and not the same for all who wait.
static void waits_longer(void **state)
{
    uint64_t chance = 41;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t least = INT64_MAX, most = 0;

        for (int k = 0; k < 1000; k++) {
            int64_t ms = backoff_ms(cases[i].failures, &chance);

            assert_true(ms >= cases[i].most_ms / 2 && ms <= cases[i].most_ms);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_true(most - least > cases[i].most_ms / 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
