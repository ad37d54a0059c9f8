// SPDX-License-Identifier: MIT
#include "runtime/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/stamp.h"
#include "base/vec.h"
#include "runtime/engine.h"
#include "runtime/ledger_vault.h"
#include "runtime/pool.h"
#include "runtime/store.h"
#include "runtime/vault.h"

enum { WAIT_MS = 100 };

struct verifying;

// One file that a worker reads.
struct check {
    struct job job;
    struct verifying *all;
    const struct vault_file *file;
    const char *path;
    enum verify_state state;
    struct err err; // of what cannot be read
};

struct verifying {
    struct verify *out;
    struct arena *arena;
    const struct vault *vault;
    const struct verify_options *options;
    struct check *checks;
    size_t n, left;
};

static struct check *check_of(struct job *job)
{
    return (struct check *)((char *)job - offsetof(struct check, job));
}

static enum verify_state compare(struct check *c)
{
    char hex[DIGEST_HEX_BYTES];
    struct digest digest;
    int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool read;

    if (fd < 0) {
        bool missing = errno == ENOENT;

        err_errno(&c->err, "%s", c->file->path);
        return missing ? VERIFY_MISSING : VERIFY_UNREADABLE;
    }
    read = digest_fd(fd, &digest, &c->err);
    close(fd);
    if (!read)
        return VERIFY_UNREADABLE;
    return strcmp(digest_hex(&digest, hex), c->file->digest) == 0 ? VERIFY_SOUND : VERIFY_DAMAGED;
}

static void work(struct job *job)
{
    struct check *c = check_of(job);

    if (!job->cancelled)
        c->state = compare(c);
}

static void done(struct job *job)
{
    struct check *c = check_of(job);

    c->all->left--;
    c->all->out->bytes += c->file->bytes;
}

// What can be told without reading.
static enum verify_state look(const struct vault_file *f)
{
    if (!f->there)
        return VERIFY_MISSING;
    return f->bytes == 0 || (f->stored_bytes && f->bytes != f->stored_bytes) ? VERIFY_DAMAGED
                                                                             : VERIFY_SOUND;
}

// Litter is nothing that it should be; and what only an old choice still names was made anew.
static bool is_anything(const struct vault_file *f)
{
    return f->makers || f->needed || f->pin || (f->by && f->there);
}

static void list_checks(struct verifying *all)
{
    const struct vault *v = all->vault;

    all->checks = arena_array(all->arena, struct check, v->n_files + 1);
    for (size_t i = 0; i < v->n_files; i++) {
        const struct vault_file *f = v->files[i];

        if (!is_anything(f))
            continue;
        all->checks[all->n++] = (struct check){
            .job = {.work = work, .done = done},
            .all = all,
            .file = f,
            .path = path_join(all->arena, v->project, f->path),
            .state = look(f),
        };
    }
    all->out->n_files = all->n;
}

static void tell_progress(const struct verifying *all, size_t total)
{
    if (all->options->progress)
        all->options->progress(all->options->user, total - all->left, total, all->out->bytes);
}

static bool wait_for_all(struct verifying *all, struct engine *engine, struct err *err)
{
    size_t total = all->left;
    bool ok = true, stopped = false;

    while (all->left && (ok || stopped)) {
        ok = engine_wait(engine, WAIT_MS, err) && ok;
        tell_progress(all, total);
        if (!stopped && engine_interrupts(engine)) {
            stopped = true;
            ok = err_set(err, ERR_CANCELLED, "interrupted");
            for (size_t i = 0; i < all->n; i++)
                all->checks[i].job.cancelled = true;
        }
    }
    return ok;
}

static bool read_all(struct verifying *all, struct engine *engine, struct err *err)
{
    engine_start(engine, all->options->jobs);
    if (!engine_load_loop(engine, err))
        return false;
    for (size_t i = 0; i < all->n; i++)
        all->left += all->checks[i].state == VERIFY_SOUND;
    for (size_t i = 0; i < all->n; i++)
        if (all->checks[i].state == VERIFY_SOUND)
            pool_submit(engine->pool, &all->checks[i].job);
    return wait_for_all(all, engine, err);
}

