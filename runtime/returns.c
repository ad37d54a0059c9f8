// SPDX-License-Identifier: MIT
#include "runtime/returns.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/build.h"
#include "runtime/dispatch.h"
#include "runtime/display.h"
#include "runtime/elsewhere.h"
#include "runtime/flight.h"
#include "runtime/landing.h"
#include "runtime/lanes.h"
#include "runtime/ledger.h"
#include "runtime/ledger_notes.h"
#include "runtime/walk.h"

enum { LOOK_MS = 500 };

// Notes are forgotten then: no server remembers, and folders are emptied.
static const int64_t oldest_ms = 30 * 24 * 3600 * 1000LL;

// A job without anybody. It stays until the end, for a while with gone set.
struct leftover {
    struct returns *returns;
    struct note note;        // in the arena of returns
    struct service *service; // NULL: the studio has it no more
    const struct work *work; // of the note's step; NULL: the film has that no more
    bool gone;               // attended to, or its note is dropped
    struct attempt *leaving; // it is being taken away, or NULL
};

static struct service *find_service(struct returns *r, const char *name)
{
    struct lanes *l = &r->dispatch->lanes;

    for (size_t i = 0; i < l->n_services; i++)
        if (l->services[i].driver->reattach &&
            strcmp(service_name(&l->services[i], r->arena), name) == 0)
            return &l->services[i];
    return NULL;
}

static const struct work *find_work(const struct walk *w, const char *id)
{
    const struct step *step = graph_find(w->graph, id);

    return step ? &w->works[step->index] : NULL;
}

static void add(struct returns *r, const struct note *note, struct service *service)
{
    struct leftover *l = arena_make(r->arena, struct leftover);

    l->returns = r;
    l->note = *note;
    l->service = service;
    l->work = find_work(r->dispatch->walk, note->step);
    vec_push(&r->list, l);
}

