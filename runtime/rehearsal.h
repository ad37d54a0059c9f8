// SPDX-License-Identifier: MIT
// A rehearsal: the scheduler's work on steps that only take the time that they should take, on a
// clock of its own. It tells when everything should be done, what each machine does when, and
// which models it loads. Nothing runs. One thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/sched.h"

// A service of the rehearsal; it has no other.
struct rehearsal_service {
    struct sched_service sched; // whose owner is this
    double slowness; // of all that it runs, which only running tells; 0: as the scheduler knows it
    int64_t busy_ms; // until all that it was given is done
    int64_t from_ms; // it is given nothing before
    void *told;      // the caller's
    size_t last;     // the step that made room for the next; n_steps: none yet
};

struct rehearsal_step {
    // Set by the caller.
    struct sched_step step;
    const size_t *inputs; // steps that have to be done before; of rehearsal.steps; borrowed
    size_t n_inputs;
    double takes_seconds; // at common speed, where that is not what it should take; 0: just that
    int64_t from_ms;      // it does not start before

    // Of a step that runs already: on which service, and for how long yet. NULL: it does not.
    struct rehearsal_service *runs_on;
    double left_seconds;

    // Told by the rehearsal.
    struct rehearsal_service *service;
    int64_t start_ms, end_ms;
    int64_t load_ms;     // of these, at the start: its model was loaded
    double took_seconds; // without that
    size_t before;       // the step that held its place there until it started; n_steps: none
    size_t waits;        // inputs that are not done
};

// A heap of steps by an instant; equals in the order of the steps, so that a run can be repeated.
struct rehearsal_heap {
    VEC(size_t) steps;
    bool by_begin; // by from_ms, else by end_ms
};

struct rehearsal {
    struct sched sched;
    struct rehearsal_step *steps;
    size_t n_steps;

    int64_t end_ms; // when everything is done
    size_t n_done;

    // Its own.
    size_t *users, *first_user;   // of step i: users[first_user[i]] to users[first_user[i + 1]]
    struct rehearsal_heap ends;   // steps that run
    struct rehearsal_heap begins; // steps with all inputs
};

// steps are zeroed; fill in sched and them before it runs.
void rehearsal_init(struct rehearsal *r, enum sched_aim aim, size_t n_steps, unsigned n_scenes);
void rehearsal_release(struct rehearsal *r);

// A service that the caller tells the scheduler of. Lives as long as the rehearsal.
struct rehearsal_service *rehearsal_add_service(struct rehearsal *r, unsigned at_once, bool queues);

// From now_ms on. False: some steps can never start.
bool rehearsal_run(struct rehearsal *r, int64_t now_ms);

// Sets path_seconds of all steps from their seconds and inputs; inputs stand before their users.
void rehearsal_measure(struct rehearsal *r);

// The steps that decide the end: each begins when the one before it, which it needs or which held
// its service, has ended. Adds them to out, the first first; returns how many, at most max.
size_t rehearsal_critical(const struct rehearsal *r, size_t *out, size_t max);
