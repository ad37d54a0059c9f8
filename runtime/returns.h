// SPDX-License-Identifier: MIT
// Returns: jobs that services have while no attempt attends to them, for an earlier build was
// killed, or the service stayed away. A step whose key has one goes back to that service, and to no
// other until the studio's patience is over. What no step wants any more is taken away there.
// Owned by the dispatch; loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"

struct arena;
struct dispatch;
struct err;
struct flight;
struct leftover;
struct service;
struct work;

// A ready step that goes back to where its job is.
struct returning {
    struct work *work;
    int64_t again_ms; // not before
};

struct returns {
    struct dispatch *dispatch;
    struct arena *arena;
    VEC(struct leftover *) list;
    VEC(struct returning) held;
    size_t withdrawing; // jobs that are being taken away
    int64_t looked_ms;  // when it was last seen to what nobody wants
};

// Reads what earlier builds have left; after lanes_init. False with *err.
bool returns_init(struct returns *r, struct dispatch *d, struct err *err);
void returns_release(struct returns *r);

// Holds a ready step that is to go back to a service, from again_ms on. False: any may have it.
bool returns_hold(struct returns *r, struct work *work, int64_t again_ms);

// Takes a held step whose service may be asked now, with room or without: it has the job already.
// Hands to the lanes what has been held for longer than the studio's patience. NULL: there is none.
struct work *returns_next(struct returns *r, int64_t now_ms, struct service **service);

// The job of the flight's step that its service has becomes the flight's. False: it has none.
bool returns_take(struct returns *r, struct flight *f);

// The flight has failed: what it has left behind is held for its step, else its note goes.
bool returns_part(struct returns *r, struct flight *f, struct err *err);

// Sees to what nobody wants any more.
void returns_tick(struct returns *r, int64_t now_ms);
