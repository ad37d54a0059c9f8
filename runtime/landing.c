// SPDX-License-Identifier: MIT
#include "runtime/landing.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/backoff.h"
#include "runtime/browse.h"
#include "runtime/build.h"
#include "runtime/dispatch.h"
#include "runtime/display.h"
#include "runtime/events.h"
#include "runtime/flight.h"
#include "runtime/lanes.h"
#include "runtime/ledger.h"
#include "runtime/ledger_prints.h"
#include "runtime/print.h"
#include "runtime/took.h"
#include "runtime/pulse.h"
#include "runtime/walk.h"

// What fails for now is tried so often in all.
enum { MOST_TRIES = 5 };

// So long a step waits to be committed together with others, and so many wait at most.
enum { COMPANY_MS = 20, MOST_LANDED = 256 };

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

static bool record(struct dispatch *d, struct work *work, const struct flight *f, struct err *err)
{
    struct ledger *ledger = d->walk->ledger;
    struct maker maker = {.print = ""};
    struct result r = {
        .kind = work->step->kind->name,
        .step = work->step->id,
        .preset = work->step->preset ? work->step->preset : "",
        .machine = work->machine,
        .preimage = work->preimage,
        .note = work->note,
        .seconds = work->seconds,
        .made_ms = d->clock->wall_ms(d->clock),
        .artifacts = work->artifacts,
        .n_artifacts = work->step->n_outputs,
    };

    memcpy(r.key, work->key, sizeof(r.key));
    work->made_ms = r.made_ms;
    if (f && f->service->told) {
        maker.service = service_name(f->service, f->attempt.arena);
        if (f->service->print.len)
            maker.print = buf_text(&f->service->print);
        r.maker = &maker;
    }
    return ledger_put(ledger, &r, err) &&
           ledger_put_last(ledger, d->walk->graph->shelf, work->step->id, work->key, err) &&
           (!f || !f->job[0] || ledger_drop_note(ledger, f->job, err));
}

void landing_succeed(struct dispatch *d, struct work *work, struct flight *f)
{
    struct err err;

    if (!f)
        browse_link(d->walk, work); // what flew is linked: a step that is recorded is
    if (!record(d, work, f, &err)) {
        dispatch_give_up(d, &err);
        return;
    }
    if (!d->landed.n)
        d->landed_ms = d->clock->now_ms(d->clock);
    vec_push(&d->landed, work);
}

// Where there is work for everybody, nobody waits for what has landed: one commit serves all that
// lands within milliseconds.
static bool waits_for_company(const struct dispatch *d)
{
    return d->landed.n && d->flights.n && lanes_are_full(&d->lanes) && d->landed.n < MOST_LANDED &&
           d->clock->now_ms(d->clock) - d->landed_ms < COMPANY_MS;
}

bool landing_settle(struct dispatch *d)
{
    size_t n = waits_for_company(d) ? 0 : d->landed.n;
    struct err err;

    if (n && !ledger_tick(d->walk->ledger, true, &err)) {
        dispatch_give_up(d, &err);
        d->landed.n = 0;
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        d->landed.at[i]->state = WORK_DONE;
        d->result->ran++;
        dispatch_tell_done(d, d->landed.at[i]);
        dispatch_go_on(d, d->landed.at[i]);
    }
    if (n)
        d->landed.n = 0;
    return n > 0;
}

// What a service is now, beside what it was when it was last seen.
static void look_at_print(struct dispatch *d, struct service *s, struct arena *a)
{
    struct ledger *ledger = d->walk->ledger;
    const char *name = service_name(s, a), *before, *now = buf_text(&s->print);
    struct buf words = {0};
    struct err err;

    if (!s->print.len || (s->print_seen && strcmp(s->print_seen, now) == 0))
        return;
    s->print_seen = arena_strdup(s->arena, now);
    before = ledger_print(ledger, name, a);
    if (before)
        print_difference(before, now, &words);
    if (words.len && d->studio->fingerprint != FINGERPRINT_IGNORE)
        service_tell(s, "replaced: %s", buf_text(&words));
    if ((!before || strcmp(before, now) != 0) &&
        !ledger_put_print(ledger, name, now, d->clock->wall_ms(d->clock), &err))
        dispatch_give_up(d, &err);
    buf_release(&words);
}

// Something was heard of a service.
static void mark_up(struct service *s)
{
    bool was_away = s->away_since_ms != 0;

    s->failures = 0;
    s->away_since_ms = 0;
    s->again_ms = 0;
    service_wakes(s);
    if (was_away)
        service_tell(s, "up");
}

static void mark_away(struct dispatch *d, struct service *s, const struct err *err)
{
    int64_t now_ms = d->clock->now_ms(d->clock);

    s->again_ms = now_ms + backoff_ms(++s->failures, &d->chance);
    if (s->away_since_ms)
        return;
    s->away_since_ms = now_ms;
    s->asleep = false; // it is worse than that
    service_tell(s, "down: %s", err->text);
}

