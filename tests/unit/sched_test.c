// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtime/sched.h"

enum { MOST = 16, SCENES = 4 };

// A studio of some machines with a service each, or one machine with several; lanes of the presets
// below, which all services run.
struct stage {
    struct sched s;
    struct sched_service services[4];
    struct sched_lane *still, *clip, *words; // models of 40 s and of 60 s, and none
    struct sched_step steps[MOST];
    size_t n;
};

static void set(struct stage *t, enum sched_aim aim, size_t n_services, unsigned gpus, bool apart)
{
    struct sched_machine *machine = NULL;

    memset(t, 0, sizeof(*t));
    sched_init(&t->s, aim, SCENES);
    for (size_t i = 0; i < n_services; i++) {
        if (apart || !machine)
            machine = sched_add_machine(&t->s, gpus);
        t->services[i] = (struct sched_service){.machine = machine, .at_once = 1, .queues = true};
        sched_add_service(&t->s, &t->services[i]);
    }
    t->still = sched_add_lane(&t->s, "flux", 40);
    t->clip = sched_add_lane(&t->s, "wan", 60);
    t->words = sched_add_lane(&t->s, NULL, 0);
    for (size_t i = 0; i < n_services; i++) {
        sched_offer(&t->s, &t->services[i], t->still, 1);
        sched_offer(&t->s, &t->services[i], t->clip, 1);
        sched_offer(&t->s, &t->services[i], t->words, 1);
    }
}

static struct sched_step *expect(struct stage *t, struct sched_lane *lane, unsigned scene,
                                 double seconds)
{
    struct sched_step *step = &t->steps[t->n];

    *step = (struct sched_step){
        .lane = lane, .scene = scene, .index = t->n++, .seconds = seconds, .path_seconds = seconds};
    sched_expect(&t->s, step);
    return step;
}

static struct sched_step *push(struct stage *t, struct sched_lane *lane, unsigned scene,
                               double seconds)
{
    struct sched_step *step = expect(t, lane, scene, seconds);

    sched_push(&t->s, step, 0);
    return step;
}

// The step that goes next, and that it goes to that service.
static struct sched_step *next(struct stage *t, int64_t now_ms, size_t service, bool load)
{
    struct sched_service *at;
    bool loads;
    struct sched_step *step = sched_next(&t->s, now_ms, &at, &loads);

    if (step) {
        assert_ptr_equal(at, &t->services[service]);
        assert_int_equal(loads, load);
    }
    return step;
}

static void idle(struct stage *t, int64_t now_ms)
{
    struct sched_service *at;
    bool load;

    assert_null(sched_next(&t->s, now_ms, &at, &load));
}

static void first_scene_comes_first(void **state)
{
    struct stage t;
    struct sched_step *late, *early, *clip;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 1, 1, true);
    late = push(&t, t.still, 2, 90);
    early = push(&t, t.still, 1, 50);
    clip = expect(&t, t.clip, 1, 200);
    sched_begin(&t.s);
    assert_ptr_equal(next(&t, 0, 0, true), early);
    idle(&t, 0); // it has no more room
    sched_push(&t.s, clip, 50000);
    sched_end(&t.s, &t.services[0], early);
    assert_ptr_equal(next(&t, 50000, 0, true), clip); // of the scene in hand, though it loads
    sched_end(&t.s, &t.services[0], clip);
    assert_ptr_equal(next(&t, 250000, 0, true), late);
    assert_int_equal(t.s.n_loads, 3);
    sched_release(&t.s);
}

static void one_model_after_the_other_at_night(void **state)
{
    struct stage t;
    struct sched_step *a, *b, *clip;

    (void)state;
    set(&t, SCHED_SHORTEST_NIGHT, 1, 1, true);
    a = push(&t, t.still, 1, 50);
    b = push(&t, t.still, 2, 90);
    clip = push(&t, t.clip, 3, 20);
    sched_begin(&t.s);
    assert_ptr_equal(next(&t, 0, 0, true), a);
    sched_end(&t.s, &t.services[0], a);
    assert_ptr_equal(next(&t, 0, 0, false), b);
    sched_end(&t.s, &t.services[0], b);
    assert_ptr_equal(next(&t, 0, 0, true), clip);
    sched_release(&t.s);
}