static bool list_faults(struct verifying *all, struct err *err)
{
    const struct store store = {.project = all->vault->project};
    struct verify *out = all->out;
    bool ok = true;

    out->faults = arena_array(all->arena, struct verify_fault, all->n + 1);
    for (size_t i = 0; ok && i < all->n; i++) {
        const struct check *c = &all->checks[i];
        struct verify_fault *f = &out->faults[out->n_faults];

        if (c->state == VERIFY_SOUND)
            continue;
        *f = (struct verify_fault){.file = c->file, .state = c->state};
        if (c->state == VERIFY_UNREADABLE)
            f->why = arena_strdup(all->arena, c->err.text);
        if (c->state == VERIFY_DAMAGED)
            ok = store_set_aside(&store, all->arena, c->file->path, &f->moved_to, err);
        out->n_faults++;
    }
    return ok;
}

static bool is_gone(const struct verify *out, const struct vault_file *f)
{
    for (size_t i = 0; i < out->n_faults; i++)
        if (out->faults[i].file == f && out->faults[i].state != VERIFY_UNREADABLE)
            return true;
    return false;
}

// What good builds need the next build makes again, and what was picked it must know of; nobody
// will ask for the rest, so it is told this once.
static bool forget_lost(const struct verifying *all, struct ledger *ledger, struct err *err)
{
    const struct vault *v = all->vault;
    const char **keys = arena_array(all->arena, const char *, v->n_results + 1);
    size_t n = 0;

    for (size_t i = 0; all->out->n_faults && i < v->n_results; i++) {
        const struct vault_result *r = &v->results[i];
        bool lost = false;

        for (size_t k = 0; k < r->n_files; k++)
            lost = lost || is_gone(all->out, r->files[k]);
        if (lost && !vault_keeps(r))
            keys[n++] = r->key;
    }
    return n == 0 || ledger_drop(ledger, keys, n, err);
}

struct altered {
    struct verifying *all;
    VEC(const char *) paths;
};

static bool hash_file(const char *path, struct digest *digest)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && digest_fd(fd, digest, &(struct err){0});

    if (fd >= 0)
        close(fd);
    return ok;
}

// One that nobody touched is not read: it is not the store's, and the next build would put it
// right.
static void see_handed_out(void *user, const char *path, const struct file_stamp *stamp,
                           const struct digest *digest)
{
    struct altered *a = user;
    struct arena *arena = a->all->arena;
    const char *whole = path_join(arena, a->all->vault->project, path);
    struct file_stamp now;
    struct digest found;

    if (!file_stamp(whole, &now) || memcmp(&now, stamp, sizeof(now)) == 0)
        return;
    if (now.bytes == stamp->bytes &&
        (a->all->options->quick ||
         (hash_file(whole, &found) && memcmp(&found, digest, sizeof(found)) == 0)))
        return;
    vec_push(&a->paths, arena_strdup(arena, path));
}

static bool list_altered(struct verifying *all, struct ledger *ledger, struct err *err)
{
    struct altered a = {.all = all};
    bool ok = ledger_handed_out(ledger, see_handed_out, &a, err);

    all->out->altered = arena_array(all->arena, const char *, a.paths.n + 1);
    for (size_t i = 0; i < a.paths.n; i++)
        all->out->altered[all->out->n_altered++] = a.paths.at[i];
    vec_release(&a.paths);
    return ok;
}

bool verify_run(struct verify *out, struct arena *a, const struct vault *v, struct ledger *ledger,
                struct engine *engine, const struct verify_options *options, struct err *err)
{
    struct verifying all = {.out = out, .arena = a, .vault = v, .options = options};
    bool ok;

    *out = (struct verify){0};
    list_checks(&all);
    ok = options->quick || read_all(&all, engine, err);
    return list_faults(&all, ok ? err : &(struct err){0}) && ok &&
           list_altered(&all, ledger, err) && forget_lost(&all, ledger, err);
}