void landing_hear(struct dispatch *d, struct service *s, const struct err *err)
{
    if (err->kind == ERR_AWAY)
        mark_away(d, s, err);
    else
        mark_up(s);
}

static void tell_again(struct dispatch *d, const struct flight *f)
{
    events_tell(d->events, (struct event){.type = EVENT_STEP_FAILED,
                                          .step = f->work->step,
                                          .err = &f->attempt.err,
                                          .attempt = f->work->tries,
                                          .again = true});
}

static void try_later(struct dispatch *d, struct flight *f)
{
    int64_t again_ms = d->clock->now_ms(d->clock) + backoff_ms(f->work->tries, &d->chance);

    f->work->state = WORK_READY;
    tell_again(d, f);
    if (!returns_hold(&d->returns, f->work, again_ms))
        lanes_push_later(&d->lanes, f->work, again_ms);
}

// As if it had not been sent.
static void put_back(struct dispatch *d, struct flight *f)
{
    tell_again(d, f);
    f->work->state = WORK_READY;
    f->work->tries--;
    dispatch_queue(d, f->work);
}

static void wait_for_service(struct dispatch *d, struct flight *f)
{
    mark_away(d, f->service, &f->attempt.err);
    put_back(d, f);
}

static void wait_for_machine(struct dispatch *d, struct flight *f)
{
    err_set(&f->attempt.err, ERR_AWAY, "taken back from %s, which rests", flight_machine(f));
    put_back(d, f);
}

static void fail(struct dispatch *d, struct flight *f)
{
    struct attempt *a = &f->attempt;

    if (a->err.kind == ERR_TRANSIENT) // for good now
        a->err.kind = ERR_FINAL;
    dispatch_fail(d, f->work, &a->err, a->help, buf_text(&a->log));
}

static void judge(struct dispatch *d, struct flight *f)
{
    struct attempt *a = &f->attempt;
    bool elsewhere = f->service->told != NULL;

    if (f->stalled && a->err.kind == ERR_CANCELLED)
        err_set(&a->err, ERR_TRANSIENT, "%s gave no sign of life for %lld s", flight_service(f),
                (long long)(flight_stall_ms(f) / 1000));
    if (elsewhere && a->err.kind != ERR_AWAY && a->err.kind != ERR_CANCELLED)
        mark_up(f->service);
    if (f->recalled && a->err.kind == ERR_CANCELLED && !d->stopping) {
        wait_for_machine(d, f);
        return;
    }
    if (a->err.kind == ERR_CANCELLED) {
        f->work->state = WORK_SKIPPED;
        walk_skip(d->walk, f->work);
        return;
    }
    tell_notes(d, f);
    if (elsewhere && !d->stopping && a->err.kind == ERR_AWAY)
        wait_for_service(d, f);
    else if (elsewhere && !d->stopping && a->err.kind == ERR_TRANSIENT &&
             f->work->tries < MOST_TRIES)
        try_later(d, f);
    else
        fail(d, f);
}

// Before its step is ready again.
static void part(struct dispatch *d, struct flight *f)
{
    struct err err;

    f->attempt.left = f->attempt.left || f->attempt.err.kind == ERR_FULL; // there is no room here
    if (!f->attempt.ok && !returns_part(&d->returns, f, &err))
        dispatch_give_up(d, &err);
}

static void make_room(struct dispatch *d, struct flight *f)
{
    lanes_end(&d->lanes, f->service, f->work);
    f->service->ended_ms = d->clock->now_ms(d->clock);
    d->flights.at[f->slot] = d->flights.at[--d->flights.n];
    d->flights.at[f->slot]->slot = f->slot;
    for (size_t i = 0; i < d->n_twins; i++)
        dispatch_queue(d, d->twins[i]);
    d->n_twins = 0;
}

static void tell_attempt_end(struct dispatch *d, const struct flight *f)
{
    const struct attempt *a = &f->attempt;
    const char *status = a->ok                          ? "done"
                         : a->err.kind != ERR_CANCELLED ? "failed"
                         : f->stalled                   ? "stalled"
                                                        : "cancelled";

    events_tell(d->events, (struct event){.type = EVENT_ATTEMPT_END,
                                          .step = f->work->step,
                                          .status = status,
                                          .err = a->ok ? NULL : &a->err});
}

void landing_take(struct flight *f)
{
    struct dispatch *d = f->dispatch;
    struct attempt *a = &f->attempt;
    struct err err;

    part(d, f);
    tell_attempt_end(d, f);
    if (a->ok && !took_measure(f, d->clock->now_ms(d->clock), &err))
        dispatch_give_up(d, &err);
    make_room(d, f);
    if (a->ok) {
        if (f->service->told) {
            mark_up(f->service);
            look_at_print(d, f->service, a->arena);
            pulse_end(f);
        }
        tell_notes(d, f);
        flight_hand_on(f);
        landing_succeed(d, f->work, f);
    } else {
        judge(d, f);
    }
    flight_free(f);
}
