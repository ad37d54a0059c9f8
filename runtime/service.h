// SPDX-License-Identifier: MIT
// Services: what runs steps. A driver is the code for one kind of service; services/drivers.c lists
// them. A driver never waits: it starts an attempt and says on the loop thread when it has ended.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/attempt.h"
#include "runtime/sched.h"

struct arena;
struct clock;
struct loop;
struct loop_api;
struct media;
struct media_op;
struct pool;
struct service;
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

    // Called by service_tell; NULL where nobody listens.
    void (*tell)(void *user, const struct service *s, const char *state);
    void *user;
};

// A service of the studio while a build runs. Owned by the build; loop thread only.
struct service {
    const struct studio_service *told; // as the studio has it
    const struct driver *driver;
    const struct services *services;
    struct arena *arena; // as long as the service
    void *own;           // the driver's, from open until close
    bool open;
    struct sched_service sched; // what the scheduler knows of it
    struct buf print;           // its fingerprint (runtime/print.h), once known; else empty
    const char *print_seen;     // what of it was compared with what the ledger has, or NULL
    int64_t ended_ms;           // when an attempt last ended there; 0: none has

    // What was said of it, and is so still.
    bool asleep; // it takes what is asked, and does not answer
    bool slow;   // a step takes much longer than others like it

    // Of one that does not answer.
    unsigned failures;     // one after the other
    int64_t away_since_ms; // 0: it answers
    int64_t again_ms;      // nothing is sent before

    // Of one whose machine rests (runtime/shift.h).
    bool resting;       // nothing is sent
    bool unloaded;      // its driver was asked to unload
    unsigned unloading; // requests to do so that are under way; the driver counts them
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
    bool queues;      // of these one runs, and the others wait there
    bool (*open)(struct service *s, struct err *err);
    void (*close)(struct service *s);                // no attempt is running
    void (*tick)(struct service *s, int64_t now_ms); // in each turn of the loop
    void (*unload)(struct service *s); // what we have loaded there leaves its memory; it is open
    void (*inspect)(struct inspection *i);
    // What the service lacks that preset needs: adds {"what", "help"} for each to list. After
    // inspect, of one that is up.
    void (*compare)(const struct inspection *i, const json_t *preset, json_t *list);

    // False with *err: ended is not called. An attempt that fails later says so by its err's kind:
    // ERR_TRANSIENT is tried again, ERR_AWAY too, when the service answers again.
    bool (*start)(const struct services *s, struct attempt *a, struct err *err);
    void (*cancel)(struct attempt *a); // ended is still called, with ERR_CANCELLED

    // The same for one that is known not to have begun; false: it has, or nobody knows.
    bool (*take_back)(struct attempt *a);

    // Of drivers whose jobs go on without us; the ledger has a note of each before it is sent. As
    // start, to take up a->sent; where the service has lost that, it is sent anew (attempt_sends).
    bool (*reattach)(const struct services *s, struct attempt *a, struct err *err);
    // Nobody wants a->sent any more (of the attempt only service, arena and ended are set): it is
    // taken away there, unless it has ended. Ends with ERR_CANCELLED, a->left where what it gave
    // lies there; or with ERR_AWAY.
    void (*withdraw)(struct attempt *a);
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

// How many attempts it takes at a time.
unsigned service_at_once(const struct studio_service *told, const struct driver *driver);

// "MACHINE/SERVICE", in a.
const char *service_name(const struct service *s, struct arena *a);

// Says how it is with a service now: one line for people, and an event. Loop thread only.
void service_tell(const struct service *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// It has been asked something for_ms ago, and says nothing; it says something again. Told once.
void service_sleeps(struct service *s, int64_t for_ms);
void service_wakes(struct service *s);
