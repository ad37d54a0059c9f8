// SPDX-License-Identifier: MIT
#include "runtime/vault.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/ledger_vault.h"
#include "runtime/store.h"

struct reading {
    struct arena *arena;
    const char *project;
    struct map by_path; // struct vault_file
    VEC(struct vault_file *) files;
    VEC(struct vault_result) results;
    VEC(struct vault_file *) named; // the files of the results, one behind the other
};

bool vault_chooses(const struct vault_result *r)
{
    return r->kind && r->kind->chooses;
}

bool vault_keeps(const struct vault_result *r)
{
    return r->needed || r->pinned;
}

static struct vault_file *find_file(struct reading *r, const char *path)
{
    struct vault_file *f = map_find(&r->by_path, path);

    if (f)
        return f;
    f = arena_make(r->arena, struct vault_file);
    f->path = arena_strdup(r->arena, path);
    f->digest = "";
    map_put(&r->by_path, f->path, f);
    vec_push(&r->files, f);
    return f;
}

static void add_result(struct reading *r, const struct ledger_row *row)
{
    vec_push(&r->results, (struct vault_result){
                              .key = arena_strdup(r->arena, row->key),
                              .step = arena_strdup(r->arena, row->step),
                              .kind = kind_find(row->kind),
                              .seconds = row->seconds,
                              .made_ms = row->made_ms,
                              .needed = row->needed,
                              .fresh = row->fresh,
                          });
}

// Rows of one key come together; a result's files are found once all rows are there.
static void add_row(void *user, const struct ledger_row *row)
{
    struct reading *r = user;
    struct digest digest;
    struct vault_file *f;

    if (!digest_parse(row->digest, &digest))
        return;
    if (!r->results.n || strcmp(r->results.at[r->results.n - 1].key, row->key) != 0)
        add_result(r, row);
    f = find_file(r, store_path(r->arena, &digest, row->ext));
    f->digest = arena_strdup(r->arena, row->digest);
    f->stored_bytes = row->bytes > 0 ? (uint64_t)row->bytes : 0;
    f->needed = f->needed || row->needed;
    vec_push(&r->named, f);
    r->results.at[r->results.n - 1].n_files++;
}

// The results have stopped moving.
static void name_files(struct reading *r, struct vault *v)
{
    struct vault_file **at = arena_array(r->arena, struct vault_file *, r->named.n + 1);

    if (r->named.n)
        memcpy(at, r->named.at, r->named.n * sizeof(*at));
    v->n_results = r->results.n;
    v->results = arena_array(r->arena, struct vault_result, r->results.n + 1);
    for (size_t i = 0; i < v->n_results; i++) {
        struct vault_result *result = &v->results[i];

        *result = r->results.at[i];
        result->files = at;
        for (size_t k = 0; k < result->n_files; k++) {
            struct vault_file *f = at[k];
            bool makes = !vault_chooses(result);

            f->makers += makes;
            if (!f->by || (makes && (vault_chooses(f->by) || f->by->made_ms < result->made_ms)))
                f->by = result;
        }
        at += result->n_files;
    }
}

// "ab" and "cdef….png": the digest of a file that is called like an artifact.
static const char *digest_of_name(struct reading *r, const char *folder, const char *name)
{
    char *hex = arena_printf(r->arena, "%s%s", folder, name), *dot = strchr(hex, '.');
    struct digest digest;

    if (dot)
        *dot = 0;
    return digest_parse(hex, &digest) ? hex : "";
}

static void see_file(struct reading *r, const char *folder, const char *name)
{
    const char *path = arena_printf(r->arena, STORE_DIR "/%s/%s", folder, name);
    struct vault_file *f;
    struct stat st;

    if (lstat(path_join(r->arena, r->project, path), &st) != 0 || !S_ISREG(st.st_mode))
        return;
    f = find_file(r, path);
    f->there = true;
    f->bytes = (uint64_t)st.st_size;
    if (!f->digest[0])
        f->digest = digest_of_name(r, folder, name);
}

static bool see_folder(struct reading *r, const char *name, struct err *err)
{
    const char *path = path_join(r->arena, path_join(r->arena, r->project, STORE_DIR), name);
    DIR *dir = opendir(path);
    struct dirent *entry;
    bool ok = true;

    if (!dir) // a file among the folders is none of ours
        return errno == ENOENT || errno == ENOTDIR || err_errno(err, "reading %s", path);
    while (ok && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        if (name[0])
            see_file(r, name, entry->d_name);
        else
            ok = see_folder(r, arena_strdup(r->arena, entry->d_name), err);
    }
    closedir(dir);
    return ok;
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct vault_file *const *)a)->path, (*(struct vault_file *const *)b)->path);
}

static int by_digest(const void *a, const void *b)
{
    return strcmp((*(struct vault_file *const *)a)->digest,
                  (*(struct vault_file *const *)b)->digest);
}

// The first of n files, sorted by digest, that does not stand before is.
static size_t first_from(struct vault_file *const *files, size_t n, const char *is)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(files[middle]->digest, is) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void set_pins(struct vault *v, struct arena *a, const struct vault_pin *pins, size_t n_pins)
{
    struct vault_file **files = arena_array(a, struct vault_file *, v->n_files + 1);

    if (v->n_files)
        memcpy(files, v->files, v->n_files * sizeof(*files));
    qsort(files, v->n_files, sizeof(*files), by_digest);
    for (size_t i = 0; i < n_pins; i++) {
        size_t len = strlen(pins[i].is);

        for (size_t k = first_from(files, v->n_files, pins[i].is);
             k < v->n_files && strncmp(files[k]->digest, pins[i].is, len) == 0; k++)
            files[k]->pin = &pins[i];
    }
    for (size_t i = 0; i < v->n_results; i++)
        for (size_t k = 0; k < v->results[i].n_files; k++)
            v->results[i].pinned = v->results[i].pinned || v->results[i].files[k]->pin;
}

bool vault_read(struct vault *v, struct arena *a, struct ledger *ledger, const char *project,
                const struct vault_pin *pins, size_t n_pins, struct err *err)
{
    struct reading r = {.arena = a, .project = project};
    bool ok = ledger_rows(ledger, add_row, &r, err) && see_folder(&r, "", err);

    *v = (struct vault){.project = project};
    if (ok) {
        name_files(&r, v);
        v->n_files = r.files.n;
        v->files = arena_array(a, struct vault_file *, r.files.n + 1);
        if (r.files.n)
            memcpy(v->files, r.files.at, r.files.n * sizeof(*v->files));
        qsort(v->files, v->n_files, sizeof(*v->files), by_path);
        set_pins(v, a, pins, n_pins);
        ok = vault_kept_read(&v->kept, a, project, v->results, v->n_results, err);
    }
    map_release(&r.by_path);
    vec_release(&r.files);
    vec_release(&r.results);
    vec_release(&r.named);
    return ok;
}
