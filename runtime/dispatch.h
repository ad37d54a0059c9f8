// SPDX-License-Identifier: MIT
// Dispatch: starts ready steps on their services, the longest remaining way first, takes in what
// ends, and walks on from there until nothing is left. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/vec.h"
#include "runtime/awake.h"
#include "runtime/eta.h"
#include "runtime/lanes.h"
#include "runtime/returns.h"
#include "runtime/service.h"
#include "runtime/shift.h"

struct build_options;
struct build_result;
struct clock;
struct display;
struct engine;
struct err;
struct events;
struct studio;
struct walk;
struct work;

struct dispatch {
    // Set by the build; borrowed.
    struct walk *walk;
    struct engine *engine; // runs
    struct events *events;
    struct display *display;
    const struct build_options *options;
    struct clock *clock;
    struct build_result *result; // ran, cached and failed are counted here
    struct services services;
    const struct studio *studio; // NULL: this machine alone
    unsigned workers;

    // Its own.
    struct lanes lanes;
    struct shift shift;
    struct awake awake;
    struct returns returns;
    VEC(struct flight *) flights; // attempts that run
    VEC(struct work *) landed;    // recorded, not yet committed
    int64_t landed_ms;            // when the first of them was
    struct map begun;             // key -> the work that was begun first with it
    struct work **twins;          // ready, and just what a flight is making; n_twins
    size_t n_twins;
    bool stopping;  // nothing new starts
    bool cancelled; // what runs was told to stop
    bool fatal;     // *err tells: the ledger cannot be written
    struct err err;
    uint64_t chance; // of back-offs
    struct eta eta;
};

// Runs what is wanted. False with *err when the build itself cannot go on (a full disk) or was
// interrupted (ERR_CANCELLED); failures of steps are counted in the result.
bool dispatch_run(struct dispatch *d, struct err *err);

// A step failed, before or while it ran: tells, and skips what needs it.
void dispatch_fail(struct dispatch *d, struct work *work, const struct err *err, const char *help,
                   const char *log);

// Nothing new starts; what runs is waited for.
void dispatch_give_up(struct dispatch *d, const struct err *err);

// A ready step waits for its turn.
void dispatch_queue(struct dispatch *d, struct work *work);

// Opens a service unless it is. False with *err.
bool dispatch_open_service(struct dispatch *d, struct service *s, struct err *err);

// Tells of work that is done; starts what it lets begin.
void dispatch_tell_done(struct dispatch *d, const struct work *work);
void dispatch_go_on(struct dispatch *d, struct work *work);

// Says what a pick had to say of its choice, at its line.
void dispatch_tell_choice(struct display *display, const struct work *work);

// Nothing can make a step. A repeated refusal is counted, and told by the first of its sort.
void dispatch_refuse(struct dispatch *d, struct work *work, const struct err *err, const char *help,
                     bool repeated);
