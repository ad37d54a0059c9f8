// SPDX-License-Identifier: MIT
#include "runtime/elsewhere.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "compiler/graph.h"
#include "runtime/books.h"
#include "runtime/built.h"
#include "runtime/events.h"
#include "runtime/fingerprint.h"

bool elsewhere_is(const struct built_from *from)
{
    return from && from->last;
}

size_t elsewhere_steps(const struct built_from *from, const struct graph *g)
{
    return elsewhere_is(from) ? books_steps(from->books, g) : 0;
}

double elsewhere_seconds(const struct built_from *from, const struct graph *g)
{
    return elsewhere_is(from) ? books_seconds(from->books, g) : 0;
}

const json_t *elsewhere_drafts(const struct built_from *from)
{
    return elsewhere_is(from) ? json_object_get(from->books, "drafts") : NULL;
}

// A deliverable while they are put in order.
struct place_of {
    struct delivered delivered;
    size_t part; // its position among the parts; behind them all for scenes of the film itself
    size_t order;
};

// Which part each scene stands in: scene -> built_part.
static void map_scenes(const struct built_from *from, struct map *part_of, struct arena *a)
{
    struct map by_path = {0};

    for (size_t i = 0; i < from->n_parts; i++) {
        const struct built_part *part = &from->parts[i];

        map_put(&by_path, part->path, (void *)(uintptr_t)part);
        for (size_t k = 0; k < part->n_scenes; k++)
            map_put(part_of, part->scenes[k], (void *)(uintptr_t)part);
    }
    for (size_t i = 0; i < from->last->n_sights; i++) {
        const struct sight *s = &from->last->sights[i];
        const struct built_part *part = s->part ? map_find(&by_path, s->path) : NULL;
        json_t *entry = part && part->left_out ? json_loads(s->part, 0, NULL) : NULL, *scene;
        size_t k;

        json_array_foreach(json_object_get(entry, "scenes"), k, scene)
            map_put(part_of, arena_strdup(a, json_string_value(scene)), (void *)(uintptr_t)part);
        json_decref(entry);
    }
    map_release(&by_path);
}

static struct place_of place(const struct built_from *from, const struct map *part_of,
                             const struct delivered *d, size_t order)
{
    const struct built_part *part = d->scene ? map_find(part_of, d->scene) : NULL;

    return (struct place_of){*d, part ? (size_t)(part - from->parts) : from->n_parts, order};
}

static bool is_left_out(const struct built_from *from, const struct place_of *p)
{
    return p->part < from->n_parts && from->parts[p->part].left_out;
}

static int by_film(const void *left, const void *right)
{
    const struct place_of *a = left, *b = right;

    if (a->delivered.rank != b->delivered.rank)
        return a->delivered.rank < b->delivered.rank ? -1 : 1;
    if (a->part != b->part)
        return a->part < b->part ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

const struct delivered *elsewhere_delivered(const struct built_from *from,
                                            const struct delivered *list, size_t n, struct arena *a,
                                            json_t **kept, size_t *all_n)
{
    struct map part_of = {0};
    struct place_of *places;
    struct delivered *all;
    const json_t *d;
    size_t i, m = 0;

    *kept = NULL;
    *all_n = n;
    if (!elsewhere_is(from))
        return list;
    *kept = fingerprint_deliverables(from->last);
    places = arena_array(a, struct place_of, n + json_array_size(*kept) + 1);
    map_scenes(from, &part_of, a);
    for (i = 0; i < n; i++)
        places[m++] = place(from, &part_of, &list[i], i);
    json_array_foreach(*kept, i, d) {
        struct delivered was = delivered_read(d);

        places[m] = place(from, &part_of, &was, i);
        m += is_left_out(from, &places[m]);
    }
    qsort(places, m, sizeof(*places), by_film);
    all = arena_array(a, struct delivered, m + 1);
    for (i = 0; i < m; i++)
        all[i] = places[i].delivered;
    *all_n = m;
    map_release(&part_of);
    return all;
}

static void add_before(const struct built_from *from, const char *part, json_t *before,
                       struct map *scenes)
{
    json_t *entry = json_loads(part, 0, NULL), *name, *seconds;
    const json_t *left = json_object_get(from->books, "shared");
    const char *id;
    size_t i;

    json_array_foreach(json_object_get(entry, "scenes"), i, name) {
        json_array_append(json_object_get(before, "scenes"), name);
        map_put(scenes, json_string_value(name), before);
    }
    json_object_foreach(json_object_get(entry, "shared"), id, seconds)
        if (!json_object_get(left, id))
            json_array_append_new(json_object_get(before, "shared"), json_string(id));
    json_decref(entry);
}

static void add_files(const struct built_from *from, json_t *before, const struct map *scenes)
{
    json_t *files = json_object_get(before, "files");
    json_t *kept = fingerprint_deliverables(from->last), *d;
    size_t i;

    json_array_foreach(kept, i, d) {
        struct delivered was = delivered_read(d);

        if (!was.scene || map_find(scenes, was.scene))
            json_array_append_new(files, json_sprintf("film/%s.%s", was.name, path_ext(was.path)));
    }
    json_decref(kept);
}

json_t *elsewhere_before(const struct built_from *from)
{
    struct map scenes = {0}, left_out = {0};
    json_t *before;

    if (!elsewhere_is(from))
        return NULL;
    before = json_pack("{s:[], s:[], s:[]}", "scenes", "shared", "files");
    for (size_t i = 0; i < from->n_parts; i++)
        if (from->parts[i].left_out)
            map_put(&left_out, from->parts[i].path, before);
    for (size_t i = 0; i < from->last->n_sights; i++) {
        const struct sight *s = &from->last->sights[i];

        if (s->part && !map_find(&left_out, s->path))
            add_before(from, s->part, before, &scenes);
    }
    add_files(from, before, &scenes);
    map_release(&scenes);
    map_release(&left_out);
    return before;
}
