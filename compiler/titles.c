// SPDX-License-Identifier: MIT
#include "compiler/titles.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/film.h"
#include "compiler/node.h"
#include "compiler/slug.h"
#include "compiler/source.h"

enum { HEAD_BYTES = 64 << 10 }; // title and version stand near the top

static const char *slug_of(struct arena *a, struct str text)
{
    struct buf out = {0};
    const char *slug;

    slug_add(&out, text);
    slug = arena_strndup(a, out.ptr ? out.ptr : "", out.len);
    buf_release(&out);
    return slug;
}

// The text of a line "title: …" without its quotes or remark.
static struct str title_in(struct str line)
{
    struct str value = line;
    const char *remark;

    str_cut(&value, ':');
    value = str_trim(value);
    if (value.len > 1 && (value.ptr[0] == '"' || value.ptr[0] == '\'')) {
        const char *end = memchr(value.ptr + 1, value.ptr[0], value.len - 1);

        return (struct str){value.ptr + 1, end ? (size_t)(end - value.ptr - 1) : value.len - 1};
    }
    for (remark = value.ptr; remark + 1 < value.ptr + value.len; remark++)
        if (remark[0] == ' ' && remark[1] == '#')
            return (struct str){value.ptr, (size_t)(remark - value.ptr)};
    return value;
}

// Whether a text is a film of this title, by its lines that are indented by nothing.
static bool is_film_called(struct str text, const char *slug, struct arena *a)
{
    bool film = false, called = false;

    while (text.len) {
        struct str line = str_cut(&text, '\n');

        film |= str_starts(line, "c41:");
        if (str_starts(line, "title:"))
            called = strcmp(slug_of(a, title_in(line)), slug) == 0;
    }
    return film && called;
}

static bool may_be_film(const char *name)
{
    struct str s = str_of(name);

    return name[0] != '.' && str_ends(s, ".yaml") && !str_ends(s, ".picks.yaml") &&
           !str_is(s, "project.yaml") && !str_is(s, "studio.yaml");
}

static bool is_file_called(const char *path, const char *slug, struct arena *a)
{
    char *head = mem_new(HEAD_BYTES);
    FILE *file = fopen(path, "re");
    size_t n = file ? fread(head, 1, HEAD_BYTES, file) : 0;
    bool called = is_film_called((struct str){head, n}, slug, a);

    if (file)
        fclose(file);
    mem_free(head);
    return called;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void check_folder(const struct film_path *at, const char *dir, const char *slug,
                         const struct node *title, struct sources *sources, struct arena *a,
                         struct diag *d)
{
    VEC(const char *) names = {0};
    const char *folder = path_join(a, at->project, dir);
    DIR *stream = opendir(folder);

    source_note_aside(sources, dir, false);

    for (struct dirent *e; stream && (e = readdir(stream));)
        if (may_be_film(e->d_name) && strcmp(path_join(a, dir, e->d_name), at->path) != 0)
            vec_push(&names, arena_strdup(a, e->d_name));
    if (stream)
        closedir(stream);
    if (names.n)
        qsort(names.at, names.n, sizeof(*names.at), by_name);
    for (size_t i = 0; i < names.n; i++) {
        source_note_aside(sources, path_join(a, dir, names.at[i]), false);
        if (is_file_called(path_join(a, folder, names.at[i]), slug, a))
            diag_say(d, SEVERITY_ERROR, title->span,
                     "files are named by titles: give one of the two another",
                     "\"%s\" is the title of %s too", node_text(title),
                     path_join(a, dir, names.at[i]));
    }
    vec_release(&names);
}

void titles_check(const struct film_path *at, const struct node *root, struct sources *sources,
                  struct arena *a, struct diag *d)
{
    const struct node *title = node_get(root, "title");
    const char *own = path_dir(a, at->path), *slug;

    if (!title || title->type != NODE_TEXT)
        return;
    slug = slug_of(a, title->text);
    check_folder(at, own, slug, title, sources, a, d);
    if (strcmp(own, ".") != 0)
        check_folder(at, ".", slug, title, sources, a, d);
}
