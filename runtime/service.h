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
struct clock;
struct loop;
struct loop_api;
struct step;
struct store;
struct studio_service;

// What drivers work with. Made by the build.
struct services {
    const struct store *store;
    const struct media *media; // NULL until something needs it
    struct pool *pool;
    const struct loop_api *net; // NULL until something goes over the network, as loop
    struct loop *loop;
    struct clock *clock;
    const char *program; // c41 itself
    const char *module_dir;
    const char *project; // the project's folder
    const char *shelf;   // where the film's links stand (runtime/browse.h)
};

// A service of the studio while a build runs. Owned by the build; loop thread only.
struct service {
    const struct studio_service *told; // as the studio has it
    const struct driver *driver;
    const struct services *services;
    struct arena *arena; // as long as the service
    void *own;           // the driver's, from open until close
    bool open;
    unsigned running, at_once; // attempts: how many there are, and may be
    double each_seconds;       // what a step took there lately; 0: not known
    struct buf print;          // its fingerprint (runtime/print.h), once known; else empty
    bool print_seen;           // compared with what the ledger has

    // Of one that does not answer.
    unsigned failures;     // one after the other
    int64_t away_since_ms; // 0: it answers
    int64_t again_ms;      // nothing is sent before
};

// One attempt at a step. Owned by the build, lent to the driver from start until it calls ended.
struct attempt {
    // Set by the build.
    const struct step *step;
    const json_t *preset; // normalised; NULL here
    const char *key;      // of the step
    const char *tag;      // unique in this build, a file name
    const char *id;       // a fresh UUID
    const json_t *params; // bound; of services elsewhere {"params", "preset"}
    struct media_input *inputs;
    const struct artifact **sources; // of inputs, one for each
    size_t n_inputs;
    struct artifact
        *made; // one for each of step->outputs, name and ext set; the driver adds the rest
    size_t n_made;
    void (*ended)(struct attempt *attempt); // on the loop thread
    void *user;
    struct service *service; // NULL: this machine
    const struct services *services;
    double expected; // seconds that it should take

    // Set by the driver; progress while it runs, from any thread.
    _Atomic double done, total;
    _Atomic int64_t alive_ms; // when it last gave a sign of life (attempt_alive)
    bool ok;
    struct err err;    // when it is not ok
    const char *help;  // what would be right, or NULL; in the arena
    const char *doing; // just now, in words for people, or NULL; in the arena; loop thread only
    struct buf notes;  // a line each: what people should know
    struct buf log;    // the last words of what ran
    double seconds;

    // The driver's own.
    struct str *texts; // of outputs that came as bytes (runtime/services/arrival.h), or NULL
    const struct media_op *op;
    struct arena *arena;
    struct job job;
    void *own;
};

// What a service says of itself, asked by `c41 studio` and `c41 check`.
struct inspection {
    struct service *service;
    void (*done)(struct inspection *i); // on the loop thread
    void *user;

    // Told by the driver.
    bool up;
    struct err err;    // when it is not up
    double latency_ms; // of its first answer
    // {"version", "packs": [TEXT], "models": {FOLDER: [NAME]}, "loaded": [TEXT], "queue":
    // {"running", "waiting"}, "gpus": [{"name", "total", "free"}], "voices": [TEXT]}: what is known
    // of these; a new object, released by who asked.
    json_t *told;

    void *own; // the driver's
};

struct driver {
    const char *name;
    bool drafts; // what it makes stands in for what a model would make
    bool here;   // of this machine, whatever the studio is

    // Of drivers on this machine: the op that makes a kind, NULL when there is none (media may be
    // NULL). Such drivers take a step's words as they stand. NULL for the others.
    const struct media_op *(*op)(const struct media *media, const char *kind);

    // Of services elsewhere; each may be NULL.
    unsigned at_once; // attempts that a service takes at a time where the studio does not say
    bool noted;       // what it starts goes on without us, so the ledger notes it before
    bool (*open)(struct service *s, struct err *err);
    void (*close)(struct service *s);                // no attempt is running
    void (*tick)(struct service *s, int64_t now_ms); // in each turn of the loop
    void (*inspect)(struct inspection *i);
    // What the service lacks that preset needs: adds {"what", "help"} for each to list. After
    // inspect, of one that is up.
    void (*compare)(const struct inspection *i, const json_t *preset, json_t *list);

    // False with *err: ended is not called. An attempt that fails later says so by its err's kind:
    // ERR_TRANSIENT is tried again, ERR_AWAY too, when the service answers again.
    bool (*start)(const struct services *s, struct attempt *a, struct err *err);
    void (*cancel)(struct attempt *a); // ended is still called, with ERR_CANCELLED
};

extern const struct driver driver_comfyui;
extern const struct driver driver_command;
extern const struct driver driver_draft;
extern const struct driver driver_local;
extern const struct driver driver_ollama;
extern const struct driver driver_openai;
extern const struct driver driver_speech;

// Every driver of this program, sorted; NULL behind the last.
extern const struct driver *const drivers[];

// NULL: this c41 has no such driver.
const struct driver *driver_find(const char *name);

// What the build's clock says.
int64_t services_now_ms(const struct services *s);

// "MACHINE/SERVICE", in a.
const char *service_name(const struct service *s, struct arena *a);

// Gives a sign of life: an attempt that gives none for long has stalled.
void attempt_alive(struct attempt *a);

// Adds a line to its notes.
void attempt_note(struct attempt *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Ends it: as ok, or as err says.
void attempt_succeed(struct attempt *a);
void attempt_fail(struct attempt *a, const struct err *err);

// Frees what an attempt has gathered, facts of artifacts that nobody took too.
void attempt_release(struct attempt *a);
