// SPDX-License-Identifier: MIT
// Lanes: the ready steps by what can run them. Those that this machine makes stand in one lane, the
// others in one for each preset; a lane knows the services that run it. Among the heads of all
// lanes that have a service with room, the longest remaining way goes next. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/sched.h"
#include "runtime/service.h"

struct arena;
struct studio;
struct work;

struct lane {
    const json_t *preset; // NULL: of this machine
    struct sched ready;
    struct service **services;
    size_t n_services;
};

// A step that failed for now, and when it is ready again.
struct lane_wait {
    struct work *work;
    int64_t again_ms;
};

struct lanes {
    const struct studio *studio; // NULL: this machine alone; borrowed
    struct arena *arena;
    struct service here; // this machine: told and driver are NULL
    struct service *services;
    size_t n_services;
    VEC(struct lane) list; // this machine's first
    VEC(struct lane_wait) waits;
};

// services is what drivers will work with; borrowed. here: steps at once on this machine.
void lanes_init(struct lanes *l, const struct studio *studio, const struct services *services,
                unsigned here);

// Closes every service; no attempt is running.
void lanes_release(struct lanes *l);

void lanes_push(struct lanes *l, struct work *work);
void lanes_push_later(struct lanes *l, struct work *work, int64_t again_ms);

// Takes the step that goes next, and names the service that has room for it. NULL: none can start
// now.
struct work *lanes_next(struct lanes *l, int64_t now_ms, struct service **service);

// Whether a step is ready, or will be in a while.
bool lanes_wait(const struct lanes *l);

// Whether each lane that anybody works for has ready steps left.
bool lanes_are_full(const struct lanes *l);

// Takes a step that no service has answered for since patience_ms. NULL: there is none. *service is
// one that stays away.
struct work *lanes_lost(struct lanes *l, int64_t now_ms, int64_t patience_ms,
                        struct service **service);

// What a service took for a step, so that the faster of two equal ones is known.
void lanes_learn(struct service *service, double seconds);
