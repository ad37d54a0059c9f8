// SPDX-License-Identifier: MIT
// Posts: which services of a studio take which steps, as a scheduler is told it. Steps that this
// machine makes stand in one lane, the others in one for each preset. One thread.
#pragma once

#include <jansson.h>

#include "base/vec.h"
#include "runtime/sched.h"

struct ledger;
struct studio_service;
struct work;

struct post {
    const struct studio_service *told; // NULL: this machine
    struct sched_service *service;
};

struct post_lane {
    const json_t *preset; // NULL: of this machine
    struct sched_lane *lane;
};

// Fill in the first two; zero the rest.
struct posts {
    struct sched *sched;   // borrowed
    struct ledger *ledger; // tells how long things take; borrowed
    VEC(struct post) list;
    VEC(struct post_lane) lanes;
};

void posts_release(struct posts *p);

// A service, whose at_once, queues and owner are set; its machine is told to the scheduler with the
// first of its services, which are added one after the other.
void posts_add(struct posts *p, const struct studio_service *told, struct sched_service *service);

// What the scheduler should know of a step, but for its scene: its lane and what it should take.
void posts_fill(struct posts *p, const struct work *work, struct sched_step *step);
