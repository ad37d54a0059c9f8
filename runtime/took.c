// SPDX-License-Identifier: MIT
#include "runtime/took.h"

#include "runtime/dispatch.h"
#include "runtime/flight.h"
#include "runtime/ledger_loads.h"
#include "runtime/walk.h"

int64_t took_since_ms(const struct flight *f)
{
    const struct service *s = f->service;

    return s->sched.queues && s->ended_ms > f->since_ms ? s->ended_ms : f->since_ms;
}

// Where the driver tells nothing of it, what the step took longer than it should have.
static double load_seconds(const struct flight *f, double whole)
{
    double load = f->attempt.load_seconds;

    if (load <= 0)
        load = whole - f->attempt.expected;
    return load > 0 && load < whole ? load : 0;
}

static bool learn_load(struct flight *f, double seconds, struct err *err)
{
    struct dispatch *d = f->dispatch;
    struct sched_model *model = f->work->sched.lane->model;

    sched_learn_load(model, seconds);
    return ledger_put_load(d->walk->ledger, model->name, service_name(f->service, f->attempt.arena),
                           seconds, err);
}

bool took_measure(struct flight *f, int64_t now_ms, struct err *err)
{
    struct attempt *a = &f->attempt;
    bool ok = true;

    if (f->service->told && (!a->sent || a->seconds <= 0)) {
        a->seconds = (double)(now_ms - took_since_ms(f)) / 1000;
        if (f->loads) {
            double load = load_seconds(f, a->seconds);

            a->seconds -= load;
            ok = learn_load(f, load, err);
        }
    }
    sched_learn(&f->service->sched, &f->work->sched, a->seconds);
    return ok;
}
