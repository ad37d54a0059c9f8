// SPDX-License-Identifier: MIT
#include "compiler/parts.h"

#include "base/arena.h"
#include "compiler/film.h"
#include "compiler/node.h"
#include "compiler/rules.h"
#include "compiler/script.h"

static const char *path_of_source(const struct film *film, uint32_t source)
{
    for (size_t i = 0; i < film->n_parts; i++)
        if (film->parts[i].source == source)
            return film->parts[i].path;
    return NULL;
}

// Adds a scene to its part; false where it looks at one that stands in no part.
static bool add_scene(struct arena *a, const struct film *film, const struct script_scene *about,
                      struct part *part)
{
    const struct node *scenes = node_get(film->root, "scenes");
    const char **names = arena_array(a, const char *, part->n_scenes + 1);
    const char **given = arena_array(a, const char *, part->n_scenes + 1);
    const char **looks = arena_array(a, const char *, part->n_looks_at + about->looks_at.n + 1);

    for (size_t k = 0; k < part->n_scenes; k++) {
        names[k] = part->scenes[k];
        given[k] = part->given[k];
    }
    given[part->n_scenes] = about->given;
    names[part->n_scenes++] = about->name;
    for (size_t k = 0; k < part->n_looks_at; k++)
        looks[k] = part->looks_at[k];
    for (size_t k = 0; k < about->looks_at.n; k++) {
        uint32_t source = scenes->items[about->looks_at.at[k]]->span.source;

        if (source == part->source)
            continue;
        looks[part->n_looks_at] = path_of_source(film, source);
        if (!looks[part->n_looks_at++])
            return false; // scenes of the film itself: they may change with it alone
    }
    part->scenes = names;
    part->given = given;
    part->looks_at = looks;
    return true;
}

// Whether parts stand behind scenes number i and on, which are of a file that is none: the order of
// the film is not that of its parts then.
static bool are_mixed(const struct film *film, const struct node *scenes, size_t i)
{
    for (; i < scenes->n; i++)
        if (path_of_source(film, scenes->items[i]->span.source))
            return true;
    return false;
}

const struct part *parts_of(struct arena *a, const struct film *film, const struct rules *rules,
                            size_t *n)
{
    const struct node *scenes = node_get(film->root, "scenes");
    const struct script_scene *about = rules_scenes(rules);
    struct part *parts = arena_array(a, struct part, film->n_parts + 1), *part = parts;

    if (!scenes || !about || !rules_by_scene(rules))
        return NULL;
    for (size_t i = 0; i < film->n_parts; i++)
        parts[i] = (struct part){.path = film->parts[i].path, .source = film->parts[i].source};
    for (size_t i = 0; i < scenes->n; i++) {
        uint32_t source = scenes->items[i]->span.source;

        if (film_kept(scenes->items[i]))
            continue;
        while (part < parts + film->n_parts && part->source != source)
            part++;
        if (part == parts + film->n_parts && are_mixed(film, scenes, i))
            return NULL;
        if (part == parts + film->n_parts)
            break; // the film's own scenes stand behind those of all parts
        if (!add_scene(a, film, &about[i], part))
            return NULL;
    }
    *n = film->n_parts;
    return parts;
}
