// SPDX-License-Identifier: MIT
// Programs on this machine, or on another over the system's ssh: what trains LoRAs. A job takes
// minutes or hours and stands on its machine by the step's key, so it outlives lost connections and
// us; each is looked after by a thread of the service's own, for the build's workers have to work.
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/studio.h"
#include "runtime/loop.h"
#include "runtime/pool.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/services/command/inspect.h"
#include "runtime/services/command/link.h"
#include "runtime/services/command/run.h"

struct command_service {
    struct link link;
    struct service *service;
    struct pool *pool;
    size_t n_errands, n_questions; // that have not ended
    bool closing;
    atomic_bool hurried; // questions are not to wait

    // The loop that waits for our threads; NULL until there is one.
    const struct loop_api *_Atomic net;
    struct loop *_Atomic loop;
};

// Of one attempt, in its arena.
struct tending {
    struct command_run run;
    struct command_service *service;
    void (*ended)(struct attempt *a); // the build's
};

// What is left to do of a job that has ended.
struct errand {
    struct job job;
    struct command_service *service;
    char key[65];
    bool failed;
};

// An inspection on its way.
struct look {
    struct job job;
    struct command_service *service;
    struct inspection *inspection;
    json_t *told;
    double latency_ms;
    struct err err;
};

static void ring(void *user)
{
    struct command_service *c = user;
    const struct loop_api *net = c->net;
    struct loop *loop = c->loop;

    if (net && loop)
        net->wake(loop);
}

static void submit(struct command_service *c, struct job *job)
{
    c->net = c->service->services->net;
    c->loop = c->service->services->loop;
    pool_submit(c->pool, job);
}

static bool open_command(struct service *s, struct err *err)
{
    struct command_service *c = arena_make(s->arena, struct command_service);

    (void)err; // nothing is asked yet
    link_init(&c->link, s->arena, s->told);
    c->service = s;
    c->pool = pool_new(s->sched.at_once + 1, ring, c); // one more runs errands
    s->own = c;
    return true;
}

// What has been begun is ended, which takes as long as ssh does.
static void close_command(struct service *s)
{
    struct command_service *c = s->own;

    c->closing = true;
    c->hurried = true;
    while (c->n_errands + c->n_questions) {
        pool_wait(c->pool);
        pool_collect(c->pool);
    }
    pool_free(c->pool);
    s->own = NULL;
}

static void tick_command(struct service *s, int64_t now_ms)
{
    struct command_service *c = s->own;

    (void)now_ms;
    pool_collect(c->pool);
}

static void run_errand(struct job *job)
{
    struct errand *e = (struct errand *)((char *)job - offsetof(struct errand, job));
    struct err aside; // what cannot be removed now is swept some day

    if (e->failed)
        command_run_tell(&e->service->link, e->key, &aside);
    else
        command_run_clear(&e->service->link, e->key, &aside);
}

static void errand_done(struct job *job)
{
    struct errand *e = (struct errand *)((char *)job - offsetof(struct errand, job));

    e->service->n_errands--;
    mem_free(e);
}

static void send_errand(struct command_service *c, const char *key, bool failed)
{
    struct errand *e = mem_new(sizeof(*e));

    e->job = (struct job){.work = run_errand, .done = errand_done};
    e->service = c;
    e->failed = failed;
    snprintf(e->key, sizeof(e->key), "%s", key);
    c->n_errands++;
    submit(c, &e->job);
}

// Its outputs are stored, or are not what they should be: then another fetch would bring the same,
// for they came whole.
static void ended(struct attempt *a)
{
    struct tending *t = a->own;

    if (a->ok || a->err.kind == ERR_TRANSIENT || a->err.kind == ERR_FINAL)
        send_errand(t->service, a->key, !a->ok);
    if (!a->ok && a->err.kind == ERR_TRANSIENT)
        a->err.kind = ERR_FINAL;
    a->ended = t->ended;
    a->ended(a);
}

static struct attempt *attempt_of(struct job *job)
{
    return (struct attempt *)((char *)job - offsetof(struct attempt, job));
}

static void tend(struct job *job)
{
    struct attempt *a = attempt_of(job);
    struct tending *t = a->own;

    a->ok = command_run_all(&t->run, &a->err);
}

// What the programs of the service are, where that can be known.
static void keep_print(struct tending *t)
{
    struct buf *print = &t->service->service->print;
    json_t *whole;

    if (!t->run.packs)
        return;
    whole = json_pack("{s:o}", "packs", t->run.packs);
    buf_clear(print);
    json_canonical(whole, print);
    json_decref(whole);
}

static void tended(struct job *job)
{
    struct attempt *a = attempt_of(job);
    struct tending *t = a->own;

    keep_print(t);
    if (!a->ok) {
        attempt_fail(a, &a->err);
        return;
    }
    t->ended = a->ended;
    a->ended = ended;
    arrival_start(a);
}

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    struct tending *t = arena_make(a->arena, struct tending);
    struct command_service *c = a->service->own;

    (void)s;
    (void)err; // a thread of ours always takes it
    t->run = (struct command_run){.attempt = a, .link = &c->link};
    t->service = c;
    a->own = t;
    a->job = (struct job){.work = tend, .done = tended};
    submit(c, &a->job);
    return true;
}

static void cancel(struct attempt *a)
{
    a->job.cancelled = true;
}

static void run_look(struct job *job)
{
    struct look *l = (struct look *)((char *)job - offsetof(struct look, job));

    l->told = command_inspect_ask(&l->service->link, &l->service->hurried, &l->latency_ms, &l->err);
}

static void look_done(struct job *job)
{
    struct look *l = (struct look *)((char *)job - offsetof(struct look, job));
    struct inspection *i = l->inspection;

    l->service->n_questions--;
    if (l->service->closing) { // nobody waits for it any more
        json_decref(l->told);
    } else {
        i->up = l->told != NULL;
        i->err = l->err;
        i->told = l->told;
        i->latency_ms = l->latency_ms;
        i->done(i);
    }
    mem_free(l);
}

static void inspect(struct inspection *i)
{
    struct look *l = mem_new(sizeof(*l));

    l->job = (struct job){.work = run_look, .done = look_done};
    l->service = i->service->own;
    l->inspection = i;
    l->service->n_questions++;
    submit(l->service, &l->job);
}

const struct driver driver_command = {
    .name = "command",
    .at_once = 1,
    .open = open_command,
    .close = close_command,
    .tick = tick_command,
    .inspect = inspect,
    .compare = command_inspect_compare,
    .start = start,
    .cancel = cancel,
    .reattach = start, // which finds a job by its key
};
