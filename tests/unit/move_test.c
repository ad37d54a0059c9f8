// SPDX-License-Identifier: MIT
// Camera moves: found by name and by words, smooth to a hundredth of a pixel, inside the picture.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/media/move.h"

static const char *const names[] = {
    "handheld",  "pan-left", "pan-right",  "pedestal-down", "pedestal-up", "pull-out", "push-in",
    "tilt-down", "tilt-up",  "truck-left", "truck-right",   "zoom-in",     "zoom-out", "static",
};

enum { NAMES = sizeof(names) / sizeof(*names), FRAMES = 96 };
static const double seconds = 4, wide_px = 1920;

// Where the point at part u of the picture is on screen, in pixels.
static double screen(struct view v, double u)
{
    return (u - (v.x - v.part / 2)) / v.part * wide_px;
}

// Jitter is what a smooth curve cannot explain: the fourth difference, in pixels, over the 16 that
// a single frame out of place would show.
static void no_jitter(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        struct move move = move_of(names[i], 7);

        for (int n = 2; n < FRAMES - 2; n++) {
            double p[5], jitter;

            for (int k = 0; k < 5; k++)
                p[k] = screen(move_view(&move, (double)(n + k - 2) / (FRAMES - 1), seconds), .3);
            jitter = fabs(p[0] - 4 * p[1] + 6 * p[2] - 4 * p[3] + p[4]) / 16;
            assert_true(jitter < .02);
        }
    }
}

static void stays_inside(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAMES; i++) {
        struct move move = move_of(names[i], 99);

        for (int n = -30; n < FRAMES + 30; n++) {
            struct view v = move_view(&move, (double)n / (FRAMES - 1), seconds);

            assert_true(v.x - v.part / 2 >= -1e-9 && v.x + v.part / 2 <= 1 + 1e-9);
            assert_true(v.y - v.part / 2 >= -1e-9 && v.y + v.part / 2 <= 1 + 1e-9);
            assert_true(v.part * move_enlarges(&move) >= .999);
        }
    }
}

static void held_at_the_ends(void **state)
{
    struct move push = move_of("push-in", 1);
    struct view first = move_view(&push, 0, seconds), before = move_view(&push, -.4, seconds);
    struct view last = move_view(&push, 1, seconds), after = move_view(&push, 1.3, seconds);

    (void)state;
    assert_true(first.part == before.part && last.part == after.part);
    assert_true(first.part == 1 && last.part < .92);
    assert_true(move_view(&push, 1, 1).part > last.part); // a short shot moves less far
}

static void found_by_words(void **state)
{
    static const struct {
        const char *words, *same_as;
    } cases[] = {
        {"a slow push in on her face", "push-in"},
        {"camera pans left along the shelf", "pan-left"},
        {"zoom out until the house is small", "zoom-out"},
        {"he lowers his eyes", "static"},
        {"a pancake on a plate", "static"},
        {NULL, "static"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        assert_ptr_equal(move_of(cases[i].words, 0).row, move_of(cases[i].same_as, 0).row);
    assert_true(move_is_static(&(struct move){move_of("static", 0).row, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_jitter),
        cmocka_unit_test(stays_inside),
        cmocka_unit_test(held_at_the_ends),
        cmocka_unit_test(found_by_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
