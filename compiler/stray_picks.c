// SPDX-License-Identifier: MIT
#include "compiler/stray_picks.h"

#include <string.h>

#include "base/diag.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/rules.h"
#include "compiler/script.h"

// Whether id is of a scene that was compiled.
static bool is_of_a_scene(const struct film *film, const struct rules *rules, const char *id)
{
    const struct node *scenes = node_get(film->root, "scenes");
    const struct script_scene *about = rules_scenes(rules);

    for (size_t i = 0; scenes && i < scenes->n; i++) {
        size_t len = strlen(about[i].name);

        if (film_kept(scenes->items[i]))
            continue;
        if (strncmp(id, about[i].name, len) == 0 && id[len] == '/')
            return true;
    }
    return false;
}

void stray_picks_check(const struct film *film, const struct graph *g, const struct rules *rules,
                       bool left_out, struct diag *d)
{
    const struct node *picks = film->picks;

    for (size_t i = 0; picks && i < picks->n; i++) {
        const char *id = node_text(picks->keys[i]);

        if (left_out && !is_of_a_scene(film, rules, id))
            continue;
        if (strcmp(id, "approved") != 0 && !graph_find(g, id) && !rules_used_pick(rules, id))
            diag_say(d, SEVERITY_WARNING, picks->keys[i]->span, graph_nearest(g, id),
                     "this pick is of no step of the film: \"%s\"", id);
    }
}
