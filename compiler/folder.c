// SPDX-License-Identifier: MIT
#include "compiler/folder.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/vec.h"

// Deeper than people nest folders; ends a circle of links.
enum { MOST_DEPTH = 12 };

struct walk {
    struct arena *arena;
    const char *dir;
    enum folder_links links;
    VEC(const char *) found, folders;
};

static void visit(struct walk *w, const char *path, unsigned depth);

static void visit_folder(struct walk *w, const char *path, unsigned depth)
{
    DIR *dir = opendir(path_join(w->arena, w->dir, path));
    struct dirent *entry;

    if (!dir)
        return;
    vec_push(&w->folders, path);
    while ((entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            visit(w, path_join(w->arena, path, entry->d_name), depth + 1);
    closedir(dir);
}

static void visit(struct walk *w, const char *path, unsigned depth)
{
    const char *whole = path_join(w->arena, w->dir, path);
    struct stat st;

    if ((w->links == FOLDER_LINKS ? stat(whole, &st) : lstat(whole, &st)) != 0)
        return;
    if (S_ISREG(st.st_mode))
        vec_push(&w->found, path);
    else if (S_ISDIR(st.st_mode) && depth < MOST_DEPTH)
        visit_folder(w, path, depth);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// The list in an arena, sorted.
static const char *const *keep(struct arena *a, const char **found, size_t n)
{
    const char **list = arena_array(a, const char *, n + 1);

    for (size_t i = 0; i < n; i++)
        list[i] = found[i];
    if (n)
        qsort(list, n, sizeof(*list), by_bytes);
    return list;
}

struct folder_tree folder_walk(struct arena *a, const char *dir, const char *sub,
                               enum folder_links links)
{
    struct walk w = {.arena = a, .dir = dir, .links = links};
    struct folder_tree tree;

    visit(&w, arena_strdup(a, sub), 0);
    tree = (struct folder_tree){
        .files = keep(a, w.found.at, w.found.n),
        .n_files = w.found.n,
        .folders = keep(a, w.folders.at, w.folders.n),
        .n_folders = w.folders.n,
    };
    vec_release(&w.found);
    vec_release(&w.folders);
    return tree;
}

const char *const *folder_files(struct arena *a, const char *dir, const char *sub,
                                enum folder_links links, size_t *n)
{
    struct folder_tree tree = folder_walk(a, dir, sub, links);

    *n = tree.n_files;
    return tree.files;
}
