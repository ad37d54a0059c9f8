// SPDX-License-Identifier: MIT
#include "runtime/scenes.h"

#include <stdint.h>

#include "base/map.h"
#include "compiler/graph.h"
#include "runtime/walk.h"

// Scenes are numbered as they come up in the graph, which has them in the film's order.
static unsigned number_of(struct map *numbers, const char *scene, unsigned next)
{
    void *number = map_find(numbers, scene);

    if (!number) {
        number = (void *)(uintptr_t)(next + 1);
        map_put(numbers, scene, number);
    }
    return (unsigned)(uintptr_t)number - 1;
}

static unsigned number_scenes(struct walk *w)
{
    struct map numbers = {0};
    const char *last = NULL;
    unsigned n = 0, at = SCHED_FILM;

    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const char *scene = w->graph->steps[i]->scene;

        if (scene && scene != last)
            at = number_of(&numbers, scene, n);
        if (scene && at == n)
            n++;
        w->works[i].sched.scene = scene ? at : SCHED_FILM;
        last = scene ? scene : last;
    }
    map_release(&numbers);
    return n;
}

unsigned scenes_order(struct walk *w)
{
    unsigned n = number_scenes(w);

    for (size_t i = w->graph->n_steps; i-- > 0;)
        for (size_t k = 0; k < w->works[i].n_users; k++) {
            const struct work *user = w->works[i].users[k];

            if (user->wanted && user->sched.scene < w->works[i].sched.scene)
                w->works[i].sched.scene = user->sched.scene;
        }
    return n;
}
