// SPDX-License-Identifier: MIT
#include "runtime/dispatch.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/browse.h"
#include "runtime/build.h"
#include "runtime/display.h"
#include "runtime/engine.h"
#include "runtime/events.h"
#include "runtime/flight.h"
#include "runtime/landing.h"
#include "runtime/ledger.h"
#include "runtime/loop.h"
#include "runtime/offer.h"
#include "runtime/pulse.h"
#include "runtime/trace.h"
#include "runtime/walk.h"
#include "runtime/why.h"

enum { DRAW_MS = 100, COMMIT_MS = 200, SETTLE_MS = 20, PROGRESS_MS = 500, LANDED_MS = 2 };

void dispatch_give_up(struct dispatch *d, const struct err *err)
{
    if (d->fatal)
        return;
    d->fatal = true;
    d->stopping = true;
    d->err = *err;
}

void dispatch_fail(struct dispatch *d, struct work *work, const struct err *err, const char *help,
                   const char *log)
{
    work->state = WORK_FAILED;
    walk_keep_err(d->walk, work, err);
    d->result->failed++;
    if (err->kind == ERR_FILM) // whenever it is found
        d->result->exit_code = err_exit_code(ERR_FILM);
    events_tell(d->events, (struct event){.type = EVENT_STEP_FAILED,
                                          .step = work->step,
                                          .err = work->err,
                                          .help = help,
                                          .log = log,
                                          .attempt = work->tries ? work->tries : 1});
    walk_skip(d->walk, work);
    if (d->options->keep_going)
        lanes_drop_failed(&d->lanes, d->walk);
    else
        d->stopping = true;
    if (err->kind == ERR_FULL) // everything else would fail the same way
        d->stopping = true;
}

void dispatch_refuse(struct dispatch *d, struct work *work, const struct err *err, const char *help,
                     bool repeated)
{
    if (work->state == WORK_SKIPPED) // what it needs was refused
        return;
    if (!repeated) {
        dispatch_fail(d, work, err, help, NULL);
        return;
    }
    work->state = WORK_FAILED;
    walk_keep_err(d->walk, work, err);
    d->result->failed++;
    walk_skip(d->walk, work);
}

static void remember_last(struct dispatch *d, const struct work *work)
{
    struct err err;

    if (!ledger_put_last(d->walk->ledger, d->walk->graph->shelf, work->step->id, work->key, &err))
        dispatch_give_up(d, &err);
}

void dispatch_tell_done(struct dispatch *d, const struct work *work)
{
    events_tell(d->events, (struct event){.type = EVENT_STEP_DONE,
                                          .step = work->step,
                                          .cached = work->cached,
                                          .seconds = work->seconds,
                                          .artifacts = work->artifacts});
}

void dispatch_queue(struct dispatch *d, struct work *work)
{
    if (!returns_hold(&d->returns, work, 0))
        lanes_push(&d->lanes, work, d->clock->now_ms(d->clock));
}

// What is done may let others begin; some of them turn out to be done too, and so on.
struct wave {
    struct work **at;
    size_t n, cap;
};

static void join_wave(void *user, struct work *work)
{
    struct wave *wave = user;

    if (wave->n == wave->cap) {
        wave->cap = wave->cap ? wave->cap * 2 : 16;
        wave->at = mem_resize(wave->at, wave->cap, sizeof(struct work *));
    }
    wave->at[wave->n++] = work;
}

void dispatch_tell_choice(struct display *display, const struct work *work)
{
    struct arena *a = arena_new();

    if (work->note)
        display_tell(display, work->lapsed ? SEVERITY_WARNING : SEVERITY_NOTE, &work->step->at,
                     arena_printf(a, "%s: %s", work->step->id, work->note), NULL);
    arena_free(a);
}

static void find_at_hand(struct dispatch *d, struct work *work, struct wave *wave)
{
    d->result->cached++;
    d->result->saved_seconds += work->key[0] ? work->seconds : 0;
    browse_link(d->walk, work);
    if (work->key[0])
        remember_last(d, work);
    dispatch_tell_done(d, work);
    if (work->step->kind->chooses)
        dispatch_tell_choice(d->display, work);
    walk_finish(d->walk, work, join_wave, wave);
}

