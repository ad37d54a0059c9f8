// SPDX-License-Identifier: MIT
#include "runtime/flight.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/dispatch.h"
#include "runtime/facts.h"
#include "runtime/ledger.h"
#include "runtime/ledger_notes.h"
#include "runtime/walk.h"

// Silence that is no stall yet: a model of a hundred gigabytes loads without a word.
enum { LEAST_STALL_MS = 10 * 60 * 1000, USUAL_TIMES = 10 };

// What is told of an attempt says how long it takes once so much of it is done; and one that should
// have ended takes so much more, beside what it took.
static const double least_told = 0.1, overdue = 0.1;

static void hand_over(struct flight *f)
{
    const struct step *step = f->work->step;
    const struct walk *w = f->dispatch->walk;
    struct attempt *a = &f->attempt;

    a->inputs = mem_new(step->n_inputs * sizeof(*a->inputs));
    a->sources = mem_new(step->n_inputs * sizeof(*a->sources));
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct artifact *in = walk_input(w, step, i);

        if (!f->work->bound.kept[i])
            continue;
        a->sources[a->n_inputs] = in;
        a->inputs[a->n_inputs++] = (struct media_input){
            .name = step->inputs[i].name,
            .path = path_join(a->arena, w->graph->project, in->path),
            .facts = in->facts,
            .digest = digest_hex(&in->digest, arena_alloc(a->arena, DIGEST_HEX_BYTES))};
    }
    a->made = mem_new(step->n_outputs * sizeof(*a->made));
    a->n_made = step->n_outputs;
    for (size_t i = 0; i < step->n_outputs; i++) {
        a->made[i].name = step->outputs[i];
        a->made[i].ext = facts_ext(step, step->outputs[i], a->arena);
    }
}

static double expected_seconds(const struct work *work, const struct service *service)
{
    double slowness = work->sched.lane ? sched_slowness(&service->sched, work->sched.lane) : 0;

    return work->seconds * (slowness > 0 ? slowness : 1);
}

struct note flight_note(const struct flight *f)
{
    return (struct note){.job = f->job,
                         .key = f->work->key,
                         .service = service_name(f->service, f->attempt.arena),
                         .film = f->dispatch->walk->graph->shelf,
                         .step = f->work->step->id,
                         .sent_ms = f->sent_ms};
}

bool flight_send(struct flight *f, const char *job, struct err *err)
{
    const struct dispatch *d = f->dispatch;
    char before[UUID_BYTES];
    struct note note;

    if (strcmp(f->job, job) == 0)
        return true;
    memcpy(before, f->job, sizeof(before));
    snprintf(f->job, sizeof(f->job), "%s", job);
    f->sent_ms = d->clock->wall_ms(d->clock);
    note = flight_note(f);
    return ledger_tick(d->walk->ledger, true, err) &&
           ledger_put_note(d->walk->ledger, &note, before[0] ? before : NULL, err);
}

static bool sends(struct attempt *a, const char *job, struct err *err)
{
    return flight_send(a->user, job, err);
}

struct flight *flight_new(struct dispatch *d, struct work *work, struct service *service,
                          struct err *err)
{
    struct flight *f = mem_new(sizeof(*f));
    const struct driver *by = work->by;

    f->dispatch = d;
    f->work = work;
    f->service = service;
    f->since_ms = d->clock->now_ms(d->clock);
    if (service->told && !uuid_new(f->id, err)) {
        mem_free(f);
        return NULL;
    }
    snprintf(f->tag, sizeof(f->tag), "%zu-%u-%ld", work->step->index, work->tries, (long)getpid());
    f->attempt = (struct attempt){
        .sends = sends,
        .step = work->step,
        .preset = work->preset,
        .key = work->key,
        .tag = f->tag,
        .id = f->id,
        .params = work->bound.request,
        .user = f,
        .service = service->told ? service : NULL,
        .services = &d->services,
        .expected = expected_seconds(work, service),
        .alive_ms = f->since_ms,
        .op = by->op ? by->op(d->services.media, work->step->kind->name) : NULL,
        .arena = arena_new(),
    };
    hand_over(f);
    return f;
}

void flight_free(struct flight *f)
{
    attempt_release(&f->attempt);
    mem_free(f->attempt.inputs);
    mem_free(f->attempt.sources);
    mem_free(f->attempt.made);
    mem_free(f);
}

const char *flight_machine(const struct flight *f)
{
    return f->service->told ? f->service->told->machine->name : "here";
}

const char *flight_service(const struct flight *f)
{
    return f->service->told ? f->service->told->name : f->work->driver;
}

void flight_hand_on(struct flight *f)
{
    struct arena *arena = f->dispatch->walk->arena;
    struct work *work = f->work;
    struct attempt *a = &f->attempt;

    work->artifacts = arena_array(arena, struct artifact, a->n_made);
    for (size_t i = 0; i < a->n_made; i++) {
        work->artifacts[i] = a->made[i];
        work->artifacts[i].ext = arena_strdup(arena, a->made[i].ext);
        work->artifacts[i].path = arena_strdup(arena, a->made[i].path);
    }
    a->n_made = 0;
    work->seconds = a->seconds;
    work->machine = flight_machine(f);
    work->note = a->notes.len ? arena_strdup(arena, buf_text(&a->notes)) : NULL;
}

int64_t flight_stall_ms(const struct flight *f)
{
    int64_t usual;

    if (!f->service->told)
        return INT64_MAX;
    if (f->service->told->stall_ms)
        return f->service->told->stall_ms;
    usual = (int64_t)(f->attempt.expected * 1000 * USUAL_TIMES);
    return usual > LEAST_STALL_MS ? usual : LEAST_STALL_MS;
}

double flight_seconds_left(const struct flight *f, int64_t now_ms)
{
    double spent = (double)(now_ms - f->since_ms) / 1000, done = f->attempt.done,
           total = f->attempt.total, left = f->attempt.expected - spent;

    if (total > 0 && done > total * least_told)
        return spent * (total - done) / done;
    return left > spent * overdue ? left : spent * overdue;
}
