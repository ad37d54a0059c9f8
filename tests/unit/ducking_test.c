// SPDX-License-Identifier: MIT
// How far a sound steps back, how fast, and that it does so without a jump.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/media/ducking.h"
#include "runtime/media/pcm.h"

enum { SECONDS = 10, SAMPLES = SECONDS * PCM_RATE };

// Lines from 2 to 3 s and from 4.5 to 5 s.
static void init(struct ducking *d)
{
    *d = (struct ducking){.lines = {0}};
    ducking_add(d, pcm_sample(4.5), pcm_sample(0.5));
    ducking_add(d, pcm_sample(2), pcm_sample(1));
    ducking_sort(d);
}

static struct duck read_duck(const char *text)
{
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    struct duck duck = duck_read(value);

    assert_true(value || !text);
    json_decref(value);
    return duck;
}

struct duck_case {
    const char *duck; // NULL: nothing is said
    double db[5];     // at 1 s, half way down, at 2.5 s, half way back, at 4 s
    double attack, release;
};

static const struct duck_case ducks[] = {
    {NULL, {0, -2.5, -6.02, -2.5, 0}, 0.15, 0.4},
    {"true", {0, -2.5, -6.02, -2.5, 0}, 0.15, 0.4},
    {"false", {0, 0, 0, 0, 0}, 0.15, 0.4},
    {"{\"by\":12}", {0, -4.08, -12, -4.08, 0}, 0.15, 0.4},
    {"{\"by\":3,\"attack\":0.5,\"release\":1}", {0, -1.37, -3, -1.37, 0}, 0.5, 1},
    {"{\"attack\":0,\"release\":0}",
     {0, -2.5, -6, -2.5, 0},
     0.01,
     0.01}, // as short as does not click
};

static void steps_back_as_it_is_told(void **state)
{
    static float factors[SAMPLES];

    (void)state;
    for (size_t i = 0; i < sizeof(ducks) / sizeof(*ducks); i++) {
        const struct duck_case *c = &ducks[i];
        const double at[] = {1, 2 - c->attack / 2, 2.5, 3 + c->release / 2, 4};
        struct duck duck = read_duck(c->duck);
        struct ducking d;

        init(&d);
        ducking_fill(&d, &duck, 0, factors, SAMPLES);
        for (size_t k = 0; k < 5; k++)
            assert_float_equal(20 * log10f(factors[pcm_sample(at[k])]), (float)c->db[k], 0.06f);
        ducking_release(&d);
    }
}

// The second line begins before the level is back from the first.
static void slow_ramps_meet_without_a_jump(void **state)
{
    static float factors[SAMPLES];
    struct duck duck = read_duck("{\"by\":20,\"attack\":1.5,\"release\":2}");
    float least_between = 0;
    struct ducking d;

    (void)state;
    init(&d);
    ducking_fill(&d, &duck, 0, factors, SAMPLES);
    for (size_t i = 1; i < SAMPLES; i++)
        assert_true(fabsf(factors[i] - factors[i - 1]) < 1e-4f);
    for (int64_t i = pcm_sample(3); i < pcm_sample(4.5); i++)
        least_between = fmaxf(least_between, factors[i]);
    assert_true(least_between > 0.15f && least_between < 0.9f);
    ducking_release(&d);
}

// Whoever reads from the middle hears the same.
static void any_window_is_a_part_of_the_whole(void **state)
{
    static const struct {
        int64_t start;
        size_t n;
    } windows[] = {{0, 1}, {90000, 8192}, {96000, 1}, {140000, 100000}, {479999, 1}};
    static float whole[SAMPLES], part[SAMPLES];
    struct duck duck = read_duck("{\"by\":9,\"release\":1.4}");
    struct ducking d;

    (void)state;
    init(&d);
    ducking_fill(&d, &duck, 0, whole, SAMPLES);
    for (size_t i = 0; i < sizeof(windows) / sizeof(*windows); i++) {
        ducking_fill(&d, &duck, windows[i].start, part, windows[i].n);
        assert_memory_equal(part, whole + windows[i].start, windows[i].n * sizeof(*part));
    }
    ducking_release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_back_as_it_is_told),
        cmocka_unit_test(slow_ramps_meet_without_a_jump),
        cmocka_unit_test(any_window_is_a_part_of_the_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
