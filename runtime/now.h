// SPDX-License-Identifier: MIT
// Now: what a build is at, as its events tell it. The display draws it, and the status
// (runtime/status.h) shows it to who asks from elsewhere. Owned by the events; loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct event;
struct step;

// A step that runs. Names are borrowed from the studio.
struct now_step {
    const struct step *step;
    const char *machine, *service;
    int64_t start_ms;
    double expected_seconds; // 0: not known
    double done, total;      // total 0: not known
    char doing[48];          // just now, or ""
};

// A service that takes no work: down, paused, resting.
struct now_service {
    const char *machine, *service;
    char state[160];
};

struct now {
    VEC(struct now_step) running;     // in no order
    VEC(struct now_service) services; // those that are not up
    size_t n_to_run, n_ended, n_failed;
    int64_t start_ms;
    char waits[240]; // why nothing runs though there is work, or ""
    bool stopping;   // nothing new starts
};

void now_release(struct now *n);

// Takes in an event. now_ms: of the build's clock.
void now_see(struct now *n, const struct event *e, int64_t now_ms);

// Says why nothing runs; NULL: it goes on.
void now_wait(struct now *n, const char *why);

// Seconds until a step that runs should be done, by its progress, else by what is expected; 0: not
// known.
double now_left(const struct now_step *s, int64_t now_ms);
