// SPDX-License-Identifier: MIT
#include "runtime/gifts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/graph.h"
#include "runtime/books.h"
#include "runtime/built.h"
#include "runtime/walk.h"

enum { MOST_BYTES = 1 << 30 };

// The first line; another one is of another c41.
static const char first_line[] = "c41 gifts 1";

static const char *path_beside(struct arena *a, const char *fingerprint)
{
    return arena_printf(a, "%s.gifts", fingerprint);
}

// The next line without its end, or NULL.
static char *next_line(char **rest)
{
    char *line = *rest, *end = strchr(line, '\n');

    if (!end)
        return NULL;
    *end = 0;
    *rest = end + 1;
    return line;
}

// Cuts the line at its first tab; NULL where it has none.
static char *cut(char *line)
{
    char *tab = line ? strchr(line, '\t') : NULL;

    if (!tab)
        return NULL;
    *tab = 0;
    return tab + 1;
}

// Lines: the first; how many scenes, and each with its part, name and text; how many steps, and
// each with its key; the end.
static bool read_lines(struct gifts *g, char *rest, struct arena *a)
{
    char *line = next_line(&rest);
    size_t n;

    if (!line || strcmp(line, first_line) != 0)
        return false;
    line = next_line(&rest);
    n = line ? (size_t)strtoull(line, NULL, 10) : 0;
    if (n > strlen(rest))
        return false;
    g->scenes = arena_array(a, struct gift, n + 1);
    while (g->n_scenes < n) {
        struct gift *s = &g->scenes[g->n_scenes++];

        s->part = line = next_line(&rest);
        s->name = line = cut(line);
        s->text = cut(line);
        if (!s->text)
            return false;
        map_add(&g->parts, s->part, s);
    }
    line = next_line(&rest);
    n = line ? (size_t)strtoull(line, NULL, 10) : 0;
    for (size_t i = 0; i < n; i++) {
        char *key;

        line = next_line(&rest);
        key = cut(line);
        if (!key)
            return false;
        map_put(&g->keys, line, key);
    }
    return strcmp(rest, "end\n") == 0;
}

bool gifts_read(struct gifts *g, const char *path, const char *digest, struct arena *a)
{
    struct buf text = {0};
    struct err err;
    char hex[DIGEST_HEX_BYTES];
    bool ok;

    *g = (struct gifts){0};
    ok = file_read(path_beside(a, path), &text, MOST_BYTES, &err);
    if (ok) {
        struct digest d = digest_of(text.ptr, text.len);

        ok = strcmp(digest_hex(&d, hex), digest) == 0 &&
             read_lines(g, arena_strndup(a, text.ptr, text.len), a);
    }
    buf_release(&text);
    return ok;
}

void gifts_release(struct gifts *g)
{
    map_release(&g->parts);
    map_release(&g->keys);
    *g = (struct gifts){0};
}

static void put_scene(struct buf *out, const char *part, const char *name, const char *text)
{
    buf_printf(out, "%s\t%s\t", part, name);
    buf_puts(out, text);
    buf_char(out, '\n');
}

const struct gift *gifts_part(const struct gifts *g, const char *part, size_t *n)
{
    const struct gift *first = map_find(&g->parts, part), *s = first;

    while (s && s < g->scenes + g->n_scenes && strcmp(s->part, part) == 0)
        s++;
    *n = (size_t)(s - first);
    return first;
}

static size_t put_left_out(struct buf *out, const struct gifts *last, const char *part)
{
    size_t n;
    const struct gift *scenes = gifts_part(last, part, &n);

    for (size_t i = 0; i < n; i++)
        put_scene(out, part, scenes[i].name, scenes[i].text);
    return n;
}

static size_t put_scenes(struct buf *out, const struct built_from *from)
{
    size_t n = 0;

    for (size_t i = 0; i < from->n_parts; i++) {
        const struct built_part *part = &from->parts[i];

        if (part->left_out && from->gifts)
            n += put_left_out(out, from->gifts, part->path);
        for (size_t k = 0; k < part->n_scenes; k++) {
            if (!part->given[k])
                continue;
            put_scene(out, part->path, part->scenes[k], part->given[k]);
            n++;
        }
    }
    return n;
}

// The key of a step that a file of the film is made of; NULL where none tells what that is.
static const char *key_at(const struct built_from *from, const struct walk *w, const struct edge *e)
{
    const char *key = e->from       ? w->works[e->from->index].key
                      : from->gifts ? map_find(&from->gifts->keys, e->step)
                                    : NULL;

    return key && key[0] ? key : NULL;
}

static bool put_keys_of(struct buf *out, const struct built_from *from, const struct walk *w,
                        const struct step *film, struct map *seen, struct err *err)
{
    for (size_t i = 0; i < film->n_inputs; i++) {
        const struct edge *e = &film->inputs[i];
        const char *key;

        if (!e->step || map_put(seen, e->step, seen))
            continue;
        key = key_at(from, w, e);
        if (!key)
            return err_set(err, ERR_FINAL, "step %s has no key", e->step);
        buf_printf(out, "%s\t%s\n", e->step, key);
    }
    return true;
}

static bool put_keys(struct buf *out, const struct built_from *from, const struct walk *w,
                     struct err *err)
{
    struct map seen = {0};
    struct buf lines = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < w->graph->n_deliverables; i++)
        if (!w->graph->deliverables[i].step->scene)
            ok = put_keys_of(&lines, from, w, w->graph->deliverables[i].step, &seen, err);
    buf_printf(out, "%zu\n", seen.n);
    buf_add(out, lines.ptr, lines.len);
    buf_release(&lines);
    map_release(&seen);
    return ok;
}

bool gifts_leave(const struct built_from *from, const struct walk *w, char digest[DIGEST_HEX_BYTES],
                 struct err *err)
{
    struct buf scenes = {0}, text = {0};
    size_t n = put_scenes(&scenes, from);
    struct digest d;
    bool ok = true;

    digest[0] = 0;
    if (n) {
        buf_printf(&text, "%s\n%zu\n", first_line, n);
        buf_add(&text, scenes.ptr, scenes.len);
        ok = put_keys(&text, from, w, err);
        buf_puts(&text, "end\n");
        d = digest_of(text.ptr, text.len);
        digest_hex(&d, digest);
        ok = ok && file_make_dirs(path_dir(w->arena, from->path), err) &&
             file_write(path_beside(w->arena, from->path), text.ptr, text.len, err);
    }
    buf_release(&scenes);
    buf_release(&text);
    return ok;
}
