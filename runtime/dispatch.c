// SPDX-License-Identifier: MIT
#include "runtime/dispatch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/browse.h"
#include "runtime/build.h"
#include "runtime/display.h"
#include "runtime/engine.h"
#include "runtime/events.h"
#include "runtime/facts.h"
#include "runtime/ledger.h"
#include "runtime/offer.h"
#include "runtime/walk.h"
#include "runtime/why.h"

enum { DRAW_MS = 100, COMMIT_MS = 200, SETTLE_MS = 20 };

// One attempt, and whose it is.
struct flight {
    struct attempt attempt;
    struct dispatch *dispatch;
    struct work *work;
    size_t slot; // in dispatch.flights
    char tag[48];
};

static const char machine[] = "here";

static void give_up(struct dispatch *d, const struct err *err)
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
    work->err = *err;
    d->result->failed++;
    if (err->kind == ERR_FILM) // whenever it is found
        d->result->exit_code = err_exit_code(ERR_FILM);
    events_tell(d->events, (struct event){.type = EVENT_STEP_FAILED,
                                          .step = work->step,
                                          .err = &work->err,
                                          .help = help,
                                          .log = log,
                                          .attempt = 1});
    walk_skip(d->walk, work);
    if (!d->options->keep_going)
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
    work->err = *err;
    d->result->failed++;
    walk_skip(d->walk, work);
}

static void remember_last(struct dispatch *d, const struct work *work)
{
    struct err err;

    if (!ledger_put_last(d->walk->ledger, d->walk->graph->shelf, work->step->id, work->key, &err))
        give_up(d, &err);
}

static void tell_done(struct dispatch *d, const struct work *work)
{
    events_tell(d->events, (struct event){.type = EVENT_STEP_DONE,
                                          .step = work->step,
                                          .cached = work->cached,
                                          .seconds = work->seconds,
                                          .artifacts = work->artifacts});
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
    tell_done(d, work);
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
            find_at_hand(d, next, wave);
        } else if (next->state == WORK_READY) {
            sched_push(&d->ready, next);
        } else if (next->state == WORK_SKIPPED) {
            walk_skip(d->walk, next);
        } else {
            struct err err = next->err;

            dispatch_fail(d, next, &err, NULL, NULL);
        }
    }
    mem_free(wave->at);
}

static void go_on_from(struct dispatch *d, struct work *work)
{
    struct wave wave = {0};

    walk_finish(d->walk, work, join_wave, &wave);
    follow(d, &wave);
}

static void tell_notes(struct dispatch *d, const struct flight *f)
{
    struct str rest = buf_view(&f->attempt.notes);

    while (rest.len) {
        struct str line = str_cut(&rest, '\n');
        char text[ERR_TEXT_BYTES];

        snprintf(text, sizeof(text), "%.*s", (int)line.len, line.ptr);
        if (text[0])
            events_tell(
                d->events,
                (struct event){.type = EVENT_STEP_PROGRESS, .step = f->work->step, .note = text});
    }
}

// The attempt's artifacts become the work's.
static void take_artifacts(struct dispatch *d, struct flight *f)
{
    struct work *work = f->work;
    struct attempt *a = &f->attempt;

    work->artifacts = arena_array(d->walk->arena, struct artifact, a->n_made);
    for (size_t i = 0; i < a->n_made; i++) {
        work->artifacts[i] = a->made[i];
        work->artifacts[i].ext = arena_strdup(d->walk->arena, a->made[i].ext);
        work->artifacts[i].path = arena_strdup(d->walk->arena, a->made[i].path);
    }
    a->n_made = 0;
    work->seconds = a->seconds;
    work->note = a->notes.len ? arena_strdup(d->walk->arena, buf_text(&a->notes)) : NULL;
}

// The ledger learns of a step before anybody else does: whoever hears that it is done may kill us.
static bool record(struct dispatch *d, struct work *work, struct err *err)
{
    struct ledger *ledger = d->walk->ledger;
    struct result r = {
        .kind = work->step->kind->name,
        .step = work->step->id,
        .preset = work->step->preset ? work->step->preset : "",
        .machine = machine,
        .preimage = work->preimage,
        .note = work->note,
        .seconds = work->seconds,
        .made_ms = d->clock->wall_ms(d->clock),
        .artifacts = work->artifacts,
        .n_artifacts = work->step->n_outputs,
    };

    memcpy(r.key, work->key, sizeof(r.key));
    work->machine = machine;
    work->made_ms = r.made_ms;
    return ledger_put(ledger, &r, err) &&
           ledger_put_last(ledger, d->walk->graph->shelf, work->step->id, work->key, err) &&
           ledger_tick(ledger, true, err);
}

