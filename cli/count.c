// SPDX-License-Identifier: MIT
#include "cli/count.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "compiler/graph.h"

// Steps of one shot mostly stand together.
static bool is_same(const char *name, const char *before)
{
    return name == before || (before && strcmp(name, before) == 0);
}

struct count count_graph(const struct graph *g)
{
    struct map scenes = {0}, shots = {0};
    struct count count = {.steps = g->n_steps};
    const char *scene = NULL, *shot = NULL;

    for (size_t i = 0; i < g->n_steps; i++) {
        struct step *s = g->steps[i];

        if (s->scene && !is_same(s->scene, scene))
            count.scenes += !map_put(&scenes, scene = s->scene, s);
        if (s->shot && !is_same(s->shot, shot))
            count.shots += !map_put(&shots, shot = s->shot, s);
    }
    map_release(&scenes);
    map_release(&shots);
    return count;
}

static void put(struct buf *out, size_t n, const char *noun, const char *end)
{
    buf_printf(out, "%zu %s%s%s", n, noun, n == 1 ? "" : "s", end);
}

void count_print(const struct graph *g, struct buf *out)
{
    struct count count = count_graph(g);

    put(out, count.scenes, "scene", ", ");
    put(out, count.shots, "shot", ", ");
    put(out, count.steps, "step", "");
}
