// SPDX-License-Identifier: MIT
#include "runtime/services/command/run.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/services/command/link.h"
#include "runtime/services/command/watch.h"
#include "runtime/store.h"

enum { QUIET_MS = 60 * 1000, LEAST_FREE_KIB = 64, NOT_RUN = 126, NOT_FOUND = 127, SIGNALLED = 128 };

bool command_run_ask(struct command_run *r, struct question *q, struct err *err)
{
    bool ok;

    q->key = r->attempt->key;
    q->cancelled = &r->attempt->job.cancelled;
    ok = link_ask(r->link, q, err);
    if (q->help)
        r->attempt->help = q->help;
    return ok;
}

// Asks what is answered by nothing, whether or not the attempt has been cancelled.
static bool order(const struct link *link, const char *verb, const char *key, struct err *err)
{
    atomic_bool never = false;
    struct question q = {.verb = verb, .key = key, .quiet_ms = QUIET_MS, .cancelled = &never};

    return link_ask(link, &q, err);
}

bool command_run_clear(const struct link *link, const char *key, struct err *err)
{
    return order(link, "clear", key, err);
}

bool command_run_tell(const struct link *link, const char *key, struct err *err)
{
    return order(link, "told", key, err);
}

static bool is_state(const struct command_run *r, const char *state)
{
    size_t len = strlen(state);

    return strncmp(r->state, state, len) == 0 && (r->state[len] == 0 || r->state[len] == ' ');
}

// "VERSION NAME"
static void add_pack(struct command_run *r, struct str line)
{
    struct str version = str_cut(&line, ' ');
    const char *name = arena_strndup(r->attempt->arena, line.ptr ? line.ptr : "", line.len);

    if (!r->packs)
        r->packs = json_object();
    json_object_set_new(r->packs, name, json_stringn(version.ptr, version.len));
}

static void hear_look(struct question *q, struct str line)
{
    struct command_run *r = q->user;
    struct arena *a = r->attempt->arena;

    if (str_starts(line, "work /"))
        r->work = arena_strndup(a, line.ptr + 5, line.len - 5);
    else if (str_starts(line, "state "))
        r->state = arena_strndup(a, line.ptr + 6, line.len - 6);
    else if (str_starts(line, "print "))
        add_pack(r, (struct str){line.ptr + 6, line.len - 6});
}

static bool look(struct command_run *r, struct err *err)
{
    struct question q = {.verb = "look", .quiet_ms = QUIET_MS, .said = hear_look, .user = r};

    if (!command_run_ask(r, &q, err))
        return false;
    return (r->work && r->state) ||
           err_set(err, ERR_TRANSIENT, "%s: the answer was cut short", r->link->place);
}

static bool send_pack(struct command_run *r, const char *pack, struct err *err)
{
    const char *more[] = {r->attempt->id, NULL};
    struct question q = {.verb = "send", .more = more, .input = pack};

    return command_run_ask(r, &q, err);
}

// What is of no use is removed first: it failed, or its machine has started anew meanwhile.
static bool send(struct command_run *r, struct err *err)
{
    struct attempt *a = r->attempt;
    const char *pack;
    bool ok;

    if (is_state(r, "ended") || is_state(r, "running") || is_state(r, "sent"))
        return true;
    if (!is_state(r, "absent") && !command_run_clear(r->link, a->key, err))
        return false;
    pack =
        store_temp(a->services->store, a->arena, arena_printf(a->arena, "%s-job", a->tag), "tar");
    ok = command_job_pack(&r->job, pack, err) && send_pack(r, pack, err);
    unlink(pack);
    return ok;
}

static bool blame_disk(struct command_run *r, struct err *err)
{
    r->attempt->help = "make room there, then build again";
    return err_set(err, ERR_FINAL, "no space left in %s on %s", r->work, r->link->place);
}

static bool explain(struct command_run *r, int code, const char *name, struct err *err)
{
    const char *place = r->link->place;

    if (code == NOT_FOUND)
        return err_set(err, ERR_FINAL, "%s was not found in %s on %s", name, r->work, place);
    if (code == NOT_RUN)
        return err_set(err, ERR_FINAL, "%s cannot be run in %s on %s", name, r->work, place);
    if (code > SIGNALLED)
        return err_set(err, ERR_FINAL, "%s was ended by signal %d on %s", name, code - SIGNALLED,
                       place);
    return err_set(err, ERR_FINAL, "%s ended with code %d on %s", name, code, place);
}

// It failed for good; its folder stays, for people, until it is asked for again.
static bool fail(struct command_run *r)
{
    struct err aside;

    command_run_tell(r->link, r->attempt->key, &aside); // else it is told once more
    if (!r->attempt->help)
        r->attempt->help = arena_printf(r->attempt->arena, "its log is %s/.c41/log on %s",
                                        r->job.folder, r->link->place);
    return false;
}

