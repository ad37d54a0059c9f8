// SPDX-License-Identifier: MIT
#include "compiler/stray_picks.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/rules.h"

static bool is_known(const struct graph *g, const struct rules *rules, const char *id)
{
    return strcmp(id, "approved") == 0 || graph_find(g, id) || rules_used_pick(rules, id);
}

void stray_picks_check(const struct film *film, struct graph *g, const struct rules *rules,
                       bool left_out, struct diag *d)
{
    const struct node *picks = film->picks;

    g->open_picks = arena_array(g->arena, const char *, (picks ? picks->n : 0) + 1);
    for (size_t i = 0; picks && i < picks->n; i++) {
        const char *id = node_text(picks->keys[i]);

        if (is_known(g, rules, id))
            continue;
        if (left_out)
            g->open_picks[g->n_open_picks++] = id;
        else
            diag_say(d, SEVERITY_WARNING, picks->keys[i]->span, graph_nearest(g, id),
                     "this pick is of no step of the film: \"%s\"", id);
    }
}
