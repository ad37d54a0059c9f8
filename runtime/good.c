// SPDX-License-Identifier: MIT
#include "runtime/good.h"

#include "compiler/graph.h"
#include "runtime/ledger_vault.h"
#include "runtime/walk.h"

static bool is_made(const struct work *work)
{
    return work->wanted && work->key[0];
}

static bool was_made(void *user, const char *id)
{
    const struct walk *w = user;
    const struct step *step = graph_find(w->graph, id);

    return step && is_made(&w->works[step->index]);
}

bool good_record(const struct walk *w, bool whole, struct err *err)
{
    struct ledger_part part = {.has = was_made, .user = (void *)(uintptr_t)w};

    for (size_t i = 0; i < w->graph->n_steps; i++)
        part.n += is_made(&w->works[i]);
    return ledger_put_good(w->ledger, w->graph->shelf, &part, err) &&
           (!whole || ledger_drop_good(w->ledger, w->graph->shelf, &part, err));
}
