// SPDX-License-Identifier: MIT
#include "runtime/services/ops.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "runtime/service.h"
#include "runtime/services/alone.h"
#include "runtime/services/arrival.h"
#include "runtime/services/hearing.h"
#include "runtime/services/timing.h"
#include "runtime/store.h"

// Our own ops, which need no media.
static const struct media_op own_ops[] = {
    {.driver = "local", .kind = "timing", .run = timing_run},
    {0},
};

static const struct media_op *find_in(const struct media_op *ops, const char *driver,
                                      const char *kind)
{
    for (; ops && ops->kind; ops++)
        if (strcmp(ops->driver, driver) == 0 && strcmp(ops->kind, kind) == 0)
            return ops;
    return NULL;
}

const struct media_op *ops_find(const struct media *media, const char *driver, const char *kind)
{
    const struct media_op *op = find_in(own_ops, driver, kind);

    return op || !media ? op : find_in(media->ops, driver, kind);
}

static bool run_op(struct attempt *a, struct media_output *outputs, struct err *err)
{
    struct media_job job = {
        .params = a->params,
        .inputs = a->inputs,
        .n_inputs = a->n_inputs,
        .outputs = outputs,
        .n_outputs = a->n_made,
        .cancelled = &a->job.cancelled,
        .keep = store_keep(a->services->store, a->arena),
        .project = a->services->store->project,
        .progress = hearing_progress,
        .note = hearing_note,
        .log = hearing_log,
        .fact = arrival_fact,
        .user = a,
    };

    if (!a->op->alone)
        return hearing_run(a, &job, err);
    return alone_run(a, &job, err);
}

static bool make(struct attempt *a, struct err *err)
{
    struct media_output *outputs = arena_array(a->arena, struct media_output, a->n_made);
    bool ok;

    for (size_t i = 0; i < a->n_made; i++)
        outputs[i] = (struct media_output){a->made[i].name, arrival_temp(a, i)};
    ok = run_op(a, outputs, err);
    for (size_t i = 0; ok && i < a->n_made; i++)
        ok = arrival_keep(a, outputs[i].path, &a->made[i], err);
    for (size_t i = 0; !ok && i < a->n_made; i++)
        unlink(outputs[i].path);
    if (ok)
        arrival_link(a);
    return ok;
}

static void work(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));
    struct clock *clock = clock_system();
    int64_t start_ms = clock->now_ms(clock);

    if (job->cancelled)
        a->ok = err_set(&a->err, ERR_CANCELLED, "stopped");
    else
        a->ok = make(a, &a->err);
    a->seconds = (double)(clock->now_ms(clock) - start_ms) / 1000;
}

static void done(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));

    a->ended(a);
}

bool ops_start(const struct services *s, struct attempt *a, struct err *err)
{
    (void)err; // a worker always takes it
    a->services = s;
    a->job = (struct job){.work = work, .done = done};
    pool_submit(s->pool, &a->job);
    return true;
}

void ops_cancel(struct attempt *a)
{
    a->job.cancelled = true;
}
