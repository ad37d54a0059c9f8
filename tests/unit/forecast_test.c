// SPDX-License-Identifier: MIT
// What work costs: per machine, with heavy models loaded once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/forecast.h"
#include "runtime/service.h"
#include "runtime/walk.h"

// One machine with two GPUs that runs comfyui, and one that runs ollama.
static struct studio_service services[] = {{.name = "c", .driver = "comfyui"},
                                           {.name = "o", .driver = "ollama"}};
static struct studio_machine machines[] = {
    {.name = "big", .gpus = 2, .services = &services[0], .n_services = 1},
    {.name = "words", .services = &services[1], .n_services = 1},
};
static const struct studio studio = {.machines = machines, .n_machines = 2};

struct forecast_case {
    const char *driver, *model;
    double seconds, path_seconds;
    const char *machine;
};

static const struct forecast_case cases[] = {
    {"comfyui", "flux", 10, 30, "big"}, {"comfyui", "wan", 20, 20, "big"},
    {"comfyui", "flux", 30, 30, "big"}, {"ollama", "gpt", 5, 5, "words"},
    {"draft", NULL, 8, 8, "here"},      {"speech", "voices", 0, 0, ""},
};

enum { N_CASES = sizeof(cases) / sizeof(*cases) };

static void adds_up(void **state)
{
    struct forecast f = {.studio = &studio, .workers = 4, .arena = arena_new()};
    const struct plan_machine *list;
    size_t n;

    (void)state;
    services[0].machine = &machines[0];
    services[1].machine = &machines[1];
    for (size_t i = 0; i < N_CASES; i++) {
        const struct forecast_case *c = &cases[i];
        json_t *preset =
            json_pack("{s:s, s:s, s:s*}", "preset", "p", "driver", c->driver, "model", c->model);
        struct work work = {.preset = preset,
                            .by = driver_find(c->driver),
                            .seconds = c->seconds,
                            .path_seconds = c->path_seconds};
        const char *machine = forecast_machine(&studio, &work);

        assert_string_equal(machine, c->machine);
        if (machine[0])
            forecast_add(&f, machine, &work);
        json_decref(preset);
    }
    list = forecast_machines(&f, &n);
    assert_int_equal(n, 3);
    assert_string_equal(list[0].name, "here");
    assert_int_equal(list[0].loads, 0);
    assert_string_equal(list[1].name, "big");
    assert_int_equal(list[1].steps, 3);
    assert_int_equal(list[1].loads, 2); // flux once, wan once
    assert_true(list[1].seconds == 60 && list[1].slots == 2);
    assert_string_equal(list[2].name, "words");
    assert_int_equal(list[2].loads, 1);
    assert_true(forecast_seconds(&f) ==
                30); // two GPUs share 60 seconds; the longest way is as long
    forecast_release(&f);
    arena_free(f.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adds_up)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