bool returns_init(struct returns *r, struct dispatch *d, struct err *err)
{
    struct note *notes;
    size_t n;

    *r = (struct returns){.dispatch = d, .arena = arena_new()};
    if (!ledger_notes(d->walk->ledger, r->arena, &notes, &n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (d->clock->wall_ms(d->clock) - notes[i].sent_ms < oldest_ms)
            add(r, &notes[i], find_service(r, notes[i].service));
        else if (!ledger_drop_note(d->walk->ledger, notes[i].job, err))
            return false;
    return true;
}

void returns_release(struct returns *r)
{
    vec_release(&r->list);
    vec_release(&r->held);
    arena_free(r->arena);
    *r = (struct returns){0};
}

// The job that a service has of a key; service NULL: any that the studio has, best one that is not
// away.
static struct leftover *find(const struct returns *r, const char *key,
                             const struct service *service)
{
    struct leftover *best = NULL;

    for (size_t i = 0; i < r->list.n; i++) {
        struct leftover *l = r->list.at[i];

        if (l->gone || l->leaving || !l->service || (service && l->service != service) ||
            strcmp(l->note.key, key) != 0)
            continue;
        if (!l->service->away_since_ms)
            return l;
        best = best ? best : l;
    }
    return best;
}

static bool is_over(const struct returns *r, const struct service *s, int64_t now_ms)
{
    return s->away_since_ms && now_ms - s->away_since_ms > r->dispatch->studio->patience_ms;
}

bool returns_hold(struct returns *r, struct work *work, int64_t again_ms)
{
    const struct leftover *l = find(r, work->key, NULL);

    if (!l || is_over(r, l->service, services_now_ms(&r->dispatch->services)))
        return false;
    vec_push(&r->held, (struct returning){work, again_ms});
    return true;
}

struct work *returns_next(struct returns *r, int64_t now_ms, struct service **service)
{
    for (size_t i = r->held.n; i-- > 0;) {
        struct returning held = r->held.at[i];
        const struct leftover *l = find(r, held.work->key, NULL);
        bool freed = !l || is_over(r, l->service, now_ms);

        if (!freed && (now_ms < held.again_ms || now_ms < l->service->again_ms))
            continue;
        r->held.at[i] = r->held.at[--r->held.n];
        if (freed) {
            lanes_push(&r->dispatch->lanes, held.work, now_ms);
            continue;
        }
        *service = l->service;
        return held.work;
    }
    return NULL;
}

bool returns_take(struct returns *r, struct flight *f)
{
    struct leftover *l = f->service->told ? find(r, f->work->key, f->service) : NULL;

    if (!l)
        return false;
    l->gone = true;
    f->attempt.sent = l->note.job;
    f->sent_ms = l->note.sent_ms;
    snprintf(f->job, sizeof(f->job), "%s", l->note.job);
    return true;
}

// A copy that lives as long as returns; the graph's and the walk's texts do anyway.
static struct note keep(struct returns *r, struct note note)
{
    note.job = arena_strdup(r->arena, note.job);
    note.service = arena_strdup(r->arena, note.service);
    return note;
}

bool returns_part(struct returns *r, struct flight *f, struct err *err)
{
    struct note note;

    if (!f->job[0])
        return true;
    if (!f->attempt.left)
        return ledger_drop_note(r->dispatch->walk->ledger, f->job, err);
    note = keep(r, flight_note(f));
    add(r, &note, f->service);
    return true;
}

// Whether a step may want the job: it has the key, and is neither made (*made) nor being made by
// another.
static bool is_wanted(const struct leftover *l, bool *made)
{
    const struct walk *w = l->returns->dispatch->walk;

    *made = false;
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const struct work *work = &w->works[i];

        if (strcmp(work->key, l->note.key) != 0)
            continue;
        if (work->state == WORK_DONE)
            *made = true;
        else if (work->state != WORK_RUNNING)
            return true;
    }
    return false;
}

// Whether it is told by now what the step of a job wants. A step that is not there may stand in a
// part of the film that was left out.
static bool is_decided(const struct leftover *l)
{
    const struct dispatch *d = l->returns->dispatch;

    if (!l->work)
        return !elsewhere_is(d->options->from);
    return l->work->wanted && l->work->state != WORK_WAITING;
}

// A job of this film is in the way once its step has another key, or is made already. What another
// film, or a step that is not asked for this time, waits for is left alone.
static bool is_in_the_way(const struct leftover *l)
{
    const char *film = l->returns->dispatch->walk->graph->shelf;
    bool made;

    if (l->gone || l->leaving || !is_decided(l) || strcmp(l->note.film, film) != 0)
        return false;
    return !is_wanted(l, &made) && (!l->note.spare || made);
}

static void drop(struct leftover *l)
{
    struct dispatch *d = l->returns->dispatch;
    struct err err;

    l->gone = true;
    if (!ledger_drop_note(d->walk->ledger, l->note.job, &err))
        dispatch_give_up(d, &err);
}

// What it gave may be wanted again: the film may be edited back.
static void keep_spare(struct leftover *l)
{
    struct dispatch *d = l->returns->dispatch;
    struct err err;

    l->note.spare = true;
    if (!ledger_tick(d->walk->ledger, true, &err) ||
        !ledger_put_note(d->walk->ledger, &l->note, NULL, &err))
        dispatch_give_up(d, &err);
}

static void withdrawn(struct attempt *a)
{
    struct leftover *l = a->user;
    struct returns *r = l->returns;
    struct dispatch *d = r->dispatch;
    bool made;

    r->withdrawing--;
    l->leaving = NULL;
    landing_hear(d, l->service, &a->err);
    if (a->err.kind == ERR_CANCELLED) {
        is_wanted(l, &made);
        display_say(d->display, "%s: what was left on %s is not wanted any more%s", l->note.step,
                    l->note.service, a->left ? "" : ": it was cancelled there");
        if (a->left && !made)
            keep_spare(l);
        else
            drop(l);
    }
    attempt_release(a);
    mem_free(a);
}

static void withdraw(struct leftover *l)
{
    struct returns *r = l->returns;
    struct err err;

    if (!dispatch_open_service(r->dispatch, l->service, &err)) {
        landing_hear(r->dispatch, l->service, &err);
        return;
    }
    l->leaving = mem_new(sizeof(*l->leaving));
    *l->leaving = (struct attempt){.sent = l->note.job,
                                   .service = l->service,
                                   .services = &r->dispatch->services,
                                   .ended = withdrawn,
                                   .user = l,
                                   .arena = arena_new()};
    r->withdrawing++;
    l->service->driver->withdraw(l->leaving);
}

static void clear(struct leftover *l, int64_t now_ms)
{
    if (l->note.spare)
        drop(l);
    else if (l->service && l->service->driver->withdraw && l->service->again_ms <= now_ms)
        withdraw(l);
}

void returns_tick(struct returns *r, int64_t now_ms)
{
    if (r->dispatch->stopping || now_ms - r->looked_ms < LOOK_MS)
        return;
    r->looked_ms = now_ms;
    for (size_t i = r->list.n; i-- > 0;) {
        struct leftover *l = r->list.at[i];

        if (l->gone)
            r->list.at[i] = r->list.at[--r->list.n];
        else if (is_in_the_way(l))
            clear(l, now_ms);
    }
}