static void succeed(struct dispatch *d, struct work *work)
{
    struct err err;

    browse_link(d->walk, work); // before the record: a step that is recorded is linked
    if (!record(d, work, &err)) {
        give_up(d, &err);
        return;
    }
    work->state = WORK_DONE;
    d->result->ran++;
    tell_done(d, work);
    go_on_from(d, work);
}

static void land(struct dispatch *d, struct flight *f)
{
    while (d->n_twins)
        sched_push(&d->ready, d->twins[--d->n_twins]);
    d->flights[f->slot] = d->flights[--d->n_flights];
    d->flights[f->slot]->slot = f->slot;
    attempt_release(&f->attempt);
    mem_free(f->attempt.inputs);
    mem_free(f->attempt.made);
    mem_free(f);
}

static void ended(struct attempt *a)
{
    struct flight *f = a->user;
    struct dispatch *d = f->dispatch;

    if (a->ok) {
        d->expected += f->work->seconds;
        d->spent += a->seconds;
        tell_notes(d, f);
        take_artifacts(d, f);
        succeed(d, f->work);
    } else if (a->err.kind == ERR_CANCELLED) {
        f->work->state = WORK_SKIPPED;
        walk_skip(d->walk, f->work);
    } else {
        tell_notes(d, f);
        dispatch_fail(d, f->work, &a->err, NULL, buf_text(&a->log));
    }
    land(d, f);
}

static void hand_over(struct flight *f)
{
    const struct step *step = f->work->step;
    const struct walk *w = f->dispatch->walk;
    struct attempt *a = &f->attempt;

    a->inputs = mem_new(step->n_inputs * sizeof(*a->inputs));
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct artifact *in = walk_input(w, step, i);

        if (f->work->bound.kept[i])
            a->inputs[a->n_inputs++] = (struct media_input){
                step->inputs[i].name, path_join(a->arena, w->graph->project, in->path), in->facts};
    }
    a->made = mem_new(step->n_outputs * sizeof(*a->made));
    a->n_made = step->n_outputs;
    for (size_t i = 0; i < step->n_outputs; i++) {
        a->made[i].name = step->outputs[i];
        a->made[i].ext = facts_ext(step, step->outputs[i], a->arena);
    }
}

static struct flight *prepare(struct dispatch *d, struct work *work)
{
    struct flight *f = mem_new(sizeof(*f));

    f->dispatch = d;
    f->work = work;
    f->attempt.op = work->by->op ? work->by->op(d->services.media, work->step->kind->name) : NULL;
    snprintf(f->tag, sizeof(f->tag), "%zu-%ld", work->step->index, (long)getpid());
    f->attempt.step = work->step;
    f->attempt.tag = f->tag;
    f->attempt.params = work->bound.request;
    f->attempt.ended = ended;
    f->attempt.user = f;
    f->attempt.arena = arena_new();
    hand_over(f);
    f->slot = d->n_flights;
    d->flights[d->n_flights++] = f;
    return f;
}

// A choice takes no time and no service.
static void choose(struct dispatch *d, struct work *work)
{
    events_tell(d->events, (struct event){.type = EVENT_STEP_START,
                                          .step = work->step,
                                          .machine = machine,
                                          .service = work->driver});
    dispatch_tell_choice(d->display, work);
    work->seconds = 0;
    succeed(d, work);
}

static void start(struct dispatch *d, struct work *work)
{
    const char *why = d->options->explain ? why_runs(d->walk, work) : NULL, *help;
    struct flight *f;
    struct err err;

    if (!offer_has_service(d->walk, work, d->services.media, &err, &help)) {
        dispatch_fail(d, work, &err, help, NULL);
        return;
    }
    if (work->step->kind->chooses) {
        choose(d, work);
        return;
    }
    f = prepare(d, work);
    work->state = WORK_RUNNING;
    events_tell(d->events, (struct event){.type = EVENT_STEP_START,
                                          .step = work->step,
                                          .machine = machine,
                                          .service = work->driver,
                                          .why = why});
    if (work->by->start(&d->services, &f->attempt, &err))
        return;
    dispatch_fail(d, work, &err, NULL, NULL);
    land(d, f);
}

