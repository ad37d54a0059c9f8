// SPDX-License-Identifier: MIT
// The engine: event loop, workers and the keeper of signals, started when there is something to
// run. A build with nothing to do never pays for it. Owned and called by the loop thread.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "runtime/interrupt.h"

struct err;
struct loop;
struct loop_api;
struct media;
struct pool;

struct engine {
    struct pool *pool;           // NULL: not started
    const struct loop_api *api;  // NULL until engine_load_loop, as loop
    _Atomic(struct loop *) loop; // from any thread
    const struct media *media;   // NULL until engine_load_media
    const char *module_dir;      // borrowed
    struct interrupt interrupt;
};

// Starts the workers and the keeper of signals. Does nothing when they run already. workers 0: one
// a core.
void engine_start(struct engine *e, unsigned workers);

// The network's libraries take some 10 ms to load, so the workers can be given their first jobs
// before that. Whoever asked to stop meanwhile is seen by engine_interrupts alone.
bool engine_load_loop(struct engine *e, struct err *err);
bool engine_load_media(struct engine *e, struct err *err);

// Waits until a job ends, somebody asks to stop or wait_ms have passed; then takes in the jobs that
// ended. Without a loop it waits for a job, and one must be at work.
bool engine_wait(struct engine *e, int wait_ms, struct err *err);

// How often Ctrl-C was pressed.
unsigned engine_interrupts(const struct engine *e);
void engine_stop(struct engine *e);
