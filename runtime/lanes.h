// SPDX-License-Identifier: MIT
// Lanes: the steps of a build that are ready, by what can run them. Gives them to the scheduler,
// and knows the services of the studio, which of them do not answer, and what waits for a second
// try. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/posts.h"
#include "runtime/sched.h"
#include "runtime/service.h"

struct arena;
struct studio;
struct walk;
struct work;

// A step that failed for now, and when it is ready again.
struct lane_wait {
    struct work *work;
    int64_t again_ms;
};

struct lanes {
    const struct studio *studio; // NULL: this machine alone; borrowed
    struct arena *arena;
    struct sched sched;
    struct service here; // this machine: told and driver are NULL
    struct service *services;
    size_t n_services;
    struct posts posts;
    VEC(struct lane_wait) waits;
};

// services is what drivers will work with; borrowed. here: steps at once on this machine.
void lanes_init(struct lanes *l, const struct studio *studio, const struct services *services,
                unsigned here);

// Closes every service; no attempt is running.
void lanes_release(struct lanes *l);

// Learns of all that is to come.
void lanes_begin(struct lanes *l, struct walk *w, enum sched_aim aim);

void lanes_push(struct lanes *l, struct work *work, int64_t now_ms);
void lanes_push_later(struct lanes *l, struct work *work, int64_t again_ms);

// What will not run after all: one; all that failed or was skipped.
void lanes_drop(struct lanes *l, struct work *work);
void lanes_drop_failed(struct lanes *l, struct walk *w);

// Takes the step that goes next; *service runs it from now on, until lanes_end. *load: its model
// has to be loaded. NULL: none can start now.
struct work *lanes_next(struct lanes *l, int64_t now_ms, struct service **service, bool *load);
void lanes_end(struct lanes *l, struct service *service, const struct work *work);

// A step that is in no lane runs there again, until lanes_end.
void lanes_resume(struct lanes *l, struct service *service, struct work *work, int64_t now_ms);

// Whether a step is ready, or will be in a while.
bool lanes_wait(const struct lanes *l);

// Whether each lane that anybody works for has ready steps left.
bool lanes_are_full(const struct lanes *l);

// Takes a step that no service has answered for since patience_ms. NULL: there is none. *service is
// one that stays away.
struct work *lanes_lost(struct lanes *l, int64_t now_ms, int64_t patience_ms,
                        struct service **service);
