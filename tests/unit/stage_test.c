// SPDX-License-Identifier: MIT
// Where people stand: in the frame, apart from each other, where their region is.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/media/stage.h"

static const char *const sizes[] = {"extreme-wide", "wide",         "full",
                                    "medium",       "medium-close", "close-up"};
static const double shapes[] = {16. / 9, 1, 9. / 16, 2.39};

enum { SIZES = sizeof(sizes) / sizeof(*sizes), SHAPES = sizeof(shapes) / sizeof(*shapes) };

static void heads_are_seen(void **state)
{
    static const int faces[STAGE_MOST] = {1, -1, 1, -1, 1, -1, 1, -1};

    (void)state;
    for (size_t s = 0; s < SIZES; s++)
        for (size_t k = 0; k < SHAPES; k++)
            for (int n = 1; n <= 4; n++) {
                struct stand stands[STAGE_MOST];

                stage_set(stage_size_of(sizes[s], n), STAGE_EYE, shapes[k], n, NULL, faces, stands);
                for (int i = 0; i < n; i++) {
                    assert_true(stands[i].x > 0 && stands[i].x < shapes[k]);
                    assert_true(stands[i].y - stands[i].head / 2 > 0 && stands[i].y < .85);
                    assert_true(stands[i].head > .005);
                    if (i)
                        assert_true(stands[i].x - stands[i - 1].x > .6 * stands[i].head);
                }
            }
}

static void nearer_is_larger(void **state)
{
    static const int faces[1] = {1};
    double before = 0;

    (void)state;
    for (size_t s = 0; s < SIZES; s++) {
        struct stand stand;

        stage_set(stage_size_of(sizes[s], 1), STAGE_EYE, 16. / 9, 1, NULL, faces, &stand);
        assert_true(stand.head > before);
        before = stand.head;
    }
}

static void two_look_at_each_other(void **state)
{
    static const int faces[2] = {1, 1};
    static const double regions[2][4] = {{.5, 0, .5, 1}, {0, 0, .5, 1}};
    struct stand stands[2];

    (void)state;
    stage_set(STAGE_MEDIUM, STAGE_EYE, 16. / 9, 2, NULL, faces, stands);
    assert_true(stands[0].x < stands[1].x && stands[0].turn > 0 && stands[1].turn < 0);
    stage_set(STAGE_MEDIUM, STAGE_EYE, 16. / 9, 2, regions, faces, stands);
    assert_true(stands[0].x > stands[1].x && stands[0].turn < 0 && stands[1].turn > 0);
    assert_true(fabs(stands[0].x - .75 * 16 / 9) < 1e-9);
}

static void over_the_shoulder(void **state)
{
    static const int faces[2] = {1, 1};
    struct stand stands[2];

    (void)state;
    stage_set(STAGE_MEDIUM, STAGE_OVER_SHOULDER, 16. / 9, 2, NULL, faces, stands);
    assert_true(stands[0].back && !stands[1].back && stands[0].head > stands[1].head);
}

static void names_that_nobody_knows(void **state)
{
    (void)state;
    assert_int_equal(stage_size_of(NULL, 0), STAGE_WIDE);
    assert_int_equal(stage_size_of("enormous", 2), STAGE_MEDIUM);
    assert_int_equal(stage_angle_of("sideways"), STAGE_EYE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_seen),          cmocka_unit_test(nearer_is_larger),
        cmocka_unit_test(two_look_at_each_other),  cmocka_unit_test(over_the_shoulder),
        cmocka_unit_test(names_that_nobody_knows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
