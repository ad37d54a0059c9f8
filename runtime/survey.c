// SPDX-License-Identifier: MIT
#include "runtime/survey.h"

#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "runtime/engine.h"
#include "runtime/files.h"
#include "runtime/media/media.h"
#include "base/module.h"
#include "runtime/pool.h"

enum { WAIT_MS = 1000 };

struct measuring {
    struct job job;
    struct project_file *file;
    const char *project;
    const struct media *media;
    size_t *left; // loop thread only
};

static bool is_unknown(const struct project_file *f)
{
    return !f->known && !f->failed;
}

bool survey_is_due(const struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (is_unknown(files->list[i]))
            return true;
    return false;
}

static bool media_is_due(const struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        if (is_unknown(files->list[i]) && file_needs_media(files->list[i]))
            return true;
    return false;
}

static void work(struct job *job)
{
    struct measuring *m = (struct measuring *)((char *)job - offsetof(struct measuring, job));

    if (!job->cancelled)
        file_measure(m->file, m->project, m->media);
}

static void done(struct job *job)
{
    struct measuring *m = (struct measuring *)((char *)job - offsetof(struct measuring, job));

    --*m->left;
}

static size_t submit_all(struct files *files, struct engine *engine, struct measuring *list,
                         size_t *left)
{
    size_t n = 0;

    for (size_t i = 0; i < files->n; i++)
        if (is_unknown(files->list[i])) {
            list[n] = (struct measuring){.job = {.work = work, .done = done},
                                         .file = files->list[i],
                                         .project = files->project,
                                         .media = engine->media,
                                         .left = left};
            n++;
        }
    *left = n;
    for (size_t i = 0; i < n; i++)
        pool_submit(engine->pool, &list[i].job);
    return n;
}

static bool wait_for_all(struct engine *engine, struct measuring *list, size_t n,
                         const size_t *left, struct err *err)
{
    bool ok = true, stopped = false;

    while (*left && (ok || stopped)) {
        ok = engine_wait(engine, WAIT_MS, err) && ok;
        if (!stopped && engine_interrupts(engine)) {
            stopped = true;
            ok = err_set(err, ERR_CANCELLED, "interrupted");
            for (size_t i = 0; i < n; i++)
                list[i].job.cancelled = true;
        }
    }
    return ok;
}

bool survey_run(struct files *files, struct engine *engine, unsigned workers, struct ledger *ledger,
                struct clock *clock, struct err *err)
{
    struct measuring *list;
    size_t left = 0, n;
    bool ok;

    engine_start(engine, workers);
    if (!engine_load_loop(engine, err) || (media_is_due(files) && !engine_load_media(engine, err)))
        return false;
    list = mem_new(files->n * sizeof(*list));
    n = submit_all(files, engine, list, &left);
    ok = wait_for_all(engine, list, n, &left, err);
    for (size_t i = 0; ok && i < n; i++)
        ok = file_remember(list[i].file, ledger, clock->wall_ms(clock), err);
    mem_free(list);
    return ok;
}

void survey_here(struct files *files, const char *module_dir)
{
    const struct media *media = NULL;
    struct err err = {0};

    if (media_is_due(files))
        media = module_load(module_dir, "c41-media", "c41_media", &err);
    for (size_t i = 0; i < files->n; i++) {
        struct project_file *f = files->list[i];

        if (!is_unknown(f))
            continue;
        if (media || !file_needs_media(f)) {
            file_measure(f, files->project, media);
        } else {
            f->failed = true;
            f->err = err;
        }
    }
}
