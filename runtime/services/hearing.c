// SPDX-License-Identifier: MIT
#include "runtime/services/hearing.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/graph.h"
#include "runtime/attempt.h"
#include "runtime/service.h"

enum { MOST_LOG_BYTES = 64 << 10 }; // a damaged film has something to say of every frame

void hearing_progress(void *user, double done, double total)
{
    struct attempt *a = user;

    a->total = total;
    a->done = done;
}

void hearing_note(void *user, const char *text)
{
    struct attempt *a = user;

    buf_puts(&a->notes, text);
    buf_char(&a->notes, '\n');
}

void hearing_log(void *user, const char *line)
{
    struct attempt *a = user;

    if (a->aside.len > MOST_LOG_BYTES)
        return;
    buf_puts(&a->aside, line);
    buf_char(&a->aside, '\n');
}

static bool put(const char *path, const struct buf *words, struct arena *arena)
{
    struct err ignored = {0}; // nothing depends on it

    return file_make_dirs(path_dir(arena, path), &ignored) &&
           file_put(path, words->ptr, words->len, &ignored);
}

static void write_log(struct attempt *a, const struct err *fault)
{
    const char *name, *path;

    if (!a->services->shelf || !path_is_inside(a->step->id))
        return;
    name = arena_printf(a->arena, ".c41/log/%s/%s.log", a->services->shelf, a->step->id);
    path = path_join(a->arena, a->services->project, name);
    if (!a->aside.len)
        unlink(path);
    else if (put(path, &a->aside, a->arena) && fault && fault->kind == ERR_FINAL && !a->help)
        a->help =
            arena_printf(a->arena, "put a good copy in its place; what libav says is in %s", name);
}

bool hearing_run(struct attempt *a, const struct media_job *job, struct err *err)
{
    const struct media *media = a->services->media;
    bool ok;

    if (media && media->listen)
        media->listen(job);
    ok = a->op->run(job, err);
    if (media && media->listen)
        media->listen(NULL);
    write_log(a, ok ? NULL : err);
    return ok;
}
