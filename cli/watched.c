// SPDX-License-Identifier: MIT
#include "cli/watched.h"

#include <dirent.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "compiler/film.h"
#include "compiler/folder.h"
#include "runtime/sight.h"

enum { MOST_NAMED = 4 };

static const char own_folder[] = ".c41/", last_line[] = "end\n";

void watched_release(struct watched *w)
{
    arena_free(w->arena);
    *w = (struct watched){.film = w->film};
}

static bool is_own(const struct sight *s)
{
    return strncmp(s->path, own_folder, strlen(own_folder)) == 0;
}

static bool is_there(const struct sight *s)
{
    static const struct file_stamp missing;

    return !file_stamp_equal(&s->stamp, &missing);
}

size_t watched_files(const struct sight *sights, size_t n)
{
    struct map paths = {0};
    size_t files;

    for (size_t i = 0; i < n; i++)
        if (sights[i].kind == SIGHT_FILE && sights[i].path[0] != '/' && !is_own(&sights[i]) &&
            is_there(&sights[i]))
            map_put(&paths, sights[i].path, &paths);
    files = paths.n;
    map_release(&paths);
    return files;
}

// A file that changed just before it was read may change again with the same stamp.
static bool is_racy(const struct sight *s, int64_t now_ms)
{
    return s->hashed && is_there(s) && file_stamp_is_fresh(&s->stamp, now_ms);
}

void watched_put(const char *project, bool whole, int64_t began_ms, const struct sight *sights,
                 size_t n, struct buf *out)
{
    buf_printf(out, "%c%s\n", whole ? 'W' : 'P', project);
    for (size_t i = 0; i < n; i++) {
        struct sight s = sights[i];
        size_t before = out->len;

        s.part = NULL;
        s.racy = is_racy(&s, began_ms);
        if (!sight_put(&s, out))
            out->len = before;
    }
    buf_puts(out, last_line);
}

