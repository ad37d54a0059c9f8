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
#include "runtime/walk.h"

// What fails for now is tried so often in all.
enum { MOST_TRIES = 5 };

// So long a step waits to be committed together with others, and so many wait at most.
enum { COMPANY_MS = 10, MOST_LANDED = 256 };

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

static bool record_maker(struct dispatch *d, const struct work *work, const struct flight *f,
                         struct err *err)
{
    struct maker maker = {.print = ""};

    if (!f || !f->service->told)
        return true;
    maker.service = service_name(f->service, f->attempt.arena);
    if (f->service->print.len)
        maker.print = buf_text(&f->service->print);
    return ledger_put_maker(d->walk->ledger, work->key, &maker, err) &&
           (!f->noted || ledger_drop_note(d->walk->ledger, f->id, err));
}

static bool record(struct dispatch *d, struct work *work, const struct flight *f, struct err *err)
{
    struct ledger *ledger = d->walk->ledger;
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
    return ledger_put(ledger, &r, err) &&
           ledger_put_last(ledger, d->walk->graph->shelf, work->step->id, work->key, err) &&
           record_maker(d, work, f, err);
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

static void tell_service(struct dispatch *d, const struct service *s, const char *state)
{
    events_tell(d->events, (struct event){.type = EVENT_SERVICE,
                                          .machine = s->told->machine->name,
                                          .service = s->told->name,
                                          .state = state});
}

// What a service is now, beside what it was when it was last seen.
static void look_at_print(struct dispatch *d, struct service *s, struct arena *a)
{
    struct ledger *ledger = d->walk->ledger;
    const char *name = service_name(s, a), *before, *now = buf_text(&s->print);
    struct buf words = {0};
    struct err err;

    if (s->print_seen || !s->print.len)
        return;
    s->print_seen = true;
    before = ledger_print(ledger, name, a);
    if (before)
        print_difference(before, now, &words);
    if (words.len && d->studio->fingerprint != FINGERPRINT_IGNORE)
        display_tell(d->display, SEVERITY_WARNING, NULL,
                     arena_printf(a, "%s is not what it was: %s", name, buf_text(&words)),
                     "what it made before stands; `fingerprint: strict` in the studio makes it "
                     "again, `ignore` leaves this out");
    if ((!before || strcmp(before, now) != 0) &&
        !ledger_put_print(ledger, name, now, d->clock->wall_ms(d->clock), &err))
        dispatch_give_up(d, &err);
    buf_release(&words);
}

// Something was heard of a service.
static void mark_up(struct dispatch *d, struct service *s)
{
    if (s->away_since_ms)
        tell_service(d, s, "up");
    s->failures = 0;
    s->away_since_ms = 0;
    s->again_ms = 0;
}

static void mark_away(struct dispatch *d, struct service *s, const struct err *err)
{
    int64_t now_ms = d->clock->now_ms(d->clock);
    char state[ERR_TEXT_BYTES + 16];

    s->again_ms = now_ms + backoff_ms(++s->failures, &d->chance);
    if (s->away_since_ms)
        return;
    s->away_since_ms = now_ms;
    snprintf(state, sizeof(state), "down: %s", err->text);
    tell_service(d, s, state);
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
    int64_t wait_ms = backoff_ms(f->work->tries, &d->chance);

    f->work->state = WORK_READY;
    tell_again(d, f);
    lanes_push_later(&d->lanes, f->work, d->clock->now_ms(d->clock) + wait_ms);
}

static void wait_for_service(struct dispatch *d, struct flight *f)
{
    mark_away(d, f->service, &f->attempt.err);
    tell_again(d, f);
    f->work->state = WORK_READY;
    f->work->tries--;
    lanes_push(&d->lanes, f->work);
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
        mark_up(d, f->service);
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

static void drop_note(struct dispatch *d, const struct flight *f)
{
    struct err err;

    if (f->noted && !ledger_drop_note(d->walk->ledger, f->id, &err))
        dispatch_give_up(d, &err);
}

static void make_room(struct dispatch *d, struct flight *f)
{
    f->service->running--;
    d->flights.at[f->slot] = d->flights.at[--d->flights.n];
    d->flights.at[f->slot]->slot = f->slot;
    for (size_t i = 0; i < d->n_twins; i++)
        lanes_push(&d->lanes, d->twins[i]);
    d->n_twins = 0;
}

void landing_take(struct flight *f)
{
    struct dispatch *d = f->dispatch;
    struct attempt *a = &f->attempt;

    make_room(d, f);
    if (a->ok) {
        if (f->service->told) {
            a->seconds = (double)(d->clock->now_ms(d->clock) - f->since_ms) / 1000;
            mark_up(d, f->service);
            look_at_print(d, f->service, a->arena);
            lanes_learn(f->service, a->seconds);
        }
        d->expected += f->work->seconds;
        d->spent += a->seconds;
        tell_notes(d, f);
        flight_hand_on(f);
        landing_succeed(d, f->work, f);
    } else {
        drop_note(d, f);
        judge(d, f);
    }
    flight_free(f);
}