static bool is_in_flight(const struct dispatch *d, const struct work *work)
{
    for (size_t i = 0; i < d->n_flights; i++)
        if (strcmp(d->flights[i]->work->key, work->key) == 0)
            return true;
    return false;
}

// Steps of one key give one result: the second waits for the first, then finds it.
static void start_once(struct dispatch *d, struct work *work)
{
    if (is_in_flight(d, work)) {
        d->twins[d->n_twins++] = work;
    } else if (walk_look_again(d->walk, work)) {
        struct wave wave = {0};

        find_at_hand(d, work, &wave);
        follow(d, &wave);
    } else {
        start(d, work);
    }
}

static void fill_workers(struct dispatch *d)
{
    struct work *work;

    while (!d->stopping && d->n_flights < d->workers && (work = sched_pop(&d->ready)))
        start_once(d, work);
}

static void heed_interrupts(struct dispatch *d)
{
    unsigned n = engine_interrupts(d->engine);

    if (n >= 1 && !d->stopping && d->n_flights)
        display_say(d->display, "stopping: %zu running step%s will end; Ctrl-C again cancels them",
                    d->n_flights, d->n_flights == 1 ? "" : "s");
    if (n >= 1)
        d->stopping = true;
    if (n >= 2 && !d->cancelled) {
        d->cancelled = true;
        for (size_t i = 0; i < d->n_flights; i++)
            d->flights[i]->work->by->cancel(&d->flights[i]->attempt);
    }
}

// What is left, spread over the workers, in the light of how right the guesses have been so far.
static double seconds_left(const struct dispatch *d)
{
    double sum = 0, longest = 0, right = d->expected > 0.5 ? d->spent / d->expected : 1;

    for (size_t i = 0; i < d->walk->graph->n_steps; i++) {
        const struct work *work = &d->walk->works[i];

        if (!work->wanted || work->state > WORK_RUNNING)
            continue;
        sum += work->seconds;
        longest = work->path_seconds > longest ? work->path_seconds : longest;
    }
    sum /= d->workers;
    return right * (sum > longest ? sum : longest);
}

static void draw(struct dispatch *d)
{
    if (!d->options->display.live)
        return;
    for (size_t i = 0; i < d->n_flights; i++) {
        const struct attempt *a = &d->flights[i]->attempt;

        if (a->total > 0)
            events_tell(d->events, (struct event){.type = EVENT_STEP_PROGRESS,
                                                  .step = a->step,
                                                  .done = a->done,
                                                  .total = a->total});
    }
    display_tick(d->display, seconds_left(d));
}

// Once the first steps run. True where there is something new to look at.
static bool load_loop(struct dispatch *d)
{
    struct err err;

    if (d->engine->loop || d->fatal)
        return false;
    if (!engine_load_loop(d->engine, &err))
        give_up(d, &err); // what runs is still waited for
    return true;
}

bool dispatch_run(struct dispatch *d, struct err *err)
{
    int wait_ms = d->options->display.live ? DRAW_MS : COMMIT_MS;
    bool polled = true;

    d->flights = mem_new(d->workers * sizeof(struct flight *));
    d->twins = mem_new(d->walk->n_wanted * sizeof(struct work *));
    for (size_t i = 0; i < d->walk->graph->n_steps; i++)
        if (d->walk->works[i].wanted && d->walk->works[i].state == WORK_READY)
            sched_push(&d->ready, &d->walk->works[i]);
    for (;;) {
        heed_interrupts(d);
        fill_workers(d);
        if (d->n_flights == 0)
            break;
        if (load_loop(d))
            continue;
        draw(d);
        polled =
            engine_wait(d->engine, ledger_unsettled(d->walk->ledger) ? SETTLE_MS : wait_ms, err);
        if (!polled)
            give_up(d, err);
        if (!ledger_tick(d->walk->ledger, false, err))
            give_up(d, err);
    }
    sched_release(&d->ready);
    mem_free(d->flights);
    mem_free(d->twins);
    if (d->fatal)
        *err = d->err;
    else if (engine_interrupts(d->engine))
        err_set(err, ERR_CANCELLED, "interrupted");
    return !d->fatal && !engine_interrupts(d->engine);
}
