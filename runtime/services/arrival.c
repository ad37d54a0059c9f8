// SPDX-License-Identifier: MIT
#include "runtime/services/arrival.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/browse.h"
#include "runtime/facts.h"
#include "runtime/service.h"
#include "runtime/store.h"

const char *arrival_temp(struct attempt *a, size_t i)
{
    return store_temp(a->services->store, a->arena, arena_printf(a->arena, "%s-%zu", a->tag, i),
                      a->made[i].ext);
}

void arrival_put(struct attempt *a, size_t i, struct str bytes)
{
    if (!a->texts)
        a->texts = arena_array(a->arena, struct str, a->n_made);
    a->texts[i] =
        (struct str){arena_strndup(a->arena, bytes.len ? bytes.ptr : "", bytes.len), bytes.len};
}

static bool write_out(struct attempt *a, size_t i, struct err *err)
{
    return !a->texts || !a->texts[i].ptr ||
           file_put(arrival_temp(a, i), a->texts[i].ptr, a->texts[i].len, err);
}

bool arrival_keep(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    uint64_t bytes;

    made->facts = facts_measure(a->services->media, temp, made->ext, err);
    if (!made->facts ||
        !store_import(a->services->store, temp, made->ext, &made->digest, &bytes, err))
        return err_wrap(err, "its %s", made->name);
    made->path = store_path(a->arena, &made->digest, made->ext);
    json_object_set_new(made->facts, "bytes", json_integer((json_int_t)bytes));
    return true;
}

void arrival_link(const struct attempt *a)
{
    browse_link_made(a->services->project, a->services->shelf, a->step, a->made);
}

// The file at temp without metadata, under the same name.
static bool strip(struct attempt *a, const char *temp, const struct artifact *made, struct err *err)
{
    const char *clean = store_temp(
        a->services->store, a->arena,
        arena_printf(a->arena, "%s-%zu-clean", a->tag, (size_t)(made - a->made)), made->ext);
    bool ok;

    if (!facts_need_media(made->ext))
        return true;
    ok = a->services->media->strip(temp, clean, err);
    if (ok && rename(clean, temp) != 0)
        ok = err_errno(err, "%s", temp);
    if (!ok)
        unlink(clean);
    return ok;
}

// A still in the place of a clip would spoil what is made from it.
static bool is_what_was_asked(const struct attempt *a, const struct artifact *made, struct err *err)
{
    static const struct {
        const char *ext, *type;
    } types[] = {{"mp4", "video"}, {"png", "image"}, {"wav", "audio"}};
    const char *ext = facts_ext(a->step, made->name, a->arena);
    const char *came = json_get_text(made->facts, "type", "nothing known");

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(types[i].ext, ext) == 0 && strcmp(types[i].type, came) != 0)
            return err_set(err, ERR_FINAL, "its %s should be of type %s; what came is of type %s",
                           made->name, types[i].type, came);
    return true;
}

static bool take_in(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    bool ok = strip(a, temp, made, err);

    if (!ok && err->kind != ERR_FULL)
        err->kind = ERR_TRANSIENT; // what cannot be read may have lost its end on the way
    if (!ok)
        return err_wrap(err, "its %s", made->name);
    return arrival_keep(a, temp, made, err) && is_what_was_asked(a, made, err);
}

static void work(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));
    bool ok = true;

    for (size_t i = 0; ok && i < a->n_made; i++)
        ok = write_out(a, i, &a->err) && take_in(a, arrival_temp(a, i), &a->made[i], &a->err);
    for (size_t i = 0; !ok && i < a->n_made; i++)
        unlink(arrival_temp(a, i));
    if (ok)
        arrival_link(a);
    a->ok = ok;
}

static void done(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));

    a->ended(a);
}

void arrival_start(struct attempt *a)
{
    a->job = (struct job){.work = work, .done = done};
    pool_submit(a->services->pool, &a->job);
}