// Goes on from the steps of a wave to its end.
static void follow(struct dispatch *d, struct wave *wave)
{
    for (size_t i = 0; i < wave->n; i++) {
        struct work *next = wave->at[i];

        walk_resolve(d->walk, next);
        if (next->state == WORK_DONE) {
            lanes_drop(&d->lanes, next);
            find_at_hand(d, next, wave);
        } else if (next->state == WORK_READY) {
            dispatch_queue(d, next);
        } else if (next->state == WORK_SKIPPED) {
            walk_skip(d->walk, next);
        } else {
            dispatch_fail(d, next, next->err, NULL, NULL);
        }
    }
    mem_free(wave->at);
}

void dispatch_go_on(struct dispatch *d, struct work *work)
{
    struct wave wave = {0};

    walk_finish(d->walk, work, join_wave, &wave);
    follow(d, &wave);
}

static void ended(struct attempt *a)
{
    landing_take(a->user);
}

static void tell_start(struct dispatch *d, const struct work *work, const char *machine,
                       const char *service, const char *why)
{
    events_tell(d->events, (struct event){.type = EVENT_STEP_START,
                                          .step = work->step,
                                          .machine = machine,
                                          .service = service,
                                          .expected_seconds = work->seconds,
                                          .why = why});
}

// A choice takes no time and no service.
static void choose(struct dispatch *d, struct work *work)
{
    tell_start(d, work, "here", work->driver, NULL);
    dispatch_tell_choice(d->display, work);
    work->seconds = 0;
    work->machine = "here";
    landing_succeed(d, work, NULL);
}

// What a kill must not send twice is on the disk before it is sent.
static bool note(struct flight *f, struct err *err)
{
    return !f->service->told || !f->service->driver->reattach || flight_send(f, f->id, err);
}

// Before anything goes to a service elsewhere; else once the first steps run. True where there is
// something new to look at.
static bool load_loop(struct dispatch *d)
{
    bool had = d->engine->loop || d->fatal; // the survey of the files loads it, too
    struct err err;

    if (!had && !engine_load_loop(d->engine, &err))
        dispatch_give_up(d, &err); // what runs is still waited for
    d->services.net = d->engine->api;
    d->services.loop = d->engine->loop;
    return !had;
}

bool dispatch_open_service(struct dispatch *d, struct service *s, struct err *err)
{
    if (s->told && !load_loop(d) && !d->engine->loop) {
        *err = d->err;
        return false;
    }
    s->open = s->open || !s->told || !s->driver->open || s->driver->open(s, err);
    return s->open;
}

static bool launch(struct dispatch *d, struct flight *f, struct err *err)
{
    if (f->attempt.sent)
        return f->service->driver->reattach(&d->services, &f->attempt, err);
    return note(f, err) && f->work->by->start(&d->services, &f->attempt, err);
}

static void take_off(struct dispatch *d, struct flight *f)
{
    struct err err;

    f->slot = d->flights.n;
    vec_push(&d->flights, f);
    f->work->state = WORK_RUNNING;
    f->attempt.tries = ++f->work->tries;
    f->attempt.ended = ended;
    if (!dispatch_open_service(d, f->service, &err) || !launch(d, f, &err))
        attempt_fail(&f->attempt, &err);
}

// False: it was not begun.
static bool start(struct dispatch *d, struct work *work, struct service *service, bool load)
{
    const char *why = d->options->explain ? why_runs(d->walk, work) : NULL, *help;
    struct flight *f;
    struct err err;

    if (!offer_has_service(d->walk, work, d->services.media, &err, &help)) {
        dispatch_fail(d, work, &err, help, NULL);
        return false;
    }
    if (work->step->kind->chooses) {
        choose(d, work);
        return false;
    }
    f = flight_new(d, work, service, &err);
    if (!f) {
        dispatch_fail(d, work, &err, NULL, NULL);
        return false;
    }
    f->loads = load;
    if (returns_take(&d->returns, f) && !service->away_since_ms)
        why = arena_printf(f->attempt.arena, "%s was sent it before, and is asked for it",
                           service_name(f->service, f->attempt.arena));
    tell_start(d, work, flight_machine(f), flight_service(f), why);
    take_off(d, f);
    return true;
}

static bool is_in_flight(const struct dispatch *d, const struct work *work)
{
    for (size_t i = 0; i < d->flights.n; i++)
        if (strcmp(d->flights.at[i]->work->key, work->key) == 0)
            return true;
    return false;
}

