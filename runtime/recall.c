// SPDX-License-Identifier: MIT
#include "runtime/recall.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/graph.h"
#include "runtime/gifts.h"
#include "runtime/ledger.h"
#include "runtime/store.h"
#include "runtime/walk.h"

bool recall_is_due(const struct edge *e)
{
    return e->step && !e->from;
}

static const char *key_of_edge(const struct walk *w, const struct edge *e)
{
    return w->gifts ? map_find(&w->gifts->keys, e->step) : NULL;
}

static bool is_sure(const struct walk *w, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct edge *e = &step->inputs[i];
        const char *key = recall_is_due(e) ? key_of_edge(w, e) : "";

        if (!key || (key[0] && !ledger_has(w->ledger, key)))
            return false;
    }
    return true;
}

bool recall_is_sure(const struct walk *w)
{
    for (size_t i = 0; w->gifts && i < w->graph->n_steps; i++)
        if (!is_sure(w, w->graph->steps[i]))
            return false;
    return true;
}

static bool is_there(const struct walk *w, const struct result *r)
{
    for (size_t i = 0; i < r->n_artifacts; i++)
        if (!store_has(w->store, r->artifacts[i].path))
            return false;
    return true;
}

bool recall_step(struct walk *w, const struct edge *e)
{
    const char *key = key_of_edge(w, e);
    struct result *r;

    if (map_find(&w->recalled, e->step))
        return true;
    r = arena_make(w->arena, struct result);
    if (!key || !ledger_find(w->ledger, key, w->arena, r))
        return false;
    map_put(&w->recalled, e->step, r);
    return is_there(w, r);
}

const struct artifact *recall_find(const struct walk *w, const struct edge *e)
{
    const struct result *r = map_find(&w->recalled, e->step);

    for (size_t i = 0; r && i < r->n_artifacts; i++)
        if (strcmp(r->artifacts[i].name, e->output) == 0)
            return &r->artifacts[i];
    return NULL;
}

void recall_release(struct walk *w)
{
    for (size_t i = 0; i < w->recalled.cap; i++) {
        const struct result *r = w->recalled.slots[i].key ? w->recalled.slots[i].value : NULL;

        for (size_t k = 0; r && k < r->n_artifacts; k++)
            json_decref(r->artifacts[k].facts);
    }
    map_release(&w->recalled);
}
