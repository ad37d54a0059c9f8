// SPDX-License-Identifier: MIT
#include "compiler/merge.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "compiler/node.h"

// How film keys join: how many levels of mappings, and whether two definitions are an error.
struct how {
    const char *key;
    const char *noun; // for the error
    unsigned levels;  // in a project
};

static const struct how hows[] = {
    {"cast", "character", 2},
    {"locations", "location", 2},
    {"loras", "LoRA", 1},
};

static const struct how *find_how(const char *key)
{
    for (size_t i = 0; i < sizeof(hows) / sizeof(*hows); i++)
        if (strcmp(hows[i].key, key) == 0)
            return &hows[i];
    return NULL;
}

static void join(struct node *into, const struct node *from, unsigned levels, struct arena *a)
{
    if (into->type != NODE_MAP || from->type != NODE_MAP)
        return;
    for (size_t i = 0; i < from->n; i++) {
        struct node *mine = node_get(into, node_text(from->keys[i]));

        if (!mine)
            node_put(a, into, node_text(from->keys[i]), from->items[i]);
        else if (levels > 1)
            join(mine, from->items[i], levels - 1, a);
    }
}

static void say_twice(const struct how *how, const struct node *into, const struct node *from,
                      struct diag *d)
{
    for (size_t i = 0; i < into->n; i++) {
        const char *name = node_text(into->keys[i]);

        for (size_t k = 0; k < from->n; k++) {
            if (strcmp(name, node_text(from->keys[k])) != 0)
                continue;
            diag_say(d, SEVERITY_ERROR, into->keys[i]->span, NULL, "the %s \"%s\" is defined twice",
                     how->noun, name);
            diag_note(d, from->keys[k]->span, "here it is defined too");
        }
    }
}

static void join_scenes(struct node *into, struct node *from, struct arena *a)
{
    struct node *both = node_make_list(a, into->span, from->n + into->n);

    for (size_t i = 0; i < from->n; i++)
        both->items[i] = from->items[i];
    for (size_t i = 0; i < into->n; i++)
        both->items[from->n + i] = into->items[i];
    into->items = both->items;
    into->n = both->n;
}

void merge_include(struct node *into, struct node *from, struct arena *a, struct diag *d)
{
    for (size_t i = 0; i < from->n; i++) {
        const char *key = node_text(from->keys[i]);
        const struct how *how = find_how(key);
        struct node *mine = node_get(into, key), *theirs = from->items[i];

        if (!mine) {
            node_put(a, into, key, theirs);
        } else if (strcmp(key, "scenes") == 0 && mine->type == NODE_LIST &&
                   theirs->type == NODE_LIST) {
            join_scenes(mine, theirs, a);
        } else {
            if (how && mine->type == NODE_MAP && theirs->type == NODE_MAP)
                say_twice(how, mine, theirs, d);
            join(mine, theirs, 1, a);
        }
    }
}

void merge_project(struct node *into, const struct node *from, struct arena *a)
{
    for (size_t i = 0; i < from->n; i++) {
        const char *key = node_text(from->keys[i]);
        const struct how *how = find_how(key);
        struct node *mine = node_get(into, key);

        if (!mine)
            node_put(a, into, key, from->items[i]);
        else
            join(mine, from->items[i], how ? how->levels : 1, a);
    }
}

static bool names_itself(const char *key)
{
    return strcmp(key, "shot") == 0 || strcmp(key, "was") == 0;
}

// Cards and footage have their picture.
static bool has_picture(const struct node *shot)
{
    return node_get(shot, "card") || node_get(shot, "file");
}

static bool makes_picture(const char *key)
{
    return strcmp(key, "image") == 0 || strcmp(key, "video") == 0 || strcmp(key, "lipsync") == 0;
}

void merge_all_keys(struct node *scenes, struct arena *a)
{
    for (size_t i = 0; scenes->type == NODE_LIST && i < scenes->n; i++) {
        const struct node *all = node_get(scenes->items[i], "all"),
                          *shots = node_get(scenes->items[i], "shots");

        if (!all || !shots || all->type != NODE_MAP || shots->type != NODE_LIST)
            continue;
        for (size_t k = 0; k < shots->n * all->n; k++) {
            struct node *shot = shots->items[k / all->n];
            const char *key = node_text(all->keys[k % all->n]);

            if (shot->type == NODE_MAP && !names_itself(key) && !node_get(shot, key) &&
                !(makes_picture(key) && has_picture(shot)))
                node_put(a, shot, key, node_copy(a, all->items[k % all->n]));
        }
    }
}

void merge_all_members(struct node *scenes, struct arena *a)
{
    for (size_t i = 0; scenes->type == NODE_LIST && i < scenes->n; i++) {
        struct node *all = node_get(scenes->items[i], "all"),
                    *shots = node_get(scenes->items[i], "shots");

        if (!all || !shots || all->type != NODE_MAP || shots->type != NODE_LIST)
            continue;
        for (size_t k = 0; k < shots->n * all->n; k++) {
            struct node *mine =
                node_get(shots->items[k / all->n], node_text(all->keys[k % all->n]));

            if (mine)
                join(mine, all->items[k % all->n], 1, a);
        }
        node_remove(scenes->items[i], "all");
    }
}