// Steps of one key give one result: the second waits for the first, then finds it.
static bool start_once(struct dispatch *d, struct work *work, struct service *service, bool load)
{
    struct wave wave = {0};

    if (!map_add(&d->begun, work->key, work))
        return start(d, work, service, load);
    if (is_in_flight(d, work)) {
        d->twins[d->n_twins++] = work;
        return false;
    }
    if (!walk_look_again(d->walk, work))
        return start(d, work, service, load);
    find_at_hand(d, work, &wave);
    follow(d, &wave);
    return false;
}

// Where services share a GPU, the model of one leaves it before another loads its own.
static void unload_evicted(struct dispatch *d)
{
    for (size_t i = 0; i < d->lanes.n_services; i++) {
        struct service *s = &d->lanes.services[i];

        if (s->sched.evicted && s->open && s->driver->unload)
            s->driver->unload(s);
        s->sched.evicted = false;
    }
}

// What its service has from before takes no room.
static void resume(struct dispatch *d, struct work *work, struct service *service)
{
    lanes_resume(&d->lanes, service, work, d->clock->now_ms(d->clock));
    if (!start_once(d, work, service, false))
        lanes_end(&d->lanes, service, work);
}

static void fill_services(struct dispatch *d)
{
    struct service *service;
    struct work *work;
    bool load;

    while (!d->stopping && (work = returns_next(&d->returns, d->clock->now_ms(d->clock), &service)))
        resume(d, work, service);
    while (!d->stopping &&
           (work = lanes_next(&d->lanes, d->clock->now_ms(d->clock), &service, &load))) {
        if (load)
            unload_evicted(d);
        if (!start_once(d, work, service, load))
            lanes_end(&d->lanes, service, work);
    }
}

static void cancel(struct flight *f)
{
    f->work->by->cancel(&f->attempt);
}

static void heed_interrupts(struct dispatch *d)
{
    unsigned n = engine_interrupts(d->engine);

    if (n == 1 && !d->stopping && d->flights.n)
        display_say(d->display, "stopping: %zu running step%s will end; Ctrl-C again cancels them",
                    d->flights.n, d->flights.n == 1 ? "" : "s");
    if (n >= 1)
        d->stopping = true;
    if (n >= 2 && !d->cancelled) {
        d->cancelled = true;
        for (size_t i = d->flights.n; i-- > 0;) // one that ends at once leaves the list
            cancel(d->flights.at[i]);
    }
}

// A step that has not begun on a machine that rests is another's to make, or waits.
static bool take_back(struct flight *f)
{
    bool taken;

    if (!f->work->by->take_back)
        return false;
    f->recalled = true; // it may end at once
    taken = f->work->by->take_back(&f->attempt);
    if (!taken)
        f->recalled = false;
    return taken;
}

// Timers of drivers, and attempts that have given no sign of life for too long.
static void look_after(struct dispatch *d)
{
    int64_t now_ms = d->clock->now_ms(d->clock);

    for (size_t i = 0; i < d->lanes.n_services; i++)
        if (d->lanes.services[i].open && d->lanes.services[i].driver->tick)
            d->lanes.services[i].driver->tick(&d->lanes.services[i], now_ms);
    returns_tick(&d->returns, now_ms);
    for (size_t i = d->flights.n; i-- > 0;) {
        struct flight *f = i < d->flights.n ? d->flights.at[i] : NULL;

        if (!f || f->recalled || (f->service->resting && take_back(f)))
            continue;
        pulse_look(f, now_ms);
        if (f->stalled || now_ms - f->attempt.alive_ms <= flight_stall_ms(f))
            continue;
        f->stalled = true;
        cancel(f);
    }
}

// Nothing runs, and nothing can start: what waits for services that stay away is given up.
static void lose_patience(struct dispatch *d)
{
    const struct studio *studio = d->lanes.studio;
    struct service *s;
    struct work *work;

    while (d->flights.n == 0 && !d->stopping && studio &&
           (work = lanes_lost(&d->lanes, d->clock->now_ms(d->clock), studio->patience_ms, &s))) {
        struct err err;

        err_set(&err, ERR_AWAY, "%s on %s has not answered for %lld s", s->told->name,
                s->told->machine->name,
                (long long)((d->clock->now_ms(d->clock) - s->away_since_ms) / 1000));
        dispatch_fail(d, work, &err, "start it, or name another machine that offers the preset",
                      NULL);
        d->result->exit_code = err_exit_code(ERR_AWAY);
    }
}

