// SPDX-License-Identifier: MIT
#include "cli/part_choice.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/stamp.h"
#include "base/vec.h"
#include "cli/compiled.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/parts.h"
#include "runtime/books.h"
#include "runtime/fingerprint.h"

// The parts while they are chosen.
struct choosing {
    struct part_choice *choice;
    const struct fingerprint *last;
    const char **quoted; // the path of each sight that is a part, as entries have it
    struct map chosen;   // path -> sight
    VEC(size_t) parts;   // those chosen, by their sights, in the order of their choice
    struct arena *arena;
};

static const char *quote(struct arena *a, const char *text)
{
    json_t *value = json_string(text);
    struct buf out = {0};
    const char *quoted;

    json_canonical(value, &out);
    quoted = arena_strdup(a, buf_text(&out));
    buf_release(&out);
    json_decref(value);
    return quoted;
}

static void choose(struct choosing *c, const struct sight *s)
{
    json_t *entry, *name;
    size_t i;

    if (map_find(&c->chosen, s->path))
        return;
    map_put(&c->chosen, s->path, (void *)(uintptr_t)s);
    vec_push(&c->parts, (size_t)(s - c->last->sights));
    entry = json_loads(s->part, 0, NULL);
    json_array_foreach(json_object_get(entry, "scenes"), i, name)
        map_put(&c->choice->scenes, arena_strdup(c->arena, json_string_value(name)), c);
    books_take(c->choice->books, s->path, entry);
    json_decref(entry);
}

// Whether one of two parts speaks of the other: its path is a text in the other's entry.
static bool are_bound(const struct choosing *c, size_t one, size_t other)
{
    const struct sight *sights = c->last->sights;

    return strstr(sights[one].part, c->quoted[other]) || strstr(sights[other].part, c->quoted[one]);
}

// Whoever is bound to a chosen part is chosen too, until nobody else is. Most parts are bound to
// none.
static void choose_bound(struct choosing *c)
{
    c->quoted = arena_array(c->arena, const char *, c->last->n_sights + 1);
    for (size_t i = 0; i < c->last->n_sights; i++)
        if (c->last->sights[i].part)
            c->quoted[i] = quote(c->arena, c->last->sights[i].path);
    for (size_t nth = 0; nth < c->parts.n; nth++)
        for (size_t i = 0; i < c->last->n_sights; i++)
            if (c->last->sights[i].part && are_bound(c, i, c->parts.at[nth]))
                choose(c, &c->last->sights[i]);
}

static struct film_left_out *leave_out(const struct part_choice *choice, const char *path,
                                       struct arena *a)
{
    struct film_left_out *out = arena_make(a, struct film_left_out);
    size_t n;
    const struct gift *scenes = gifts_part(&choice->gifts, path, &n);
    const char **names = arena_array(a, const char *, n + 1);
    const char **given = arena_array(a, const char *, n + 1);

    for (size_t i = 0; i < n; i++) {
        names[i] = scenes[i].name;
        given[i] = scenes[i].text;
    }
    *out = (struct film_left_out){names, given, n};
    return out;
}

static void leave_out_others(struct choosing *c)
{
    for (size_t i = 0; i < c->last->n_sights; i++) {
        const struct sight *s = &c->last->sights[i];

        if (s->part && !map_find(&c->chosen, s->path))
            map_put(&c->choice->left_out, s->path, leave_out(c->choice, s->path, c->arena));
    }
}

static bool read_gifts(struct part_choice *choice, const struct fingerprint *last, struct arena *a)
{
    const char *digest = json_get_text(choice->books, "gifts", "");

    choice->has_gifts = digest[0];
    return !digest[0] || gifts_read(&choice->gifts, last->path, digest, a);
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
    if (read_gifts(choice, last, a))
        leave_out_others(&c);
    map_release(&c.chosen);
    vec_release(&c.parts);
    if (choice->left_out.n)
        return;
    json_decref(choice->books); // all of them, or too little is known: the film is compiled whole
    choice->books = NULL;
}