static bool judge(struct command_run *r, struct err *err)
{
    int code = 0, at = 0;
    long long free_kib = LEAST_FREE_KIB;

    if (is_state(r, "ended") && sscanf(r->state, "ended %d %d %lld", &code, &at, &free_kib) >= 2 &&
        code == 0)
        return true;
    if (is_state(r, "ended")) {
        explain(r, code, command_job_name(&r->job, (size_t)at), err);
        if (free_kib < LEAST_FREE_KIB || link_is_full(buf_text(&r->attempt->log)))
            blame_disk(r, err);
        return fail(r);
    }
    if (sscanf(r->state, "gone %lld", &free_kib) == 1 && free_kib < LEAST_FREE_KIB)
        return blame_disk(r, err);
    r->attempt->help =
        "it is started anew; where that happens whenever ssh ends, let processes stay "
        "after logout (loginctl enable-linger)";
    return err_set(err, ERR_TRANSIENT,
                   "what ran on %s is gone without a word: it was killed, or the machine has "
                   "started anew",
                   r->link->place);
}

// A file on its way here.
struct fetching {
    FILE *out;
    const char *path;
    long long bytes; // of the file there; -1: it is not there
    bool failed;
    struct err err;
};

static void hear_file(struct question *q, struct str line)
{
    struct fetching *f = q->user;
    char text[64];

    snprintf(text, sizeof(text), "%.*s", (int)(line.len < sizeof(text) ? line.len : 0), line.ptr);
    if (sscanf(text, "file %lld", &f->bytes) != 1 || f->bytes < 0)
        return;
    if ((uint64_t)f->bytes > file_free_bytes(f->path) && !f->failed)
        f->failed = !err_set(&f->err, ERR_FULL, "%s: no room for %lld bytes", f->path, f->bytes);
    q->raw_bytes = (size_t)f->bytes;
    q->enough = f->failed;
}

static void keep(struct question *q, struct str bytes)
{
    struct fetching *f = q->user;

    if (!f->failed && fwrite(bytes.ptr, 1, bytes.len, f->out) != bytes.len)
        f->failed = q->enough = !err_errno(&f->err, "%s", f->path);
}

static bool is_whole(struct command_run *r, struct fetching *f, size_t i, struct err *err)
{
    if (f->failed) {
        *err = f->err;
        return false;
    }
    if (f->bytes > 0)
        return true;
    err_set(err, ERR_FINAL, "%s ended well, but %s/%s %s",
            command_job_name(&r->job, r->job.n_programs - 1), r->job.folder, r->job.outputs[i],
            f->bytes < 0 ? "is not there" : "is empty");
    return fail(r);
}

static bool fetch(struct command_run *r, size_t i, struct err *err)
{
    const char *more[] = {r->job.outputs[i], NULL};
    struct fetching f = {.path = arrival_temp(r->attempt, i), .bytes = -1};
    struct question q = {.verb = "fetch",
                         .more = more,
                         .quiet_ms = QUIET_MS,
                         .said = hear_file,
                         .raw = keep,
                         .user = &f};
    bool ok;

    f.out = fopen(f.path, "wb");
    if (!f.out)
        return err_errno(err, "%s", f.path);
    ok = command_run_ask(r, &q, err);
    if (fclose(f.out) != 0 && !f.failed)
        f.failed = !err_errno(&f.err, "%s", f.path);
    return (ok || f.failed) && is_whole(r, &f, i, err);
}

static bool fetch_all(struct command_run *r, struct err *err)
{
    for (size_t i = 0; i < r->attempt->n_made; i++)
        if (!fetch(r, i, err))
            return false;
    return true;
}

static void stop(struct command_run *r)
{
    struct err aside;

    r->attempt->left = r->work && !command_run_clear(r->link, r->attempt->key, &aside);
    if (r->attempt->left)
        attempt_note(r->attempt, "%s could not be told to stop %s/jobs/%s: %s", r->link->place,
                     r->work, r->attempt->key, aside.text);
}

bool command_run_all(struct command_run *r, struct err *err)
{
    bool ok = look(r, err) && command_job_make(&r->job, r->attempt, r->work, err) && send(r, err) &&
              command_run_watch(r, err) && judge(r, err) && fetch_all(r, err);

    for (size_t i = 0; !ok && i < r->attempt->n_made; i++)
        unlink(arrival_temp(r->attempt, i));
    if (!ok && err->kind == ERR_CANCELLED)
        stop(r);
    return ok;
}