// What is new of an attempt, at most so often that people and programs can follow.
static void tell_progress(struct dispatch *d, struct flight *f, int64_t now_ms)
{
    const struct attempt *a = &f->attempt;
    double done = a->done;
    bool begins = done > 0 && !(f->told_done > 0); // its model is loaded

    if ((now_ms - f->told_ms < PROGRESS_MS && !begins) ||
        (done == f->told_done && a->doing == f->told_doing))
        return;
    f->told_ms = now_ms;
    f->told_done = done;
    f->told_doing = a->doing;
    events_tell(d->events, (struct event){.type = EVENT_STEP_PROGRESS,
                                          .step = a->step,
                                          .done = done,
                                          .total = a->total,
                                          .doing = a->doing});
}

static void draw(struct dispatch *d)
{
    int64_t now_ms = d->clock->now_ms(d->clock);

    for (size_t i = 0; i < d->flights.n; i++)
        tell_progress(d, d->flights.at[i], now_ms);
    d->events->now.stopping = d->stopping;
    if (events_are_due(d->events))
        events_renew(d->events, eta_seconds(&d->eta, d));
}

static bool has_work(struct dispatch *d)
{
    lose_patience(d);
    return d->flights.n || d->returns.withdrawing ||
           (!d->stopping && (lanes_wait(&d->lanes) || d->returns.held.n));
}

static int wait_ms(const struct dispatch *d)
{
    if (d->landed.n)
        return LANDED_MS;
    if (ledger_unsettled(d->walk->ledger))
        return SETTLE_MS;
    return d->options->display.live ? DRAW_MS : COMMIT_MS;
}

static void tell_service(void *user, const struct service *s, const char *state)
{
    struct dispatch *d = user;

    events_tell(d->events, (struct event){.type = EVENT_SERVICE,
                                          .machine = s->told->machine->name,
                                          .service = s->told->name,
                                          .state = state,
                                          .away = s->asleep || s->away_since_ms});
}

static void begin(struct dispatch *d)
{
    struct err err;

    d->services.tell = tell_service;
    d->services.user = d;
    d->services.net = d->engine->api; // where files were looked at before, there is a loop
    d->services.loop = d->engine->loop;
    lanes_init(&d->lanes, d->studio, &d->services, d->workers);
    d->shift = (struct shift){.lanes = &d->lanes,
                              .walk = d->walk,
                              .events = d->events,
                              .display = d->display,
                              .clock = d->clock};
    shift_begin(&d->shift, d->options->state_dir);
    d->awake = (struct awake){.lanes = &d->lanes, .display = d->display};
    awake_begin(&d->awake);
    d->chance = (uint64_t)d->clock->now_ms(d->clock);
    if (!returns_init(&d->returns, d, &err))
        dispatch_give_up(d, &err);
    trace_follow(d->events->trace, d->walk);
    d->twins = mem_new(d->walk->n_wanted * sizeof(struct work *));
    lanes_begin(&d->lanes, d->walk, d->options->aim);
    for (size_t i = 0; i < d->walk->graph->n_steps; i++)
        if (d->walk->works[i].wanted && d->walk->works[i].state == WORK_READY)
            dispatch_queue(d, &d->walk->works[i]);
}

static void end(struct dispatch *d)
{
    shift_end(&d->shift);
    awake_end(&d->awake);
    lanes_release(&d->lanes);
    returns_release(&d->returns);
    vec_release(&d->flights);
    vec_release(&d->landed);
    map_release(&d->begun);
    mem_free(d->twins);
}

bool dispatch_run(struct dispatch *d, struct err *err)
{
    begin(d);
    for (;;) {
        heed_interrupts(d);
        look_after(d);
        shift_turn(&d->shift, d->clock->now_ms(d->clock));
        landing_settle(d);
        fill_services(d);
        if (landing_settle(d)) // choices take no time
            continue;
        if (!has_work(d))
            break;
        if (load_loop(d))
            continue;
        shift_tell_wait(&d->shift, !d->flights.n);
        awake_turn(&d->awake, !shift_waits_for_good(&d->shift), d->clock->now_ms(d->clock));
        draw(d);
        if (!engine_wait(d->engine, wait_ms(d), err))
            dispatch_give_up(d, err);
        if (!ledger_tick(d->walk->ledger, false, err))
            dispatch_give_up(d, err);
    }
    end(d);
    if (d->fatal)
        *err = d->err;
    else if (engine_interrupts(d->engine))
        err_set(err, ERR_CANCELLED, "interrupted");
    return !d->fatal && !engine_interrupts(d->engine);
}
