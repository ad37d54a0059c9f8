// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/err.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/lanes.h"
#include "runtime/ledger.h"
#include "runtime/service.h"
#include "runtime/store.h"
#include "runtime/walk.h"
#include "tests/unit/scratch.h"

// Two machines that offer one preset, and one of them another too.
static struct studio_service at_a[] = {{.name = "c", .driver = "test"}};
static struct studio_service at_b[] = {{.name = "c", .driver = "test", .jobs = 2}};
static struct studio_machine machines[] = {
    {.name = "a", .services = at_a, .n_services = 1},
    {.name = "b", .services = at_b, .n_services = 1},
};
static const struct studio studio = {.machines = machines, .n_machines = 2};
static const struct driver driver = {.name = "test", .at_once = 1};
static const struct kind kind = {.name = "image"};

// A film of one step, and what a build knows of it.
struct film {
    struct step step, *steps[1];
    struct graph graph;
    struct work work;
    struct walk walk;
    struct store store;
    json_t *preset;
    char folder[SCRATCH_BYTES];
};

const struct driver *const drivers[] = {&driver, NULL};

static void begin(struct lanes *l, struct film *f, enum work_state step)
{
    static const struct services services;
    struct err err;

    at_a[0].machine = &machines[0];
    at_b[0].machine = &machines[1];
    *f = (struct film){
        .preset = json_pack("{s:s, s:s, s:s}", "preset", "p", "driver", "test", "model", "m"),
    };
    scratch_make(f->folder);
    f->step = (struct step){.kind = &kind, .preset = "p", .scene = "one"};
    f->steps[0] = &f->step;
    f->graph = (struct graph){.steps = f->steps, .n_steps = 1};
    f->work = (struct work){.step = &f->step,
                            .preset = f->preset,
                            .by = &driver,
                            .wanted = true,
                            .state = step,
                            .seconds = 5};
    f->walk = (struct walk){.graph = &f->graph, .works = &f->work};
    assert_true(store_init(&f->store, f->folder, &err));
    f->walk.ledger = ledger_open(f->folder, LEDGER_WRITE, clock_system(), &err);
    assert_non_null(f->walk.ledger);
    lanes_init(l, &studio, &services, 2);
    lanes_begin(l, &f->walk, SCHED_SOONEST_SCENE);
    if (step == WORK_READY)
        lanes_push(l, &f->work, 0);
}

static void end(struct lanes *l, struct film *f)
{
    struct err err;

    lanes_release(l);
    ledger_close(f->walk.ledger, &err);
    store_release(&f->store);
    json_decref(f->preset);
    scratch_remove(f->folder);
}

static void services_are_the_studios(void **state)
{
    struct service *s;
    struct lanes l;
    struct film f;
    bool load;

    (void)state;
    begin(&l, &f, WORK_READY);
    assert_int_equal(l.n_services, 2);
    assert_int_equal(l.services[0].sched.at_once, 1);
    assert_int_equal(l.services[1].sched.at_once, 2);
    assert_ptr_equal(lanes_next(&l, 0, &s, &load), &f.work);
    assert_true(load);
    assert_int_equal(s->sched.running, 1);
    lanes_end(&l, s, &f.work);
    assert_int_equal(s->sched.running, 0);
    assert_false(lanes_wait(&l));
    end(&l, &f);
}

static void waits_for_services_that_are_away(void **state)
{
    struct service *s;
    struct lanes l;
    struct film f;
    bool load;

    (void)state;
    begin(&l, &f, WORK_READY);
    for (size_t i = 0; i < 2; i++) {
        l.services[i].away_since_ms = 1000;
        l.services[i].again_ms = 3000;
    }
    assert_null(lanes_next(&l, 2000, &s, &load));
    assert_true(lanes_wait(&l));
    assert_null(lanes_lost(&l, 2000, 5000, &s));
    l.services[1].away_since_ms = 4000;
    assert_null(lanes_lost(&l, 7000, 5000, &s)); // one of them has been away for less
    assert_ptr_equal(lanes_lost(&l, 9000, 5000, &s), &f.work);
    lanes_push(&l, &f.work, 9000);
    assert_ptr_equal(lanes_next(&l, 3000, &s, &load), &f.work);
    end(&l, &f);
}

static void later_is_later(void **state)
{
    struct service *s;
    struct lanes l;
    struct film f;
    bool load;

    (void)state;
    begin(&l, &f, WORK_WAITING);
    lanes_push_later(&l, &f.work, 500);
    assert_null(lanes_next(&l, 499, &s, &load));
    assert_true(lanes_wait(&l));
    assert_ptr_equal(lanes_next(&l, 500, &s, &load), &f.work);
    assert_false(lanes_wait(&l));
    end(&l, &f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_are_the_studios),
        cmocka_unit_test(waits_for_services_that_are_away),
        cmocka_unit_test(later_is_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
