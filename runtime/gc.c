// SPDX-License-Identifier: MIT
#include "runtime/gc.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "compiler/graph.h"
#include "runtime/browse.h"
#include "runtime/ledger_vault.h"
#include "runtime/vault.h"

// A file while it is decided what goes.
struct hold {
    size_t holders; // results that have not gone and would miss it
    bool kept;      // by a result that stays whatever it costs, or by a pick
    bool gone;
};

struct candidate {
    const struct vault_result *result;
    double seconds_per_byte;
};

struct choosing {
    struct gc *gc;
    struct arena *arena;
    const struct gc_options *options;
    struct map by_path; // file's path -> struct hold
    struct candidate *candidates;
    size_t n;
    uint64_t wanted_bytes;
};

static struct hold *hold_of(const struct choosing *c, const struct vault_file *f)
{
    return map_find(&c->by_path, f->path);
}

static bool is_restricted(const struct gc_options *o)
{
    return o->n_globs || o->kind || o->scene || o->made_before_ms;
}

static bool matches_glob(const struct gc_options *o, const char *step)
{
    for (size_t i = 0; i < o->n_globs; i++)
        if (fnmatch(o->globs[i], step, 0) == 0)
            return true;
    return o->n_globs == 0;
}

static bool is_of_scene(const char *step, const char *scene)
{
    size_t len = strlen(scene);

    return strncmp(step, scene, len) == 0 && step[len] == '/';
}

static bool is_asked_for(const struct gc_options *o, const struct vault_result *r)
{
    return matches_glob(o, r->step) &&
           (!o->kind || (r->kind && strcmp(r->kind->name, o->kind) == 0)) &&
           (!o->scene || is_of_scene(r->step, o->scene)) &&
           (!o->made_before_ms || r->made_ms < o->made_before_ms);
}

// A choice has nothing of its own: it goes with what it chose, and holds only what nobody made.
static bool holds(const struct vault_result *r, const struct vault_file *f)
{
    return !vault_chooses(r) || f->makers == 0;
}

static bool may_go(const struct choosing *c, const struct vault_result *r)
{
    return !vault_keeps(r) && is_asked_for(c->options, r);
}

static void note_holders(struct choosing *c)
{
    const struct vault *v = c->gc->vault;

    for (size_t i = 0; i < v->n_files; i++) {
        struct hold *hold = arena_make(c->arena, struct hold);

        hold->kept = v->files[i]->pin != NULL || v->files[i]->needed;
        map_put(&c->by_path, v->files[i]->path, hold);
    }
    for (size_t i = 0; i < v->n_results; i++)
        for (size_t k = 0; k < v->results[i].n_files; k++) {
            const struct vault_result *r = &v->results[i];
            struct hold *hold = hold_of(c, r->files[k]);

            if (!holds(r, r->files[k]))
                continue;
            hold->holders++;
            hold->kept = hold->kept || !may_go(c, r);
        }
}

// Bytes that are a result's to give: a file that several hold is shared among them.
static double share_of(const struct choosing *c, const struct vault_result *r)
{
    double bytes = 0;

    for (size_t i = 0; i < r->n_files; i++) {
        const struct hold *hold = hold_of(c, r->files[i]);

        if (holds(r, r->files[i]) && !hold->kept && r->files[i]->there)
            bytes += (double)r->files[i]->bytes / (double)hold->holders;
    }
    return bytes;
}

static void list_candidates(struct choosing *c)
{
    const struct vault *v = c->gc->vault;

    c->candidates = arena_array(c->arena, struct candidate, v->n_results + 1);
    for (size_t i = 0; i < v->n_results; i++) {
        const struct vault_result *r = &v->results[i];
        double bytes = may_go(c, r) ? share_of(c, r) : 0;

        if (bytes > 0)
            c->candidates[c->n++] = (struct candidate){r, r->seconds / bytes};
    }
}

// The cheapest first, then the oldest; keys make the order one of a kind. What a build that failed
// or was killed has made is behind all others: a full disk ends builds, and gc must not undo them.
static int by_price(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->result->fresh != y->result->fresh)
        return x->result->fresh ? 1 : -1;
    if (x->seconds_per_byte != y->seconds_per_byte)
        return x->seconds_per_byte < y->seconds_per_byte ? -1 : 1;
    if (x->result->made_ms != y->result->made_ms)
        return x->result->made_ms < y->result->made_ms ? -1 : 1;
    return strcmp(x->result->key, y->result->key);
}

static void let_go(struct choosing *c, struct vault_file *f)
{
    hold_of(c, f)->gone = true;
    c->gc->files[c->gc->n_files++] = f;
    c->gc->bytes += f->there ? f->bytes : 0;
}

static void take_litter(struct choosing *c)
{
    const struct vault *v = c->gc->vault;

    for (size_t i = 0; i < v->n_files; i++)
        if (!v->files[i]->by && !v->files[i]->pin)
            let_go(c, v->files[i]);
    c->gc->n_litter = c->gc->n_files;
}

