// SPDX-License-Identifier: MIT
#include "runtime/pulse.h"

#include "compiler/graph.h"
#include "runtime/dispatch.h"
#include "runtime/flight.h"
#include "runtime/ledger.h"
#include "runtime/period.h"
#include "runtime/took.h"
#include "runtime/walk.h"

// Slow is what takes so many times as long as usual, but never what takes less than LEAST_MS.
enum { MANY_TIMES = 3, LEAST_MS = 20 * 1000 };

// What such steps took on that machine; 0: it has made none, and guesses say nothing of a machine.
static double usual_seconds(const struct flight *f)
{
    const struct step *step = f->work->step;

    return ledger_took(f->dispatch->walk->ledger, step->kind->name,
                       step->preset ? step->preset : "", flight_machine(f))
        .mean_seconds;
}

// Whether the service is still at another that was sent before.
static bool waits_behind(const struct flight *f)
{
    const struct dispatch *d = f->dispatch;

    for (size_t i = 0; f->service->sched.queues && i < d->flights.n; i++)
        if (d->flights.at[i]->service == f->service && d->flights.at[i]->since_ms < f->since_ms)
            return true;
    return false;
}

void pulse_look(struct flight *f, int64_t now_ms)
{
    struct service *s = f->service;
    int64_t took_ms = now_ms - took_since_ms(f);
    double usual, load;
    char took[32], others[32];

    if (!s->told || s->slow || s->asleep || s->away_since_ms || took_ms < LEAST_MS ||
        took_ms < f->slow_after_ms || waits_behind(f))
        return;
    usual = usual_seconds(f);
    load = f->loads ? f->work->sched.lane->model->load_seconds : 0;
    f->slow_after_ms = usual > 0 ? (int64_t)((usual * MANY_TIMES + load) * 1000) : INT64_MAX;
    if (took_ms < f->slow_after_ms)
        return;
    s->slow = true;
    period_exact((double)took_ms / 1000, took, sizeof(took));
    period_exact(usual, others, sizeof(others));
    service_tell(s, "slow: %s has taken %s, and others like it %s", f->work->step->id, took,
                 others);
}

void pulse_end(struct flight *f)
{
    if (f->service->slow && f->attempt.seconds < usual_seconds(f) * MANY_TIMES) {
        f->service->slow = false;
        service_tell(f->service, "as fast as usual");
    }
}
