// SPDX-License-Identifier: MIT
#include "compiler/source.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/fetched.h"

struct sources {
    struct arena *arena;
    struct diag *diag;
    const char *project;
    const char *shown; // the project's folder as messages name it
    const char *here;  // the folder where the command was given, in the project; NULL: not in it
    VEC(struct source *) all;
    size_t n_shared;    // of all: they belong to another
    size_t n_numbers;   // of the diagnostics, when it began
    struct map by_path; // "path"; a listing stands under "path/"

    // Read ahead and, each until it is a source, whole.
    struct fetched *ahead;
    size_t n_ahead;
    struct map ahead_by_path;
};

// The path of folder `below` in folder `above` (both canonical): "" for itself, NULL: not in it.
static const char *path_below(const char *below, const char *above)
{
    size_t len = strlen(above);

    if (strcmp(below, above) == 0)
        return "";
    if (strcmp(above, "/") == 0)
        return below + 1;
    return strncmp(below, above, len) == 0 && below[len] == '/' ? below + len + 1 : NULL;
}

// Where the command was given, and the project: each as a path in the other, where it is.
static void find_here(struct sources *s)
{
    char *top = realpath(s->project, NULL), *here = realpath(".", NULL);
    const char *inside = top && here ? path_below(here, top) : NULL;
    const char *beneath = top && here ? path_below(top, here) : NULL;

    s->here = inside && *inside ? arena_strdup(s->arena, inside) : NULL;
    s->shown = beneath ? arena_strdup(s->arena, beneath) : s->project;
    free(top);
    free(here);
}

struct sources *sources_new(struct arena *a, struct diag *d, const char *project)
{
    struct sources *s = mem_new(sizeof(*s));

    s->arena = a;
    s->diag = d;
    s->project = project;
    find_here(s);
    return s;
}

static void drop_ahead(struct sources *s)
{
    for (size_t i = 0; i < s->n_ahead; i++)
        fetched_release(&s->ahead[i]);
    mem_free(s->ahead);
    map_release(&s->ahead_by_path);
    s->ahead = NULL;
    s->n_ahead = 0;
}

void sources_free(struct sources *s)
{
    if (!s)
        return;
    drop_ahead(s);
    vec_release(&s->all);
    map_release(&s->by_path);
    mem_free(s);
}

const char *sources_project(const struct sources *s)
{
    return s->project;
}

const struct source *const *sources_all(const struct sources *s, size_t *n)
{
    *n = s->all.n;
    return (const struct source *const *)s->all.at;
}

// The name for messages: from where the command was given, where that is shorter.
static const char *shown_name(struct sources *s, const char *path)
{
    size_t len = s->here ? strlen(s->here) : 0;

    if (len && strncmp(path, s->here, len) == 0 && path[len] == '/')
        return arena_strdup(s->arena, path + len + 1);
    return path_join(s->arena, s->shown, path);
}

static const char *key_of(struct sources *s, const struct source *source)
{
    return source->kind == SOURCE_LISTING ? arena_printf(s->arena, "%s/", source->path)
                                          : source->path;
}

static struct source *add_source(struct sources *s, enum source_kind kind, const char *path)
{
    struct source *source = arena_make(s->arena, struct source);

    source->kind = kind;
    source->path = arena_strdup(s->arena, path);
    source->shown = shown_name(s, source->path);
    vec_push(&s->all, source);
    map_put(&s->by_path, key_of(s, source), source);
    return source;
}

static bool is_text(struct sources *s, const struct source *source, size_t bad)
{
    static const char utf16[2][2] = {{(char)0xff, (char)0xfe}, {(char)0xfe, (char)0xff}};
    struct span at = {source->number, (uint32_t)bad, (uint32_t)bad + 1};
    const char *help = "save the file as UTF-8";

    if (bad == source->text.len)
        return true;
    if (source->text.len > 1 &&
        (memcmp(source->text.ptr, utf16[0], 2) == 0 || memcmp(source->text.ptr, utf16[1], 2) == 0))
        diag_say(s->diag, SEVERITY_ERROR, at, help, "this file is UTF-16, not UTF-8");
    else if (source->text.ptr[bad])
        diag_say(s->diag, SEVERITY_ERROR, at, help, "this byte (0x%02x) is not UTF-8",
                 (unsigned char)source->text.ptr[bad]);
    else
        diag_say(s->diag, SEVERITY_ERROR, at, "is this a text file?", "there is a NUL byte here");
    return false;
}