static void take_kept(struct choosing *c)
{
    const struct vault_kept *kept = &c->gc->vault->kept;

    for (size_t i = 0; i < kept->n; i++)
        if (!kept->files[i].needed) {
            c->gc->n_kept++;
            c->gc->kept_bytes += kept->files[i].bytes;
        }
}

static void take_result(struct choosing *c, const struct vault_result *r)
{
    for (size_t i = 0; i < r->n_files; i++) {
        struct hold *hold = hold_of(c, r->files[i]);

        if (holds(r, r->files[i]) && --hold->holders == 0 && !hold->kept)
            let_go(c, r->files[i]);
    }
}

static bool frees_any(const struct choosing *c, const struct vault_result *r)
{
    for (size_t i = 0; i < r->n_files; i++)
        if (hold_of(c, r->files[i])->gone)
            return true;
    return false;
}

// Results whose files all stayed, for another result holds them, stay too; choices of what goes go.
static void list_results(struct choosing *c, size_t n_taken)
{
    struct gc *gc = c->gc;

    for (size_t i = 0; i < n_taken; i++)
        if (frees_any(c, c->candidates[i].result)) {
            gc->results[gc->n_results++] = c->candidates[i].result;
            gc->seconds += c->candidates[i].result->seconds;
            gc->n_fresh += c->candidates[i].result->fresh;
        }
    for (size_t i = 0; i < gc->vault->n_results; i++) {
        const struct vault_result *r = &gc->vault->results[i];

        if (vault_chooses(r) && r->files[0]->makers && frees_any(c, r))
            gc->results[gc->n_results++] = r;
    }
}

static uint64_t wanted_bytes(const struct vault *v, const struct gc_options *o)
{
    uint64_t all = vault_kept_bytes(&v->kept),
             wanted = o->free_bytes > 0 ? (uint64_t)o->free_bytes : 0;

    if (o->keep_bytes < 0 && o->free_bytes < 0)
        return UINT64_MAX;
    for (size_t i = 0; i < v->n_files; i++)
        all += v->files[i]->there ? v->files[i]->bytes : 0;
    if (o->keep_bytes >= 0 && all > (uint64_t)o->keep_bytes &&
        all - (uint64_t)o->keep_bytes > wanted)
        wanted = all - (uint64_t)o->keep_bytes;
    return wanted;
}

void gc_choose(struct gc *gc, struct arena *a, const struct vault *v,
               const struct gc_options *options)
{
    struct choosing c = {.gc = gc, .arena = a, .options = options};
    size_t n_taken = 0;

    *gc = (struct gc){.vault = v};
    gc->results = arena_array(a, const struct vault_result *, v->n_results + 1);
    gc->files = arena_array(a, struct vault_file *, v->n_files + 1);
    c.wanted_bytes = wanted_bytes(v, options);
    note_holders(&c);
    list_candidates(&c);
    qsort(c.candidates, c.n, sizeof(*c.candidates), by_price);
    if (!is_restricted(options)) {
        take_litter(&c);
        take_kept(&c);
    }
    while (n_taken < c.n && gc->bytes + gc->kept_bytes < c.wanted_bytes)
        take_result(&c, c.candidates[n_taken++].result);
    list_results(&c, n_taken);
    if (c.wanted_bytes != UINT64_MAX && gc->bytes + gc->kept_bytes < c.wanted_bytes)
        gc->short_bytes = c.wanted_bytes - gc->bytes - gc->kept_bytes;
    map_release(&c.by_path);
}

static bool remove_file(const struct gc *gc, struct arena *a, const char *name, struct err *err)
{
    const char *path = path_join(a, gc->vault->project, name);

    return unlink(path) == 0 || errno == ENOENT || err_errno(err, "removing %s", path);
}

static bool remove_files(const struct gc *gc, struct arena *a, struct err *err)
{
    const struct vault_kept *kept = &gc->vault->kept;
    bool ok = true;

    for (size_t i = 0; ok && i < gc->n_files; i++)
        ok = remove_file(gc, a, gc->files[i]->path, err);
    for (size_t i = 0; ok && gc->n_kept && i < kept->n; i++)
        ok = kept->files[i].needed || remove_file(gc, a, kept->files[i].path, err);
    return ok;
}

bool gc_run(const struct gc *gc, struct ledger *ledger, struct err *err)
{
    struct arena *a = arena_new();
    const char **keys = arena_array(a, const char *, gc->n_results + 1);
    bool ok;

    for (size_t i = 0; i < gc->n_results; i++)
        keys[i] = gc->results[i]->key;
    ok = ledger_drop(ledger, keys, gc->n_results, err) && remove_files(gc, a, err);
    browse_sweep(gc->vault->project);
    arena_free(a);
    return ok;
}
