// SPDX-License-Identifier: MIT
#include "compiler/graph_range.h"

#include "base/arena.h"
#include "base/mem.h"
#include "compiler/graph.h"

static void take_presets(json_t *presets, json_t *more)
{
    const char *kind;
    json_t *names;

    json_object_foreach(more, kind, names) {
        if (json_object_get(presets, kind))
            json_object_update_missing(json_object_get(presets, kind), names);
        else
            json_object_set(presets, kind, names);
    }
}

void graph_reserve(struct graph *g, size_t n)
{
    if (g->n_steps + n > g->cap_steps) {
        g->cap_steps = g->n_steps + n;
        g->steps = mem_resize(g->steps, g->cap_steps, sizeof(struct step *));
    }
    map_reserve(&g->by_id, g->n_steps + n);
}

void graph_join_range(struct graph *g, struct graph *part, const struct graph_range *range)
{
    size_t from = g->n_steps;

    for (size_t i = range->step; i < range->end_step; i++)
        graph_join(g, part->steps[i], from);
    for (size_t i = range->deliverable; i < range->end_deliverable; i++)
        *graph_deliver(g, part->deliverables[i].name) = part->deliverables[i];
}

void graph_take(struct graph *g, struct graph *part)
{
    take_presets(g->presets, part->presets);
    json_decref(part->presets);
    mem_free(part->steps);
    mem_free(part->deliverables);
    map_release(&part->by_id);
    arena_take(g->arena, part->arena);
}
