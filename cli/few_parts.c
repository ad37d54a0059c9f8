// SPDX-License-Identifier: MIT
#include "cli/few_parts.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "cli/compiled.h"
#include "cli/seen.h"
#include "runtime/selection.h"

// The sights that have to be compiled, while they are gathered.
struct gathering {
    struct seen *seen;
    VEC(struct sight *) parts;
    bool sure; // nothing else has moved
};

// What builds make decides no film.
static bool is_made(const struct fingerprint *last, const char *path)
{
    json_t *list, *d;
    bool made = strncmp(path, ".c41/", 5) == 0;
    size_t i;

    if (made)
        return true;
    list = fingerprint_deliverables(last);
    json_array_foreach(list, i, d)
        made = made || strcmp(json_get_text(d, "path", ""), path) == 0;
    json_decref(list);
    return made;
}

static void take_moved(void *user, struct sight *sight)
{
    struct gathering *g = user;

    if (!g->sure)
        return;
    if (sight->part)
        vec_push(&g->parts, sight);
    else
        g->sure = is_made(&g->seen->last, sight->path);
}

static bool holds(const struct sight *s, const char *scene)
{
    json_t *entry, *name;
    bool found = false;
    size_t i;

    if (!s->part || !strstr(s->part, scene))
        return false;
    entry = json_loads(s->part, 0, NULL);
    json_array_foreach(json_object_get(entry, "scenes"), i, name)
        found = found || strcmp(json_string_value(name), scene) == 0;
    json_decref(entry);
    return found;
}

// Whether steps of no scene have ids that begin like those of a scene.
static bool is_shared(const struct seen *seen, const char *scene)
{
    json_t *shared = json_object_get(json_object_get(seen->last.about, "books"), "shared"), *about;
    size_t len = strlen(scene);
    const char *id;

    if (strcmp(scene, "film") == 0)
        return true;
    json_object_foreach(shared, id, about)
        if (strncmp(id, scene, len) == 0 && id[len] == '/')
            return true;
    return false;
}

// Adds the part that holds the scene; false where none does.
static bool add_scene(struct gathering *g, const char *scene)
{
    struct fingerprint *last = &g->seen->last;

    for (size_t i = 0; i < last->n_sights; i++)
        if (holds(&last->sights[i], scene)) {
            vec_push(&g->parts, &last->sights[i]);
            return !is_shared(g->seen, scene);
        }
    return false;
}

// Adds the scenes that a selection means; false where it may mean any.
static bool add_scenes(struct gathering *g, const struct selection *s, struct arena *a)
{
    if (s->scene)
        return add_scene(g, s->scene);
    for (size_t i = 0; i < s->n_globs; i++) {
        size_t len = strcspn(s->globs[i], "/*?[\\");

        if (s->globs[i][len] != '/' || !add_scene(g, arena_strndup(a, s->globs[i], len)))
            return false;
    }
    return s->n_globs > 0;
}

// Warnings of what is left out would have to be told among the others.
static bool is_silent(const struct part_choice *choice)
{
    return json_object_size(json_object_get(choice->books, "said")) == 0;
}

static bool open_chosen(struct compiled *film, const struct cli *cli, const struct args *args,
                        const char *path, const struct seen *seen, const struct selection *s)
{
    struct err err;

    if (!compiled_open_part(film, cli, args, path, &seen->choice) ||
        !part_choice_fits(&seen->choice, &seen->last, film) ||
        !selection_check(s, film->graph, &err))
        return false;
    compiled_tell(film, cli);
    return true;
}

static bool choose(struct seen *seen, const struct cli *cli, const struct selection *s)
{
    struct gathering g = {.seen = seen, .sure = true};
    bool ok = add_scenes(&g, s, cli->arena);

    if (ok)
        fingerprint_compare(&seen->last, NULL, take_moved, &g);
    if (ok && g.sure)
        part_choose(&seen->choice, &seen->last, g.parts.at, g.parts.n, cli->arena);
    vec_release(&g.parts);
    return seen->choice.books && is_silent(&seen->choice);
}

// Of the last build, wherever it printed its warnings: with colours or without.
static bool read_last(struct seen *seen, const struct cli *cli, const struct args *args,
                      const char *path)
{
    struct cli other = *cli;

    if (seen_read(seen, cli, args, path))
        return true;
    seen_release(seen);
    other.colour = !cli->colour;
    return seen_read(seen, &other, args, path);
}

bool few_parts_open(struct compiled *film, const struct cli *cli, const struct args *args,
                    const char *path, const struct selection *s)
{
    struct seen seen;
    bool ok;

    *film = (struct compiled){0};
    if (!s || (!s->scene && !s->n_globs))
        return false;
    ok = read_last(&seen, cli, args, path) && choose(&seen, cli, s) &&
         open_chosen(film, cli, args, path, &seen, s);
    seen_release(&seen);
    if (!ok)
        compiled_close(film);
    return ok;
}
