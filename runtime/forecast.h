// SPDX-License-Identifier: MIT
// What work costs before it is done: which machine would take a step, how long each machine is
// busy, how often it loads a heavy model. Takes no part in what is made.
#pragma once

#include <stddef.h>

#include "base/map.h"
#include "base/vec.h"
#include "runtime/plan.h"

struct arena;
struct studio;
struct work;

struct forecast {
    const struct studio *studio; // NULL: this machine alone
    unsigned workers;            // of this machine
    struct arena *arena;         // for names
    VEC(struct plan_machine) machines;
    struct map loaded; // "MACHINE MODEL" -> itself
    double longest;    // the longest way of steps that wait for each other
};

void forecast_release(struct forecast *f);

// The machine that would take the step: "here", the first of the studio that offers its preset, ""
// where none does.
const char *forecast_machine(const struct studio *studio, const struct work *work);

void forecast_add(struct forecast *f, const char *machine, const struct work *work);

// Until the busiest machine is done, and at least the longest way.
double forecast_seconds(const struct forecast *f);

// In the arena, here first, else in the order in which they were added.
const struct plan_machine *forecast_machines(const struct forecast *f, size_t *n);