// Until the scene in hand has work, what is beyond it keeps the machine busy.
static void nothing_stands_idle(void **state)
{
    struct stage t;
    struct sched_step *beyond;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 1, 1, true);
    expect(&t, t.clip, 0, 100); // its still is somebody's to pick
    beyond = push(&t, t.still, 3, 90);
    sched_begin(&t.s);
    assert_int_equal(t.s.hand.n, 1);
    assert_ptr_equal(next(&t, 0, 0, true), beyond);
    sched_release(&t.s);
}

static void what_waits_behind_another_needs_the_same_model(void **state)
{
    struct stage t;
    struct sched_step *a, *b, *clip, *words;

    (void)state;
    set(&t, SCHED_SHORTEST_NIGHT, 1, 1, true);
    t.services[0].at_once = 2;
    a = push(&t, t.still, 0, 50);
    clip = push(&t, t.clip, 0, 200);
    sched_begin(&t.s);
    assert_ptr_equal(next(&t, 0, 0, true), clip);
    idle(&t, 0); // what loads another model is chosen when this one has ended
    words = push(&t, t.words, 0, 1);
    assert_ptr_equal(next(&t, 0, 0, false), words);
    sched_end(&t.s, &t.services[0], words);
    sched_end(&t.s, &t.services[0], clip);
    assert_ptr_equal(next(&t, 0, 0, true), a);
    b = push(&t, t.still, 0, 50);
    assert_ptr_equal(next(&t, 0, 0, false), b);
    idle(&t, 0);
    sched_release(&t.s);
}

// A second GPU loads a model that another holds when there is enough to do for both.
static void joins_when_it_pays(void **state)
{
    struct stage t;
    struct sched_step *a, *b, *c;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 2, 1, true);
    a = push(&t, t.clip, 0, 60);
    b = push(&t, t.clip, 0, 50);
    sched_begin(&t.s);
    assert_ptr_equal(next(&t, 0, 0, true), a);
    idle(&t, 0); // 50 s are not worth 60 s of loading
    c = push(&t, t.clip, 0, 40);
    assert_ptr_equal(next(&t, 0, 1, true), b);
    sched_end(&t.s, &t.services[0], a);
    assert_ptr_equal(next(&t, 60000, 0, false), c);
    sched_release(&t.s);
}

static void slow_machine_leaves_the_last_step_to_a_fast_one(void **state)
{
    struct stage t;
    struct sched_step *first, *last, *more;

    (void)state;
    set(&t, SCHED_SHORTEST_NIGHT, 2, 1, true);
    t.services[1].offers.at[1].slowness = 4; // of clips
    first = push(&t, t.clip, 0, 100);
    sched_begin(&t.s);
    sched_set_model(&t.s, &t.services[1], t.clip->model);
    sched_set_model(&t.s, &t.services[0], t.clip->model);
    assert_ptr_equal(next(&t, 0, 0, false), first);
    last = push(&t, t.clip, 0, 100);
    idle(&t, 0); // there 400 s from now, here 200
    more = push(&t, t.clip, 1, 100);
    assert_ptr_equal(next(&t, 0, 1, false), last); // enough for both
    sched_end(&t.s, &t.services[0], first);
    assert_ptr_equal(next(&t, 100000, 0, false), more);
    sched_release(&t.s);
}

// Two services on a machine of one GPU take turns, and one makes room for the other's model.
static void gpus_are_shared(void **state)
{
    struct stage t;
    struct sched_step *a, *b, *words;

    (void)state;
    set(&t, SCHED_SHORTEST_NIGHT, 2, 1, false);
    a = push(&t, t.still, 0, 50);
    b = push(&t, t.clip, 0, 5000);
    words = push(&t, t.words, 0, 1);
    sched_begin(&t.s);
    assert_ptr_equal(next(&t, 0, 0, false), words); // needs no GPU
    assert_ptr_equal(next(&t, 0, 1, true), b);
    sched_end(&t.s, &t.services[0], words);
    idle(&t, 0);
    sched_end(&t.s, &t.services[1], b);
    assert_ptr_equal(next(&t, 0, 0, true), a);
    assert_true(t.services[1].evicted);
    assert_null(t.services[1].model);
    sched_release(&t.s);
}

// Of one GPU, the service whose model is there goes on while it has work.
static void who_holds_the_gpu_goes_on(void **state)
{
    struct stage t;
    struct sched_step *one, *two, *still;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 2, 1, false);
    sched_begin(&t.s);
    sched_set_model(&t.s, &t.services[1], t.clip->model);
    one = push(&t, t.clip, 0, 10);
    two = push(&t, t.clip, 0, 10);
    still = push(&t, t.still, 0, 1000);
    assert_ptr_equal(next(&t, 0, 1, false), one);
    sched_end(&t.s, &t.services[1], one);
    assert_ptr_equal(next(&t, 0, 1, false), two);
    sched_end(&t.s, &t.services[1], two);
    assert_ptr_equal(next(&t, 0, 0, true), still);
    sched_release(&t.s);
}