static void take_text(struct sources *s, struct source *source, const struct fetched *from)
{
    struct str text = from->text;

    source->digest = from->digest;
    source->text =
        (struct str){arena_strndup(s->arena, text.len ? text.ptr : "", text.len), text.len};
    source->number = diag_add_source(s->diag, source->shown, source->text);
    source->broken = !is_text(s, source, from->bad);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

// Opens folder dir of the project; NULL with *err when it is none, or a link leads out.
static DIR *open_dir(struct sources *s, const char *dir, struct err *err)
{
    char *top = realpath(s->project, NULL);
    char *real = realpath(path_join(s->arena, s->project, dir), NULL);
    DIR *folder = NULL;

    if (top && real && !path_below(real, top))
        err_set(err, ERR_FILM, "\"%s\" leads out of the project", dir);
    else if (!top || !real || !(folder = opendir(real)))
        err_errno(err, "%s", dir);
    free(top);
    free(real);
    return folder;
}

static const char *const *list_names(struct sources *s, const char *dir, struct err *err, size_t *n)
{
    VEC(const char *) names = {0};
    struct buf joined = {0};
    struct dirent *entry;
    struct file_stamp stamp = {0};
    struct source *source;
    const char **out;
    DIR *folder;

    *n = 0;
    if (strcmp(dir, ".") != 0 && !path_is_inside(dir)) {
        err_set(err, ERR_FILM, "\"%s\" leads out of the project", dir);
        return NULL;
    }
    folder = open_dir(s, dir, err);
    if (!folder)
        return NULL;
    file_stamp_fd(dirfd(folder), &stamp); // before the names are read
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.')
            vec_push(&names, arena_strdup(s->arena, entry->d_name));
    closedir(folder);
    if (names.n)
        qsort(names.at, names.n, sizeof(*names.at), by_name);
    out = arena_array(s->arena, const char *, names.n + 1);
    for (size_t i = 0; i < names.n; i++) {
        out[i] = names.at[i];
        buf_add(&joined, out[i], strlen(out[i]) + 1);
    }
    source = map_find(&s->by_path, arena_printf(s->arena, "%s/", dir));
    if (!source)
        source = add_source(s, SOURCE_LISTING, dir);
    source->digest = digest_of(joined.ptr, joined.len); // as folder_digest has it
    source->folder = true;
    source->stamp = stamp;
    *n = names.n;
    buf_release(&joined);
    vec_release(&names);
    return out;
}

// The file of the same folder and ending whose name is nearest, or NULL.
static const char *nearest_file(struct sources *s, const char *path)
{
    struct err err = {0};
    size_t n = 0;
    const char *dir = path_dir(s->arena, path), *nearest;
    const char *const *names = list_names(s, dir, &err, &n);
    VEC(const char *) alike = {0};

    for (size_t i = 0; i < n; i++)
        if (strcmp(path_ext(names[i]), path_ext(path)) == 0)
            vec_push(&alike, names[i]);
    nearest = str_nearest(path_base(path), alike.at, alike.n);
    vec_release(&alike);
    return nearest ? path_join(s->arena, dir, nearest) : NULL;
}

// In the words of every other file that is not there.
static void say_missing(struct sources *s, const char *path, struct span at, bool outside)
{
    const char *nearest = outside ? NULL : nearest_file(s, path);

    diag_say(s->diag, SEVERITY_ERROR, at,
             nearest ? arena_printf(s->arena, "did you mean \"%s\"?", nearest) : NULL,
             "there is no file \"%s\"", path);
}

// Whether its text was asked for before; others were only looked at.
static bool is_read(const struct source *s)
{
    return s->number || (s->missing && s->kind != SOURCE_ASSET && s->kind != SOURCE_ASIDE);
}

void sources_read_ahead(struct sources *s, const char *const *paths, size_t n, unsigned threads)
{
    drop_ahead(s);
    s->ahead = mem_new((n + 1) * sizeof(*s->ahead));
    s->n_ahead = n;
    fetched_read_all(s->ahead, s->project, paths, n, threads);
    for (size_t i = 0; i < n; i++)
        map_put(&s->ahead_by_path, paths[i], &s->ahead[i]);
}

// What the file at path holds: *own, where nobody has read it ahead.
static struct fetched *fetch(struct sources *s, const char *path, bool outside, struct fetched *own)
{
    struct fetched *ahead = outside ? NULL : map_find(&s->ahead_by_path, path);

    if (ahead)
        return ahead;
    fetched_read(own, outside ? NULL : s->project, path);
    return own;
}

static const struct source *read_file(struct sources *s, enum source_kind kind, const char *path,
                                      struct span at, bool outside, bool may_miss)
{
    struct source *source = map_find(&s->by_path, path);
    struct fetched own, *fetched;
    bool ok, absent;

    if (source && is_read(source))
        return source->missing || source->broken ? NULL : source;
    fetched = fetch(s, path, outside, &own);
    ok = fetched->ok;
    source = add_source(s, kind, path);
    source->missing = !ok;
    source->stamp = fetched->stamp;
    source->outside = outside;
    if (outside)
        source->shown = source->path;
    absent = !ok && (outside || path_is_inside(path)) &&
             !file_exists(outside ? path : path_join(s->arena, s->project, path));
    if (absent && !may_miss)
        say_missing(s, path, at, outside);
    else if (!ok && !absent)
        diag_say(s->diag, SEVERITY_ERROR, at, NULL, "%s", fetched->err.text);
    if (ok)
        take_text(s, source, fetched);
    fetched_release(fetched);
    return ok && !source->broken ? source : NULL;
}

const struct source *source_read(struct sources *s, enum source_kind kind, const char *path,
                                 struct span at)
{
    return read_file(s, kind, path, at, false, false);
}

const struct source *source_try(struct sources *s, enum source_kind kind, const char *path,
                                struct span at)
{
    return read_file(s, kind, path, at, false, true);
}

const struct source *source_read_outside(struct sources *s, enum source_kind kind, const char *path,
                                         struct span at)
{
    return read_file(s, kind, path, at, true, false);
}

static void note(struct sources *s, enum source_kind kind, const char *path, bool outside)
{
    struct source *source;
    const char *whole;

    if (map_find(&s->by_path, path))
        return;
    source = add_source(s, kind, path);
    source->outside = outside;
    whole = outside ? source->path : path_join(s->arena, s->project, path);
    source->missing = !path_stamp(whole, &source->stamp);
    source->folder = !source->missing && folder_digest(whole, &source->digest);
}

void source_note_asset(struct sources *s, const char *path)
{
    note(s, SOURCE_ASSET, path, false);
}

void source_note_aside(struct sources *s, const char *path, bool outside)
{
    note(s, SOURCE_ASIDE, path, outside);
}

const char *const *source_list(struct sources *s, const char *dir, struct span at, size_t *n)
{
    struct err err = {0};
    const char *const *names = list_names(s, dir, &err, n);

    if (!names)
        diag_say(s->diag, SEVERITY_ERROR, at, NULL, "%s", err.text);
    return names;
}

struct found {
    VEC(const char *) paths;
};

// Adds to found what the rest of the glob matches below dir.
static void match_below(struct sources *s, const char *dir, struct str rest, struct found *found)
{
    struct str part = str_cut(&rest, '/');
    char *glob = arena_strndup(s->arena, part.ptr, part.len);
    struct err err = {0};
    size_t n = 0;
    const char *const *names;

    if (!strpbrk(glob, "*?[")) {
        char *path = path_join(s->arena, dir, glob);

        if (rest.ptr)
            match_below(s, path, rest, found);
        else if (file_exists(path_join(s->arena, s->project, path)))
            vec_push(&found->paths, path);
        else
            source_note_aside(s, path, false);
        return;
    }
    names = list_names(s, dir, &err, &n);
    if (!names)
        source_note_aside(s, dir, false); // once it comes, the glob may match
    for (size_t i = 0; i < n; i++) {
        char *path = path_join(s->arena, dir, names[i]);

        if (fnmatch(glob, names[i], FNM_PERIOD) != 0)
            continue;
        if (rest.ptr)
            match_below(s, path, rest, found);
        else
            vec_push(&found->paths, path);
    }
}

const char *const *source_glob(struct sources *s, const char *glob, struct span at, size_t *n)
{
    struct found found = {0};
    const char **out;

    *n = 0;
    if (!path_is_inside(glob)) {
        diag_say(s->diag, SEVERITY_ERROR, at, NULL, "\"%s\" leads out of the project", glob);
        return NULL;
    }
    match_below(s, ".", str_of(glob), &found);
    if (found.paths.n)
        qsort(found.paths.at, found.paths.n, sizeof(*found.paths.at), by_name);
    out = arena_array(s->arena, const char *, found.paths.n + 1);
    for (size_t i = 0; i < found.paths.n; i++)
        out[i] = found.paths.at[i];
    *n = found.paths.n;
    vec_release(&found.paths);
    return out;
}

struct sources *sources_fork(const struct sources *s, struct arena *a, struct diag *d)
{
    struct sources *fork = mem_new(sizeof(*fork));

    fork->arena = a;
    fork->diag = d;
    fork->project = s->project;
    fork->shown = s->shown;
    fork->here = s->here;
    fork->n_shared = s->all.n;
    fork->n_numbers = diag_sources(d);
    for (size_t i = 0; i < s->all.n; i++) {
        vec_push(&fork->all, s->all.at[i]);
        if (s->all.at[i]->kind != SOURCE_LISTING) // which a new look would change
            map_put(&fork->by_path, s->all.at[i]->path, s->all.at[i]);
    }
    return fork;
}

// The number of a source that a fork has read, in s.
static uint32_t join_one(struct sources *s, struct source *source)
{
    struct source *known = map_find(&s->by_path, key_of(s, source));

    if (known && (known->number || !source->number))
        return known->number;
    if (source->number)
        source->number = diag_add_source(s->diag, source->shown, source->text);
    vec_push(&s->all, source);
    map_put(&s->by_path, key_of(s, source), source);
    return source->number;
}

const uint32_t *sources_join(struct sources *s, struct sources *fork)
{
    size_t n = diag_sources(fork->diag) - fork->n_numbers;
    uint32_t *moved = arena_array(s->arena, uint32_t, n + 1);

    for (size_t i = fork->n_shared; i < fork->all.n; i++) {
        uint32_t number = fork->all.at[i]->number, now = join_one(s, fork->all.at[i]);

        if (number)
            moved[number - fork->n_numbers - 1] = now;
    }
    sources_free(fork);
    return moved;
}