static size_t count_lines(const char *text)
{
    size_t n = 0;

    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

static void keep(struct watched *w, const struct sight *s)
{
    w->sights[w->n] = *s;
    w->sights[w->n++].path = arena_strdup(w->arena, s->path);
}

// Reads what was told of one film; text is cut up.
static void take_one(struct watched *w, char *text)
{
    struct watched old = *w;
    struct map paths = {0};
    char *line = text, *end = strchr(text, '\n');
    bool whole = line[0] == 'W';

    *end = 0;
    w->arena = arena_new();
    w->project = arena_strdup(w->arena, line + 1);
    w->sights = arena_array(w->arena, struct sight, count_lines(end + 1) + old.n + 1);
    w->n = 0;
    for (line = end + 1; (end = strchr(line, '\n')); line = end + 1) {
        struct sight *s = &w->sights[w->n];

        *end = 0;
        sight_read(s, line);
        s->path = arena_strdup(w->arena, s->path);
        w->n += !map_put(&paths, s->path, s);
    }
    for (size_t i = 0; !whole && i < old.n && strcmp(old.project, w->project) == 0; i++)
        if (!map_find(&paths, old.sights[i].path))
            keep(w, &old.sights[i]);
    map_release(&paths);
    arena_free(old.arena);
}

bool watched_take(struct watched *w, struct buf *told)
{
    bool any = false;
    char *end;

    while (told->len && (end = strstr(told->ptr, last_line))) {
        size_t used;

        while (end != told->ptr && end[-1] != '\n') // within a path
            if (!(end = strstr(end + 1, last_line)))
                return any;
        used = (size_t)(end - told->ptr) + strlen(last_line);
        *end = 0;
        take_one(w, told->ptr);
        any = true;
        memmove(told->ptr, told->ptr + used, told->len - used + 1);
        told->len -= used;
    }
    return any;
}

static void guess(struct buf *told, const char *project, const char *path, enum sight_kind kind,
                  int64_t began_ms)
{
    struct arena *scratch = arena_new();
    const char *whole = path_join(scratch, project, path);
    struct sight s = {.kind = kind, .path = path};

    if (path_stamp(whole, &s.stamp) && s.stamp.status_ns / 1000000 >= began_ms)
        s.stamp.inode = 1; // not as it was, whatever it was
    s.hashed = kind == SIGHT_FOLDER && folder_digest(whole, &s.digest);
    sight_put(&s, told);
    arena_free(scratch);
}

void watched_guess(struct watched *w, int64_t began_ms)
{
    struct arena *scratch = arena_new();
    struct buf told = {0};
    struct map known = {0};
    struct film_path at;
    struct folder_tree tree = {0};
    struct err err;

    for (size_t i = 0; i < w->n; i++)
        map_put(&known, w->sights[i].path, w);
    if (film_locate(&at, w->film, scratch, &err))
        tree = folder_walk(scratch, at.project, ".", FOLDER_NO_LINKS);
    buf_printf(&told, "P%s\n", tree.n_folders ? at.project : ".");
    for (size_t i = 0; i < tree.n_files; i++)
        if (!map_find(&known, tree.files[i]))
            guess(&told, at.project, tree.files[i], SIGHT_FILE, began_ms);
    for (size_t i = 0; i < tree.n_folders; i++)
        if (!map_find(&known, tree.folders[i]))
            guess(&told, at.project, tree.folders[i], SIGHT_FOLDER, began_ms);
    buf_puts(&told, last_line);
    if (tree.n_folders)
        watched_take(w, &told);
    map_release(&known);
    buf_release(&told);
    arena_free(scratch);
}

// Whether project.yaml came or went in a folder above, which makes another project of the film's.
static bool has_project_moved(const struct watched *w)
{
    struct arena *scratch = arena_new();
    struct film_path at;
    struct err err;
    bool moved = film_locate(&at, w->film, scratch, &err) && strcmp(at.project, w->project) != 0;

    arena_free(scratch);
    return moved;
}

bool watched_has_moved(struct watched *w)
{
    struct clock *clock = clock_system();
    int64_t now_ms = clock->wall_ms(clock);

    if (!w->project)
        return false;
    for (size_t i = 0; i < w->n; i++) {
        struct sight *s = &w->sights[i];

        if (!sight_is_as_it_was(s, w->project))
            return true;
        s->racy = s->racy && is_racy(s, now_ms);
    }
    return has_project_moved(w);
}

static bool stamp_now(const struct watched *w, const struct sight *s, struct file_stamp *stamp)
{
    struct arena *scratch = arena_new();
    bool there;

    *stamp = (struct file_stamp){0};
    there = path_stamp(path_join(scratch, w->project, s->path), stamp);
    arena_free(scratch);
    return there;
}

struct digest watched_mark(const struct watched *w)
{
    struct buf stamps = {0};
    struct digest mark;

    for (size_t i = 0; i < w->n; i++) {
        struct file_stamp now;

        stamp_now(w, &w->sights[i], &now);
        buf_add(&stamps, &now, sizeof(now));
    }
    mark = digest_of(stamps.ptr, stamps.len);
    buf_release(&stamps);
    return mark;
}

// What has moved, while it is named.
struct naming {
    struct buf *names;
    struct arena *arena;
    struct map named; // names, and the folders that they lie in
    struct map known; // paths of all that was seen
    size_t n;
};

static void name(struct naming *n, const char *text, const char *how)
{
    if (map_put(&n->named, text, n) || n->n++ >= MOST_NAMED)
        return;
    buf_printf(n->names, "%s%s%s", n->names->len ? ", " : "", text, how);
}

// Names the files of a folder that came after it was seen; false where none can be told.
static bool name_new(struct naming *n, const char *folder, const struct file_stamp *seen)
{
    DIR *dir = opendir(folder);
    size_t before = n->n;

    for (struct dirent *e; dir && (e = readdir(dir));) {
        const char *path = path_join(n->arena, folder, e->d_name);
        struct file_stamp stamp;

        if (e->d_name[0] != '.' && file_stamp(path, &stamp) && stamp.status_ns > seen->changed_ns &&
            !map_find(&n->known, path))
            name(n, path, " (new)");
    }
    if (dir)
        closedir(dir);
    return n->n > before;
}

static void name_sight(struct naming *n, const struct watched *w, const struct sight *s,
                       const struct file_stamp *was)
{
    static const struct file_stamp missing;
    const char *path = path_join(n->arena, w->project, s->path);

    if (is_own(s)) {
        name(n, "the store", "");
    } else if (s->kind != SIGHT_FOLDER) {
        name(n, path, file_stamp_equal(was, &missing) ? " (new)" : is_there(s) ? "" : " (gone)");
        map_put(&n->named, path_dir(n->arena, path), n);
    } else if (!name_new(n, path, was) && !map_find(&n->named, path)) {
        name(n, arena_printf(n->arena, "%s/", path), "");
    }
}

static void renew(const struct watched *w, struct sight *s)
{
    struct arena *scratch = arena_new();

    stamp_now(w, s, &s->stamp);
    s->racy = false;
    s->hashed = s->kind == SIGHT_FOLDER &&
                folder_digest(path_join(scratch, w->project, s->path), &s->digest);
    arena_free(scratch);
}

// Folders are asked last: what is known of the files in them says more.
static void renew_all(struct watched *w, bool folders, struct naming *n)
{
    for (size_t i = 0; i < w->n; i++) {
        struct sight *s = &w->sights[i];
        struct file_stamp was = s->stamp;

        if ((s->kind == SIGHT_FOLDER) != folders || sight_is_as_it_was(s, w->project))
            continue;
        renew(w, s);
        name_sight(n, w, s, &was);
    }
}

void watched_renew(struct watched *w, struct buf *names)
{
    struct naming n = {.names = names, .arena = arena_new()};

    for (size_t i = 0; i < w->n; i++)
        map_put(&n.known, path_join(n.arena, w->project, w->sights[i].path), &n);
    renew_all(w, false, &n);
    renew_all(w, true, &n);
    if (has_project_moved(w))
        name(&n, "project.yaml", "");
    if (n.n > MOST_NAMED)
        buf_printf(names, " and %zu more", n.n - MOST_NAMED);
    map_release(&n.named);
    map_release(&n.known);
    arena_free(n.arena);
}
