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
#include "base/stamp.h"
#include "base/team.h"
#include "compiler/graph.h"
#include "runtime/browse.h"
#include "runtime/facts.h"
#include "runtime/service.h"
#include "runtime/store.h"

enum { LARGE_BYTES = 8 << 20 };

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

void arrival_fact(void *attempt, const char *name, json_t *value)
{
    struct attempt *a = attempt;

    if (!a->facts)
        a->facts = json_object();
    json_object_set_new(a->facts, name, value);
}

// The name of a fact that an op told, as one of made; NULL where it is another output's.
static const char *own_name(const struct attempt *a, const struct artifact *made, const char *told)
{
    size_t len = strlen(made->name);

    if (strncmp(told, made->name, len) == 0 && told[len] == '.')
        return told + len + 1;
    return made == a->made && !strchr(told, '.') ? told : NULL;
}

static void add_told(const struct attempt *a, struct artifact *made)
{
    const char *told, *name;
    json_t *value;

    json_object_foreach(a->facts, told, value) {
        name = own_name(a, made, told);
        if (name && !json_object_get(made->facts, name))
            json_object_set(made->facts, name, value);
    }
}

// A file is read for its facts and for its digest: at the same time, where it is large.
struct reading {
    struct attempt *attempt;
    struct artifact *made;
    const char *temp;
    bool (*read)(struct reading *r);
    uint64_t bytes;
    bool ok;
    struct err err;
};

static bool read_facts(struct reading *r)
{
    r->made->facts =
        facts_measure(r->attempt->services->media, r->temp, "what was made", r->made->ext, &r->err);
    return r->made->facts != NULL;
}

static bool read_digest(struct reading *r)
{
    return store_measure(r->temp, &r->made->digest, &r->bytes, &r->err);
}

static void do_read(void *reading)
{
    struct reading *r = reading;

    r->ok = r->read(r);
}

static bool read_both(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    struct reading both[] = {
        {.attempt = a, .made = made, .temp = temp, .read = read_facts},
        {.attempt = a, .made = made, .temp = temp, .read = read_digest},
    };
    struct file_stamp stamp;

    if (file_stamp(temp, &stamp) && stamp.bytes >= LARGE_BYTES) {
        team_run(do_read, both, 2, sizeof(*both));
    } else {
        do_read(&both[0]);
        if (both[0].ok)
            do_read(&both[1]);
    }
    *err = both[0].ok ? both[1].err : both[0].err;
    if (both[0].ok)
        json_object_set_new(made->facts, "bytes", json_integer((json_int_t)both[1].bytes));
    return both[0].ok && both[1].ok;
}

static bool place(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    if (!store_place(a->services->store, temp, made->ext, &made->digest, err))
        return false;
    made->path = store_path(a->arena, &made->digest, made->ext);
    if (facts_need_media(made->ext) && !a->step->kind->local)
        json_object_set_new(made->facts, "rendered", json_true());
    add_told(a, made);
    return true;
}

bool arrival_keep(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    return (read_both(a, temp, made, err) && place(a, temp, made, err)) ||
           err_wrap(err, "its %s", made->name);
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
    const char *ext = facts_ext(a->step, made->name, a->arena), *asked = NULL;
    const char *came = json_get_text(made->facts, "type", "nothing known");
    bool media = false;

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
        asked = strcmp(types[i].ext, ext) == 0 ? types[i].type : asked;
        media = media || strcmp(types[i].type, came) == 0;
    }
    if (!asked || strcmp(asked, came) == 0)
        return true;
    // A page or a word of the server's, and of all that stands before it, is not what it made.
    return err_set(err, media ? ERR_FINAL : ERR_TRANSIENT, "what was made is of type %s, not %s",
                   came, asked);
}

// What cannot be read may have lost its end on the way.
static bool take_in(struct attempt *a, const char *temp, struct artifact *made, struct err *err)
{
    bool ok = strip(a, temp, made, err) && read_both(a, temp, made, err);

    if (!ok && err->kind != ERR_FULL)
        err->kind = ERR_TRANSIENT;
    ok = ok && is_what_was_asked(a, made, err);
    if (!ok && err->kind == ERR_TRANSIENT)
        a->left = a->again;
    return (ok && place(a, temp, made, err)) || err_wrap(err, "its %s", made->name);
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
