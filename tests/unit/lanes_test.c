// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>

#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/lanes.h"
#include "runtime/service.h"
#include "runtime/walk.h"

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
static struct step steps[4];

const struct driver *const drivers[] = {&driver, NULL};

static struct work work_of(size_t i, const json_t *preset, double path_seconds)
{
    steps[i] = (struct step){.kind = &kind, .index = i};
    return (struct work){
        .step = &steps[i], .preset = preset, .by = &driver, .path_seconds = path_seconds};
}

static void begin(struct lanes *l)
{
    static const struct services services;

    at_a[0].machine = &machines[0];
    at_b[0].machine = &machines[1];
    lanes_init(l, &studio, &services, 2);
    assert_int_equal(l->n_services, 2);
    assert_int_equal(l->services[0].at_once, 1);
    assert_int_equal(l->services[1].at_once, 2);
}

static void longest_way_first(void **state)
{
    json_t *preset = json_pack("{s:s, s:s}", "preset", "p", "driver", "test");
    struct work w[] = {work_of(0, preset, 5), work_of(1, preset, 50), work_of(2, preset, 20)};
    struct service *s;
    struct lanes l;

    (void)state;
    begin(&l);
    for (size_t i = 0; i < 3; i++)
        lanes_push(&l, &w[i]);
    assert_ptr_equal(lanes_next(&l, 0, &s), &w[1]);
    assert_string_equal(s->told->machine->name, "a");
    s->running++;
    assert_ptr_equal(lanes_next(&l, 0, &s), &w[2]);
    assert_string_equal(s->told->machine->name, "b");
    s->running++;
    assert_ptr_equal(lanes_next(&l, 0, &s), &w[0]); // b takes two
    assert_string_equal(s->told->machine->name, "b");
    assert_false(lanes_wait(&l));
    lanes_release(&l);
    json_decref(preset);
}

static void faster_service_first(void **state)
{
    json_t *preset = json_pack("{s:s, s:s}", "preset", "p", "driver", "test");
    struct work w = work_of(0, preset, 5);
    struct service *s;
    struct lanes l;

    (void)state;
    begin(&l);
    lanes_learn(&l.services[0], 90);
    lanes_learn(&l.services[1], 10);
    lanes_push(&l, &w);
    assert_ptr_equal(lanes_next(&l, 0, &s), &w);
    assert_string_equal(s->told->machine->name, "b");
    lanes_release(&l);
    json_decref(preset);
}

static void waits_for_services_that_are_away(void **state)
{
    json_t *preset = json_pack("{s:s, s:s}", "preset", "p", "driver", "test");
    struct work w = work_of(0, preset, 5);
    struct service *s;
    struct lanes l;

    (void)state;
    begin(&l);
    lanes_push(&l, &w);
    for (size_t i = 0; i < 2; i++) {
        l.services[i].away_since_ms = 1000;
        l.services[i].again_ms = 3000;
    }
    assert_null(lanes_next(&l, 2000, &s));
    assert_true(lanes_wait(&l));
    assert_null(lanes_lost(&l, 2000, 5000, &s));
    l.services[1].away_since_ms = 4000;
    assert_null(lanes_lost(&l, 7000, 5000, &s)); // one of them has been away for less
    assert_ptr_equal(lanes_lost(&l, 9000, 5000, &s), &w);
    lanes_push(&l, &w);
    assert_ptr_equal(lanes_next(&l, 3000, &s), &w);
    lanes_release(&l);
    json_decref(preset);
}

static void later_is_later(void **state)
{
    json_t *preset = json_pack("{s:s, s:s}", "preset", "p", "driver", "test");
    struct work w = work_of(0, preset, 5);
    struct service *s;
    struct lanes l;

    (void)state;
    begin(&l);
    lanes_push_later(&l, &w, 500);
    assert_null(lanes_next(&l, 499, &s));
    assert_true(lanes_wait(&l));
    assert_ptr_equal(lanes_next(&l, 500, &s), &w);
    assert_false(lanes_wait(&l));
    lanes_release(&l);
    json_decref(preset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_way_first),
        cmocka_unit_test(faster_service_first),
        cmocka_unit_test(waits_for_services_that_are_away),
        cmocka_unit_test(later_is_later),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