void part_choice_release(struct part_choice *c)
{
    map_release(&c->left_out);
    gifts_release(&c->gifts);
    map_release(&c->scenes);
    json_decref(c->books);
    *c = (struct part_choice){0};
}

// A name that is new among the chosen parts may be that of a scene elsewhere.
static bool is_taken(const struct part_choice *c, const struct fingerprint *last, const char *scene)
{
    const char *quoted;
    struct arena *scratch;
    bool taken = false;

    if (map_find(&c->scenes, scene))
        return false;
    scratch = arena_new();
    quoted = quote(scratch, scene);
    for (size_t i = 0; i < last->n_sights && !taken; i++)
        taken = last->sights[i].part && map_find(&c->left_out, last->sights[i].path) &&
                strstr(last->sights[i].part, quoted);
    arena_free(scratch);
    return taken;
}

// A shot's file is named by scene and shot, so one of a chosen part (a, b-c) may take the name of
// one elsewhere (a-b, c). Files of the whole film and of the film's own scenes are always made.
static bool is_file_taken(const struct part_choice *c, const struct fingerprint *last,
                          const struct graph *g)
{
    json_t *list = fingerprint_deliverables(last), *d;
    struct map names = {0};
    bool taken = false;
    size_t i;

    for (i = 0; i < g->n_deliverables; i++)
        map_put(&names, g->deliverables[i].name, g->deliverables[i].step);
    json_array_foreach(list, i, d) {
        const char *scene = json_get_text(d, "scene", "");
        const struct step *step = map_find(&names, json_get_text(d, "name", ""));

        taken = taken || (step && !map_find(&c->scenes, scene) &&
                          strcmp(step->scene ? step->scene : "", scene) != 0);
    }
    map_release(&names);
    json_decref(list);
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

// Puts the scenes of what is left out, as entries have them, into scenes.
static void map_left_out(const struct part_choice *c, const struct fingerprint *last,
                         struct map *scenes, struct arena *a)
{
    for (size_t i = 0; i < last->n_sights; i++) {
        const struct sight *s = &last->sights[i];
        json_t *entry =
            s->part && map_find(&c->left_out, s->path) ? json_loads(s->part, 0, NULL) : NULL;
        json_t *name;
        size_t k;

        json_array_foreach(json_object_get(entry, "scenes"), k, name)
            map_put(scenes, arena_strdup(a, json_string_value(name)), scenes);
        json_decref(entry);
    }
}

// What is said of everything but the parts is said once each, by whichever scene. While it is what
// the last build said, what is left out has nothing to add.
static bool says_the_same(const struct fingerprint *last, const struct compiled *film)
{
    return strcmp(json_get_text(last->about, "said", ""), film->said) == 0;
}

// A pick that is not found must be of what is left out: the last build would have told of one that
// is of no step there.
static bool are_picks_elsewhere(const struct part_choice *c, const struct fingerprint *last,
                                const struct compiled *film)
{
    struct arena *scratch = arena_new();
    struct map scenes = {0};
    const char *const *picks = film->graph->open_picks;
    size_t n = film->graph->n_open_picks;
    bool are = true;

    if (n)
        map_left_out(c, last, &scenes, scratch);
    for (size_t i = 0; i < n && are; i++)
        are = map_find(&scenes, arena_strndup(scratch, picks[i], strcspn(picks[i], "/"))) != NULL;
    map_release(&scenes);
    arena_free(scratch);
    return are;
}

bool part_choice_fits(const struct part_choice *c, const struct fingerprint *last,
                      const struct compiled *film)
{
    if (!film->parts || film->graph->drafted != json_get_flag(last->about, "marked", false) ||
        !says_the_same(last, film) || !are_parts_still(c, last, film) ||
        !are_picks_elsewhere(c, last, film))
        return false;
    for (size_t i = 0; i < film->n_parts; i++)
        for (size_t k = 0; k < film->parts[i].n_scenes; k++)
            if (is_taken(c, last, film->parts[i].scenes[k]))
                return false;
    return !is_file_taken(c, last, film->graph);
}
