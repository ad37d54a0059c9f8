// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtime/rehearsal.h"

enum { CAST, STILL, CLIP, OTHER, FILM, N_STEPS };

// A film of two shots on one GPU with two models, and this machine.
struct stage {
    struct rehearsal r;
    struct rehearsal_service *gpu, *here;
};

static const size_t needs_cast[] = {CAST}, needs_still[] = {STILL}, needs_all[] = {CLIP, OTHER};

static const struct {
    const size_t *inputs;
    size_t n_inputs;
    int lane; // 0 and 1: of a model; 2: here
    double seconds;
} film[N_STEPS] = {
    [CAST] = {NULL, 0, 0, 90},         [STILL] = {needs_cast, 1, 0, 60},
    [CLIP] = {needs_still, 1, 1, 200}, [OTHER] = {needs_cast, 1, 0, 60},
    [FILM] = {needs_all, 2, 2, 5},
};

static struct rehearsal_service *add(struct stage *t, unsigned gpus)
{
    struct rehearsal_service *s = rehearsal_add_service(&t->r, 1, true);

    s->sched.machine = sched_add_machine(&t->r.sched, gpus);
    sched_add_service(&t->r.sched, &s->sched);
    return s;
}

static void set(struct stage *t)
{
    struct sched_lane *lanes[3];

    *t = (struct stage){0};
    rehearsal_init(&t->r, SCHED_SOONEST_SCENE, N_STEPS, 1);
    t->gpu = add(t, 1);
    t->here = add(t, 0);
    lanes[0] = sched_add_lane(&t->r.sched, "flux", 40);
    lanes[1] = sched_add_lane(&t->r.sched, "wan", 60);
    lanes[2] = sched_add_lane(&t->r.sched, NULL, 0);
    sched_offer(&t->r.sched, &t->gpu->sched, lanes[0], 1);
    sched_offer(&t->r.sched, &t->gpu->sched, lanes[1], 1);
    sched_offer(&t->r.sched, &t->here->sched, lanes[2], 1);
    for (size_t i = 0; i < N_STEPS; i++) {
        t->r.steps[i].inputs = film[i].inputs;
        t->r.steps[i].n_inputs = film[i].n_inputs;
        t->r.steps[i].step = (struct sched_step){
            .lane = lanes[film[i].lane], .index = i, .seconds = film[i].seconds};
    }
    rehearsal_measure(&t->r);
}

static void all_in_order(void **state)
{
    struct stage t;
    size_t decide[N_STEPS];

    (void)state;
    set(&t);
    assert_true(t.r.steps[CAST].step.path_seconds == 90 + 60 + 200 + 5);
    assert_true(rehearsal_run(&t.r, 1000));
    assert_int_equal(t.r.steps[CAST].load_ms, 40000);
    assert_int_equal(t.r.steps[CAST].end_ms, 131000);
    assert_int_equal(t.r.steps[STILL].end_ms, 191000);
    assert_int_equal(t.r.steps[OTHER].end_ms, 251000); // before the other model is loaded
    assert_int_equal(t.r.steps[CLIP].end_ms, 511000);
    assert_int_equal(t.r.end_ms, 516000);
    assert_int_equal(t.r.sched.n_loads, 2);
    assert_int_equal(rehearsal_critical(&t.r, decide, N_STEPS), 5);
    assert_int_equal(decide[0], CAST);
    assert_int_equal(decide[2], OTHER); // it held the GPU until the clip could begin
    assert_int_equal(decide[3], CLIP);
    assert_int_equal(decide[4], FILM);
    rehearsal_release(&t.r);
}

// What runs already goes on, and needs no loading.
static void from_the_middle(void **state)
{
    struct stage t;

    (void)state;
    set(&t);
    t.r.steps[CAST].runs_on = t.gpu;
    t.r.steps[CAST].left_seconds = 10;
    sched_set_model(&t.r.sched, &t.gpu->sched, t.r.sched.models.at[0]);
    assert_true(rehearsal_run(&t.r, 0));
    assert_int_equal(t.r.steps[STILL].start_ms, 10000);
    assert_int_equal(t.r.sched.n_loads, 1);
    rehearsal_release(&t.r);
}

static void what_is_closed_opens(void **state)
{
    struct stage t;

    (void)state;
    set(&t);
    t.gpu->from_ms = 3600000;
    assert_true(rehearsal_run(&t.r, 0));
    assert_int_equal(t.r.steps[CAST].start_ms, 3600000);
    rehearsal_release(&t.r);
    set(&t);
    t.gpu->from_ms = INT64_MAX; // never
    assert_false(rehearsal_run(&t.r, 0));
    rehearsal_release(&t.r);
}

static void takes_what_it_takes(void **state)
{
    struct stage t;

    (void)state;
    set(&t);
    t.r.steps[CAST].takes_seconds = 100;
    t.gpu->slowness = 2;
    t.r.steps[FILM].from_ms = 2000000;
    assert_true(rehearsal_run(&t.r, 0));
    assert_int_equal(t.r.steps[CAST].end_ms, 240000);
    assert_int_equal(t.r.steps[FILM].start_ms, 2000000);
    assert_true(sched_slowness(&t.gpu->sched, t.r.steps[CAST].step.lane) > 1.2); // it has learned
    rehearsal_release(&t.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_in_order),
        cmocka_unit_test(from_the_middle),
        cmocka_unit_test(what_is_closed_opens),
        cmocka_unit_test(takes_what_it_takes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
