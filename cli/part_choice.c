// SPDX-License-Identifier: MIT
#include "cli/part_choice.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/stamp.h"
#include "base/vec.h"
#include "cli/compiled.h"
#include "compiler/graph.h"
#include "compiler/parts.h"
#include "runtime/books.h"
#include "runtime/fingerprint.h"

// The parts while they are chosen: few of many, so they are listed beside the map.
struct choosing {
    struct part_choice *choice;
    const struct fingerprint *last;
    struct map chosen; // path -> sight
    VEC(const struct sight *) list;
    struct arena *arena;
    bool grown;
};

static void choose(struct choosing *c, const struct sight *s)
{
    json_t *entry, *name;
    size_t i;

    if (map_find(&c->chosen, s->path))
        return;
    map_put(&c->chosen, s->path, (void *)(uintptr_t)s);
    vec_push(&c->list, s);
    c->grown = true;
    entry = json_loads(s->part, 0, NULL);
    json_array_foreach(json_object_get(entry, "scenes"), i, name)
        map_put(&c->choice->scenes, arena_strdup(c->arena, json_string_value(name)), c);
    books_take(c->choice->books, s->path, entry);
    json_decref(entry);
}

// Whether one of the two speaks of the other: its path is a text in the other's entry.
static bool looks_at(const struct choosing *c, const struct sight *s, const struct sight *other)
{
    return strstr(s->part, arena_printf(c->arena, "\"%s\"", other->path)) != NULL;
}

static bool is_bound(const struct choosing *c, const struct sight *s)
{
    for (size_t i = 0; i < c->list.n; i++)
        if (looks_at(c, s, c->list.at[i]) || looks_at(c, c->list.at[i], s))
            return true;
    return false;
}

// Whoever is bound to a chosen part is chosen too, until nobody else is. Most parts are bound to
// none.
static void choose_bound(struct choosing *c)
{
    while (c->grown) {
        c->grown = false;
        for (size_t i = 0; i < c->last->n_sights; i++) {
            const struct sight *s = &c->last->sights[i];

            if (s->part && !map_find(&c->chosen, s->path) && is_bound(c, s))
                choose(c, s);
        }
    }
}

static void leave_out_others(struct choosing *c)
{
    for (size_t i = 0; i < c->last->n_sights; i++) {
        const struct sight *s = &c->last->sights[i];

        if (s->part && !map_find(&c->chosen, s->path))
            map_put(&c->choice->left_out, s->path, c);
    }
}

void part_choose(struct part_choice *choice, const struct fingerprint *last,
                 struct sight *const *moved, size_t n, struct arena *a)
{
    struct choosing c = {.choice = choice, .last = last, .arena = a};
    json_t *books = json_object_get(last->about, "books");

    *choice = (struct part_choice){0};
    for (size_t i = 0; i < n; i++)
        if (!moved[i]->part)
            return;
    if (!books || !n)
        return;
    choice->books = json_deep_copy(books);
    for (size_t i = 0; i < n; i++)
        choose(&c, moved[i]);
    choose_bound(&c);
    leave_out_others(&c);
    map_release(&c.chosen);
    vec_release(&c.list);
    if (choice->left_out.n)
        return;
    json_decref(choice->books); // all of them: the film is compiled whole
    choice->books = NULL;
}

void part_choice_release(struct part_choice *c)
{
    map_release(&c->left_out);
    map_release(&c->scenes);
    json_decref(c->books);
    *c = (struct part_choice){0};
}

// A name that is new among the chosen parts may be that of a scene elsewhere.
static bool is_taken(const struct part_choice *c, const struct fingerprint *last, const char *scene)
{
    json_t *name = map_find(&c->scenes, scene) ? NULL : json_string(scene);
    struct buf text = {0};
    bool taken = false;

    if (!name)
        return false;
    json_canonical(name, &text);
    for (size_t i = 0; i < last->n_sights && !taken; i++)
        taken = last->sights[i].part && map_find(&c->left_out, last->sights[i].path) &&
                strstr(last->sights[i].part, buf_text(&text));
    buf_release(&text);
    json_decref(name);
    return taken;
}

// A chosen file that says more than its scenes by now may change all of the film.
static bool are_parts_still(const struct part_choice *c, const struct fingerprint *last,
                            const struct compiled *film)
{
    struct map parts = {0};
    bool are = true;

    for (size_t i = 0; i < film->n_parts; i++)
        map_put(&parts, film->parts[i].path, &parts);
    for (size_t i = 0; i < last->n_sights && are; i++)
        are = !last->sights[i].part || map_find(&c->left_out, last->sights[i].path) ||
              map_find(&parts, last->sights[i].path);
    map_release(&parts);
    return are;
}

bool part_choice_fits(const struct part_choice *c, const struct fingerprint *last,
                      const struct compiled *film)
{
    if (!film->parts || film->graph->drafted != json_get_flag(last->about, "marked", false) ||
        !are_parts_still(c, last, film))
        return false;
    for (size_t i = 0; i < film->n_parts; i++)
        for (size_t k = 0; k < film->parts[i].n_scenes; k++)
            if (is_taken(c, last, film->parts[i].scenes[k]))
                return false;
    return true;
}
