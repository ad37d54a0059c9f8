// SPDX-License-Identifier: MIT
#include "runtime/files.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"
#include "runtime/facts.h"
#include "runtime/ledger.h"

void files_init(struct files *files, const char *project, struct arena *arena)
{
    *files = (struct files){.project = project, .arena = arena};
}

void files_release(struct files *files)
{
    for (size_t i = 0; i < files->n; i++)
        json_decref(files->list[i]->artifact.facts);
    mem_free(files->list);
    map_release(&files->by_path);
}

struct project_file *files_find(const struct files *files, const char *path)
{
    return map_find(&files->by_path, path);
}

struct project_file *files_add(struct files *files, struct ledger *ledger, const char *path)
{
    struct project_file *f = files_find(files, path);

    if (f)
        return f;
    f = arena_make(files->arena, struct project_file);
    f->path = path;
    f->artifact.path = path;
    f->artifact.ext = path_ext(path);
    if (file_stamp(path_join(files->arena, files->project, path), &f->stamp))
        f->known =
            ledger_find_file(ledger, path, &f->stamp, &f->artifact.digest, &f->artifact.facts);
    if (files->n == files->cap) {
        files->cap = files->cap ? files->cap * 2 : 16;
        files->list = mem_resize(files->list, files->cap, sizeof(*files->list));
    }
    files->list[files->n++] = f;
    map_put(&files->by_path, f->path, f);
    return f;
}

bool file_needs_media(const struct project_file *f)
{
    return facts_need_media(f->artifact.ext);
}

void file_measure(struct project_file *f, const char *project, const struct media *media)
{
    struct arena *a = arena_new();
    int fd = file_open_inside(project, f->path, &f->err);

    if (fd >= 0)
        file_stamp_fd(fd, &f->stamp);
    if (fd >= 0 && digest_fd(fd, &f->artifact.digest, &f->err))
        f->artifact.facts = facts_measure(media, path_join(a, project, f->path), path_base(f->path),
                                          f->artifact.ext, &f->err);
    if (fd >= 0)
        close(fd);
    f->known = f->artifact.facts != NULL;
    f->failed = !f->known;
    arena_free(a);
}

bool file_remember(const struct project_file *f, struct ledger *ledger, int64_t now_ms,
                   struct err *err)
{
    if (!f->known || file_stamp_is_fresh(&f->stamp, now_ms))
        return true;
    return ledger_put_file(ledger, f->path, &f->stamp, &f->artifact.digest, f->artifact.facts, err);
}
