// SPDX-License-Identifier: MIT
// A forecast: what is left of a film, rehearsed on the machines of the studio. When everything
// should be done, what each machine does for how long, which models it loads in which order, and
// which steps decide the end. Takes no part in what is made. One thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/sched.h"

struct arena;
struct flight;
struct lanes;
struct pauses;
struct studio;
struct walk;
struct work;

// What a machine would have to do.
struct plan_machine {
    const char *name; // "here": this one
    size_t steps;
    double seconds;      // of work
    unsigned slots;      // steps at once
    size_t loads;        // of heavy models
    const char **models; // in the order in which they are loaded: so many as loads
};

struct forecast {
    // Set by the caller; borrowed.
    struct walk *walk;
    const struct studio *studio; // NULL: this machine alone
    unsigned workers;            // of this machine
    enum sched_aim aim;
    const bool *left; // of each step, whether it has to run; NULL: what is wanted and not done
    struct arena *arena;
    const struct lanes *lanes; // of a build that runs, else NULL
    struct flight *const *flights;
    size_t n_flights;
    int64_t now_ms;              // by the clock of the flights
    int64_t wall_ms;             // since 1970: machines may rest (runtime/rest.h)
    const struct pauses *pauses; // NULL: nobody has paused any

    // Told, in the arena.
    double seconds;     // until everything is done
    double least, most; // the same if steps take as little and as much as they well may
    const struct plan_machine *machines; // that work; here first, else in the studio's order
    size_t n_machines;
    const char **where;               // machine of each step; NULL: it does not run
    const struct work *const *decide; // the steps that decide the end, the first first
    size_t n_decide;
};

// Rehearses what is left. What nobody in the studio runs is left out.
void forecast_make(struct forecast *f);

// Only how long it takes: seconds.
double forecast_seconds(struct forecast *f);
