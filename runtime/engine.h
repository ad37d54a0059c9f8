// SPDX-License-Identifier: MIT
// The engine: event loop, workers and the keeper of signals, started when there is something to
// run. A build with nothing to do never pays for it. Owned and called by the loop thread.
#pragma once

#include <stdbool.h>

#include "runtime/interrupt.h"

struct err;
struct loop;
struct loop_api;
struct media;
struct pool;

struct engine {
    const struct loop_api *api; // NULL: not started
    struct loop *loop;
    struct pool *pool;
    const struct media *media; // NULL until engine_load_media
    const char *module_dir;    // borrowed
    struct interrupt interrupt;
};

// Does nothing when it runs already. workers 0: one a core.
bool engine_start(struct engine *e, unsigned workers, struct err *err);
bool engine_load_media(struct engine *e, struct err *err);

// Waits until a job ends, somebody asks to stop or wait_ms have passed; then takes in the jobs that
// ended.
bool engine_wait(struct engine *e, int wait_ms, struct err *err);

// How often Ctrl-C was pressed.
unsigned engine_interrupts(const struct engine *e);
void engine_stop(struct engine *e);

unsigned engine_cores(void);
