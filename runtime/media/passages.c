// SPDX-License-Identifier: MIT
#include "runtime/media/passages.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/team.h"
#include "runtime/media/keep.h"
#include "runtime/media/passage.h"
#include "runtime/media/programme.h"

// One passage, by a thread of its own.
struct task {
    const struct passages_work *work;
    struct keep *keep;
    struct digest key;
    size_t i;
    struct buf out;
    struct err err;
    bool ok;
};

// Those that are made next, in order.
struct batch {
    struct task *tasks;
    size_t n, most;
};

size_t passages_count(const struct programme *p)
{
    return (size_t)((programme_samples(p) + PASSAGE_SAMPLES - 1) / PASSAGE_SAMPLES);
}

int64_t passages_start(size_t i)
{
    return (int64_t)i * PASSAGE_SAMPLES;
}

static void make(void *task)
{
    struct task *t = task;

    t->ok = t->work->make(t->work->user, t->i, &t->out, &t->err) &&
            (!t->keep || keep_put(t->keep, &t->key, &t->out, &t->err));
}

static bool make_all(struct programme *p, struct batch *b, struct err *err)
{
    int64_t from = passages_start(b->tasks[0].i) - PASSAGE_LEAD,
            to = passages_start(b->tasks[b->n - 1].i + 1) + PASSAGE_TAIL;

    if (!programme_prepare(p, from, to, err))
        return false;
    team_run(make, b->tasks, b->n, sizeof(*b->tasks));
    for (size_t k = 0; k < b->n; k++)
        if (!b->tasks[k].ok) {
            *err = b->tasks[k].err;
            return false;
        }
    return true;
}

static bool do_batch(struct programme *p, const struct passages_work *work, struct batch *b,
                     size_t *made, struct err *err)
{
    bool ok = b->n == 0 || make_all(p, b, err);

    for (size_t k = 0; k < b->n; k++) {
        ok = ok && work->take(work->user, b->tasks[k].i, buf_view(&b->tasks[k].out), err);
        buf_release(&b->tasks[k].out);
    }
    *made += b->n;
    b->n = 0;
    return ok;
}

// Takes passage i where it is kept; else it is one of the next batch.
static bool find(struct keep *keep, const struct passages_work *work, size_t i, struct batch *b,
                 struct err *err)
{
    struct digest key = {0};
    struct buf entry = {0};
    bool ok = true;

    if (keep)
        key = work->key(work->user, i);
    if (keep && keep_get(keep, &key, &entry))
        ok = work->take(work->user, i, buf_view(&entry), err);
    else
        b->tasks[b->n++] = (struct task){.work = work, .keep = keep, .key = key, .i = i};
    buf_release(&entry);
    return ok;
}

bool passages_run(struct programme *p, struct keep *keep, const struct passages_work *work,
                  size_t *made, struct err *err)
{
    struct batch batch = {.most = team_cores()};
    bool ok = true;

    batch.tasks = mem_new(batch.most * sizeof(*batch.tasks));
    for (size_t i = 0; ok && i < passages_count(p); i++) {
        ok = find(keep, work, i, &batch, err);
        if (ok && batch.n == batch.most)
            ok = do_batch(p, work, &batch, made, err);
    }
    ok = ok && do_batch(p, work, &batch, made, err);
    programme_rest(p);
    mem_free(batch.tasks);
    return ok;
}
