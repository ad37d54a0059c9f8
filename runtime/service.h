// SPDX-License-Identifier: MIT
// Services: what runs steps. A driver is the code for one kind of service; services/drivers.c lists
// them. A driver never waits: it starts an attempt and says on the loop thread when it has ended.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/artifact.h"
#include "runtime/media/media.h"
#include "runtime/pool.h"

struct arena;
struct step;
struct store;

// What drivers work with. Made by the build.
struct services {
    const struct store *store;
    const struct media *media; // NULL until something needs it
    struct pool *pool;
    const char *program; // c41 itself
    const char *module_dir;
};

// One attempt at a step. Owned by the build, lent to the driver from start until it calls ended.
struct attempt {
    // Set by the build.
    const struct step *step;
    const char *tag;      // unique in this build, a file name
    const json_t *params; // bound
    struct media_input *inputs;
    size_t n_inputs;
    struct artifact
        *made; // one for each of step->outputs, name and ext set; the driver adds the rest
    size_t n_made;
    void (*ended)(struct attempt *attempt); // on the loop thread
    void *user;

    // Set by the driver; progress while it runs, from any thread.
    _Atomic double done, total;
    bool ok;
    struct err err;   // when it is not ok
    struct buf notes; // a line each: what people should know
    struct buf log;   // the last words of what ran
    double seconds;

    // The driver's own.
    const struct services *services;
    const struct media_op *op;
    struct arena *arena;
    struct job job;
};

struct driver {
    const char *name;
    bool drafts; // what it makes stands in for what a model would make

    // Of drivers on this machine: the op that makes a kind, NULL when there is none (media may be
    // NULL). Such drivers take a step's words as they stand. NULL for the others.
    const struct media_op *(*op)(const struct media *media, const char *kind);

    bool (*start)(const struct services *s, struct attempt *a, struct err *err);
    void (*cancel)(struct attempt *a); // ended is still called
};

extern const struct driver driver_draft;
extern const struct driver driver_local;

// Every driver of this program, sorted; NULL behind the last.
extern const struct driver *const drivers[];

// NULL: this c41 has no such driver.
const struct driver *driver_find(const char *name);

// Frees what an attempt has gathered, facts of artifacts that nobody took too.
void attempt_release(struct attempt *a);
