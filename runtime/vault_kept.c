// SPDX-License-Identifier: MIT
#include "runtime/vault_kept.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/store.h"
#include "runtime/vault.h"

// An op uses all that its result is made of: what none has used since the earliest good one began
// is of an edit that every film has left behind. A file's time may be a tick early.
static int64_t needed_from_s(const struct vault_result *results, size_t n)
{
    int64_t from_s = INT64_MAX;

    for (size_t i = 0; i < n; i++) {
        const struct vault_result *r = &results[i];
        int64_t began_s = r->made_ms / 1000 - (int64_t)r->seconds - 2;

        if (r->needed && r->kind && r->kind->keeps && began_s < from_s)
            from_s = began_s;
    }
    return from_s;
}

uint64_t vault_kept_bytes(const struct vault_kept *k)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < k->n; i++)
        bytes += k->files[i].bytes;
    return bytes;
}

bool vault_kept_read(struct vault_kept *k, struct arena *a, const char *project,
                     const struct vault_result *results, size_t n_results, struct err *err)
{
    const char *folder = path_join(a, project, KEEP_DIR);
    int64_t from_s = needed_from_s(results, n_results);
    VEC(struct vault_kept_file) files = {0};
    DIR *dir = opendir(folder);
    struct dirent *entry;
    struct stat st;

    *k = (struct vault_kept){0};
    if (!dir)
        return errno == ENOENT || err_errno(err, "reading %s", folder);
    while ((entry = readdir(dir))) {
        if (lstat(path_join(a, folder, entry->d_name), &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        vec_push(&files, (struct vault_kept_file){path_join(a, KEEP_DIR, entry->d_name),
                                                  (uint64_t)st.st_size, st.st_mtime >= from_s});
    }
    closedir(dir);
    k->files = arena_array(a, struct vault_kept_file, files.n + 1);
    k->n = files.n;
    if (files.n)
        memcpy(k->files, files.at, files.n * sizeof(*files.at));
    vec_release(&files);
    return true;
}
