// SPDX-License-Identifier: MIT
// Attempts: one at a step, by a service or on this machine. Owned by the build, lent to the driver
// from its start until it calls ended.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/artifact.h"
#include "runtime/media/media.h"
#include "runtime/pool.h"

struct arena;
struct service;
struct services;
struct step;
struct str;

struct attempt {
    // Set by the build.
    const struct step *step;
    const json_t *preset; // normalised; NULL here
    const char *key;      // of the step
    const char *tag;      // unique in this build, a file name
    const char *id;       // a fresh UUID: of the first job that it sends
    const char *sent;     // a job of an earlier attempt, for reattach and withdraw; else NULL
    const json_t *params; // bound; of services elsewhere {"params", "preset"}
    struct media_input *inputs;
    const struct artifact **sources; // of inputs, one for each
    size_t n_inputs;
    struct artifact
        *made; // one for each of step->outputs, name and ext set; the driver adds the rest
    size_t n_made;
    void (*ended)(struct attempt *attempt);                                   // on the loop thread
    bool (*sends)(struct attempt *attempt, const char *job, struct err *err); // attempt_sends
    void *user;
    struct service *service; // NULL: this machine
    const struct services *services;
    double expected; // seconds that it should take
    unsigned tries;  // at its step so far, this one too

    // Set by the driver; progress while it runs, from any thread.
    _Atomic double done, total;
    _Atomic int64_t alive_ms; // when it last gave a sign of life (attempt_alive)
    bool ok;
    struct err err;      // when it is not ok
    bool left;           // and its job is still with the service, or what it gave
    bool again;          // what it gave can be fetched again, should it arrive damaged
    const char *help;    // what would be right, or NULL; in the arena
    const char *doing;   // just now, in words for people, or NULL; in the arena; loop thread only
    struct buf notes;    // a line each: what people should know
    json_t *facts;       // of what it makes, that its op has told (media.h); or NULL
    struct buf log;      // the last words of what ran
    struct buf aside;    // what only the step's log is told (runtime/services/hearing.h)
    double seconds;      // that it took, of a service elsewhere only where part of it was before
    double load_seconds; // that its model took to load, where the service tells; 0: it does not

    // The driver's own.
    struct str *texts; // of outputs that came as bytes (runtime/services/arrival.h), or NULL
    const struct media_op *op;
    struct arena *arena;
    struct job job;
    void *own;
};

// Gives a sign of life: an attempt that gives none for long has stalled.
void attempt_alive(struct attempt *a);

// Before a job goes out under an id that was not noted yet: the ledger has a note of it then, in
// the place of the attempt's last one. False with *err: it may not be sent.
bool attempt_sends(struct attempt *a, const char *job, struct err *err);

// Adds a line to its notes.
void attempt_note(struct attempt *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Ends it: as ok, or as err says.
void attempt_succeed(struct attempt *a);
void attempt_fail(struct attempt *a, const struct err *err);

// Frees what an attempt has gathered, facts of artifacts that nobody took too.
void attempt_release(struct attempt *a);