static void closed_services_get_nothing(void **state)
{
    struct stage t;
    struct sched_step *a;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 2, 1, true);
    sched_begin(&t.s);
    sched_set_model(&t.s, &t.services[0], t.clip->model);
    sched_set_closed(&t.s, &t.services[0], true);
    a = push(&t, t.clip, 0, 10);
    assert_ptr_equal(next(&t, 0, 1, true), a); // who holds the model is away
    sched_end(&t.s, &t.services[1], a);
    sched_set_closed(&t.s, &t.services[1], true);
    sched_push(&t.s, a, 0);
    idle(&t, 0);
    sched_set_closed(&t.s, &t.services[0], false);
    assert_ptr_equal(next(&t, 0, 0, false), a);
    sched_release(&t.s);
}

static void nothing_waits_for_ever(void **state)
{
    const int64_t day_ms = 24 * 3600 * 1000;
    struct stage t;
    struct sched_step *still, *clip;

    (void)state;
    set(&t, SCHED_SHORTEST_NIGHT, 1, 1, true);
    sched_begin(&t.s);
    sched_set_model(&t.s, &t.services[0], t.still->model);
    clip = push(&t, t.clip, 1, 200);
    still = expect(&t, t.still, 0, 50);
    sched_push(&t.s, still, day_ms - 1000);
    assert_ptr_equal(next(&t, day_ms, 0, true), clip); // though it holds the other model
    sched_release(&t.s);
}

static void what_is_dropped_lets_the_next_scene_in(void **state)
{
    struct stage t;
    struct sched_step *dropped;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 1, 1, true);
    dropped = expect(&t, t.still, 0, 50);
    expect(&t, t.still, 1, 50);
    expect(&t, t.still, 2, 1e6);
    expect(&t, t.still, 3, 50);
    sched_begin(&t.s);
    assert_int_equal(t.s.hand.n, 1);
    sched_drop(&t.s, dropped);
    assert_int_equal(t.s.hand.n, 3); // beside a million seconds loading costs nothing
    sched_release(&t.s);
}

// A service has steps from before: it holds their model, and gets no more than it has room for.
static void what_is_there_already_takes_its_place(void **state)
{
    struct stage t;
    struct sched_step *first, *second, *still, *clip;

    (void)state;
    set(&t, SCHED_SOONEST_SCENE, 1, 1, true);
    first = expect(&t, t.clip, 1, 50);
    second = expect(&t, t.clip, 1, 50);
    clip = push(&t, t.clip, 2, 50);
    still = push(&t, t.still, 1, 50);
    sched_begin(&t.s);
    sched_resume(&t.s, &t.services[0], first, 0);
    sched_resume(&t.s, &t.services[0], second, 0); // more than it would be given
    assert_int_equal(t.services[0].running, 2);
    assert_int_equal(t.s.machines.at[0]->active, 1);
    idle(&t, 0);
    sched_end(&t.s, &t.services[0], first);
    idle(&t, 0);
    sched_end(&t.s, &t.services[0], second);
    assert_int_equal(t.s.machines.at[0]->active, 0);
    assert_ptr_equal(next(&t, 0, 0, true), still); // of the scene in hand
    sched_end(&t.s, &t.services[0], still);
    assert_ptr_equal(next(&t, 0, 0, true), clip);
    sched_release(&t.s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_scene_comes_first),
        cmocka_unit_test(one_model_after_the_other_at_night),
        cmocka_unit_test(nothing_stands_idle),
        cmocka_unit_test(what_waits_behind_another_needs_the_same_model),
        cmocka_unit_test(joins_when_it_pays),
        cmocka_unit_test(slow_machine_leaves_the_last_step_to_a_fast_one),
        cmocka_unit_test(gpus_are_shared),
        cmocka_unit_test(who_holds_the_gpu_goes_on),
        cmocka_unit_test(closed_services_get_nothing),
        cmocka_unit_test(nothing_waits_for_ever),
        cmocka_unit_test(what_is_dropped_lets_the_next_scene_in),
        cmocka_unit_test(what_is_there_already_takes_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
