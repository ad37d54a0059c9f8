// SPDX-License-Identifier: MIT
#include "runtime/browse.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "compiler/graph.h"
#include "runtime/elsewhere.h"
#include "runtime/facts.h"
#include "runtime/walk.h"

enum { MOST_TARGET_BYTES = 4096 };

static const char *folder_of(const struct walk *w, struct arena *a)
{
    return path_join(a, w->graph->project, arena_printf(a, ".c41/browse/%s", w->graph->shelf));
}

// The main output stands under the step's own name, the others behind it. made may be NULL.
static const char *name_of(const struct step *step, const struct artifact *made, size_t output,
                           struct arena *a)
{
    const char *ext = made ? made[output].ext : facts_ext(step, step->outputs[output], a);
    const char *dot = ext[0] ? "." : "";

    if (output == 0)
        return arena_printf(a, "%s%s%s", step->id, dot, ext);
    return arena_printf(a, "%s.%s%s%s", step->id, step->outputs[output], dot, ext);
}

// From .c41/browse/FILM/a/b.png to the artifact: one step up for each folder.
static const char *target_of(const char *name, const struct artifact *artifact, struct arena *a)
{
    struct buf target = {0};
    const char *text;

    buf_puts(&target, "../../../");
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/'))
        buf_puts(&target, "../");
    buf_puts(&target, artifact->path);
    text = arena_strdup(a, buf_text(&target));
    buf_release(&target);
    return text;
}

static bool is_linked(const char *path, const char *target)
{
    char found[MOST_TARGET_BYTES];
    ssize_t n = readlink(path, found, sizeof(found));

    return n > 0 && (size_t)n == strlen(target) && memcmp(found, target, (size_t)n) == 0;
}

// Where nothing is there yet, the link is made at once.
static bool link_new(const char *path, const char *target, struct arena *a)
{
    struct err err;

    if (symlink(target, path) == 0)
        return true;
    return errno == ENOENT && file_make_dirs(path_dir(a, path), &err) && symlink(target, path) == 0;
}

static void link_one(const char *path, const char *target, struct arena *a)
{
    const char *temp = arena_printf(a, "%s.new", path);

    if (!link_new(path, target, a) && !is_linked(path, target)) {
        unlink(temp);
        if (symlink(target, temp) == 0 && rename(temp, path) != 0)
            unlink(temp);
    }
    abort_point("browse-linked");
}

void browse_link_made(const char *project, const char *shelf, const struct step *step,
                      const struct artifact *made)
{
    struct arena *a = arena_new();
    const char *folder = path_join(a, project, arena_printf(a, ".c41/browse/%s", shelf));

    for (size_t i = 0; path_is_inside(step->id) && i < step->n_outputs; i++) {
        const char *name = name_of(step, made, i, a);

        link_one(path_join(a, folder, name), target_of(name, &made[i], a), a);
    }
    arena_free(a);
}

void browse_link(const struct walk *w, const struct work *work)
{
    browse_link_made(w->graph->project, w->graph->shelf, work->step, work->artifacts);
}

// Removes what is a link and not known (known NULL: what leads nowhere), then the folder if nothing
// is left in it. Returns whether the folder is gone.
static bool prune_folder(const struct map *known, const char *folder, const char *name,
                         struct arena *a)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    struct stat st;
    bool empty = true;

    while (dir && (entry = readdir(dir))) {
        const char *path = path_join(a, folder, entry->d_name);
        const char *whole =
            name[0] ? path_join(a, name, entry->d_name) : arena_strdup(a, entry->d_name);

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            empty &= prune_folder(known, path, whole, a);
        else
            empty &= S_ISLNK(st.st_mode) &&
                     !(known ? map_find(known, whole) != NULL : file_exists(path)) &&
                     unlink(path) == 0;
    }
    if (dir)
        closedir(dir);
    return empty && rmdir(folder) == 0;
}

// Removes the link called name where it is not known, and its folder if nothing is left in it.
static void prune_name(const struct walk *w, const struct map *known, const char *name,
                       struct arena *a)
{
    const char *path = path_join(a, folder_of(w, a), name);
    struct stat st;

    if (!map_find(known, name) && lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && unlink(path) == 0)
        rmdir(path_dir(a, path)); // only when it is empty
}

// The same for the links of a step, whatever their ending.
static void prune_step(const struct walk *w, const struct map *known, const char *id,
                       struct arena *a)
{
    const char *folder = path_dir(a, id);
    const char *start = arena_printf(a, "%s.", path_base(id));
    DIR *dir = opendir(path_join(a, folder_of(w, a), folder));
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, start, strlen(start)) == 0)
            prune_name(w, known, path_join(a, folder, entry->d_name), a);
    if (dir)
        closedir(dir);
}

// Where the graph is of some scenes alone, what lies elsewhere is none of its business. Names that
// were read from a file may lead anywhere.
static void prune_part(const struct walk *w, const struct map *known, const json_t *before,
                       struct arena *a)
{
    const json_t *name;
    size_t i;

    json_array_foreach(json_object_get(before, "scenes"), i, name) {
        const char *scene = json_string_value(name);

        if (path_is_inside(scene))
            prune_folder(known, path_join(a, folder_of(w, a), scene), scene, a);
    }
    json_array_foreach(json_object_get(before, "shared"), i, name)
        if (path_is_inside(json_string_value(name)))
            prune_step(w, known, json_string_value(name), a);
    json_array_foreach(json_object_get(before, "files"), i, name)
        if (path_is_inside(json_string_value(name)))
            prune_name(w, known, json_string_value(name), a);
}

void browse_prune(const struct walk *w, const struct built_from *from)
{
    json_t *before = elsewhere_before(from);
    struct arena *a = arena_new();
    struct map known = {0};

    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const struct work *work = &w->works[i];

        // A step that is not done keeps the link to what it gave last.
        for (size_t k = 0; k < work->step->n_outputs; k++)
            map_put(&known, name_of(work->step, work->artifacts, k, a), a);
    }
    if (before)
        prune_part(w, &known, before, a);
    else
        prune_folder(&known, folder_of(w, a), "", a);
    json_decref(before);
    map_release(&known);
    arena_free(a);
}

bool browse_is_new(const char *project, const char *shelf)
{
    struct arena *a = arena_new();
    bool there = file_exists(path_join(a, project, arena_printf(a, ".c41/browse/%s", shelf)));

    arena_free(a);
    return !there;
}

void browse_sweep(const char *project)
{
    struct arena *a = arena_new();

    prune_folder(NULL, path_join(a, project, ".c41/browse"), "", a);
    arena_free(a);
}
