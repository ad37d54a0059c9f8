// SPDX-License-Identifier: MIT
#include "runtime/settle.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/pool.h"
#include "runtime/store.h"

// Up to so many files are synced each by itself, for syncing a disk waits for what others write to
// it as well; more of them take longer than that.
enum { MOST_EACH = 8 };

// A sync waits for company so long: with the sync that runs before it and its own time it stays
// within the fifth of a second that a power cut may cost.
enum { COMPANY_MS = 50 };

struct batch {
    struct arena *arena; // of the paths; NULL: empty
    const char **paths;
    size_t n, cap;
    int64_t last;     // mark
    int64_t since_ms; // when the first joined
};

struct settle {
    char *project;
    struct clock *clock;
    struct pool *pool; // of one worker; NULL until there is something to sync

    // Loop thread only.
    struct batch waiting;
    bool busy;
    int64_t safe;

    // Of the worker while busy.
    struct job job;
    struct batch running;
    bool ok;
    struct err err;
};

static void empty(struct batch *b)
{
    arena_free(b->arena);
    mem_free(b->paths);
    *b = (struct batch){.arena = NULL};
}

struct settle *settle_new(const char *project, struct clock *clock)
{
    struct settle *s = mem_new(sizeof(*s));

    s->project = mem_strdup(project);
    s->clock = clock;
    return s;
}

void settle_free(struct settle *s)
{
    if (!s)
        return;
    pool_free(s->pool);
    empty(&s->waiting);
    empty(&s->running);
    mem_free(s->project);
    mem_free(s);
}

void settle_add(struct settle *s, int64_t id, const struct digest *digest, const char *ext)
{
    struct batch *b = &s->waiting;

    if (!b->arena) {
        b->arena = arena_new();
        b->since_ms = s->clock->now_ms(s->clock);
    }
    if (b->n == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 16;
        b->paths = mem_resize(b->paths, b->cap, sizeof(*b->paths));
    }
    b->paths[b->n++] = path_join(b->arena, s->project, store_path(b->arena, digest, ext));
    b->last = id;
}

// What is gone again needs no sync.
static bool sync_one(const char *path, struct err *err)
{
    return file_sync_path(path, err) || !file_exists(path);
}

// The files first, then the folders up to the project's, then the ledger's journal: where SQLite
// keeps another journal than this one it syncs that itself.
static bool sync_each(const struct batch *b, const char *project, struct err *err)
{
    static const char *const tops[] = {".c41/store", ".c41", "", ".c41/ledger.db-wal"};
    bool ok = true;

    for (size_t i = 0; ok && i < b->n; i++)
        ok = sync_one(b->paths[i], err) && sync_one(path_dir(b->arena, b->paths[i]), err);
    for (size_t i = 0; ok && i < sizeof(tops) / sizeof(*tops); i++)
        ok = sync_one(path_join(b->arena, project, tops[i]), err);
    return ok;
}

static void sync_batch(struct job *job)
{
    struct settle *s = (struct settle *)((char *)job - offsetof(struct settle, job));
    const char *top = path_join(s->running.arena, s->project, ".c41");

    abort_point("settle-begun");
    s->ok = (s->running.n > MOST_EACH && file_sync_disk(top)) ||
            sync_each(&s->running, s->project, &s->err);
    abort_point("settle-synced");
}

static void end_batch(struct job *job)
{
    struct settle *s = (struct settle *)((char *)job - offsetof(struct settle, job));

    s->busy = false;
    if (s->ok)
        s->safe = s->running.last;
    empty(&s->running);
}

static void ring(void *user)
{
    (void)user; // whoever owns the loop looks often enough
}

static void start(struct settle *s)
{
    if (!s->pool)
        s->pool = pool_new(1, ring, NULL);
    s->running = s->waiting;
    s->waiting = (struct batch){.arena = NULL};
    s->busy = true;
    s->job = (struct job){.work = sync_batch, .done = end_batch};
    pool_submit(s->pool, &s->job);
}

static bool fail(const struct settle *s, struct err *err)
{
    *err = s->err;
    return err_wrap(err, "what was rendered last may not be safe from a power cut");
}

// Ends what has ended, and starts the next when somebody has waited for so long.
static bool go_on(struct settle *s, int64_t company_ms, int64_t *safe, struct err *err)
{
    bool was_busy = s->busy;

    if (was_busy)
        pool_collect(s->pool);
    *safe = s->safe;
    if (was_busy && !s->busy && !s->ok)
        return fail(s, err);
    if (!s->busy && s->waiting.n && s->clock->now_ms(s->clock) - s->waiting.since_ms >= company_ms)
        start(s);
    return true;
}

bool settle_go_on(struct settle *s, int64_t *safe, struct err *err)
{
    return go_on(s, COMPANY_MS, safe, err);
}

bool settle_wait(struct settle *s, int64_t *safe, struct err *err)
{
    bool ok = go_on(s, 0, safe, err);

    while (ok && s->busy) {
        pool_wait(s->pool);
        ok = go_on(s, 0, safe, err);
    }
    return ok;
}

size_t settle_left(const struct settle *s)
{
    return s->waiting.n + (s->busy ? s->running.n : 0);
}
