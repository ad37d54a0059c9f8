// SPDX-License-Identifier: MIT
#include "runtime/drafted.h"

#include "base/buf.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/walk.h"

bool drafted_kinds(const struct walk *w, const json_t *elsewhere, struct buf *text)
{
    size_t n_kinds;
    const struct kind *all = kind_all(&n_kinds);
    bool *found = mem_new(n_kinds * sizeof(*found)), any = false;

    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (work_is_drafted(&w->works[i]))
            found[w->works[i].step->kind - all] = true;
    for (size_t i = 0; i < n_kinds; i++) {
        if (!found[i] && !json_object_get(elsewhere, all[i].name))
            continue;
        any = true;
        if (text)
            buf_printf(text, "%s%s", text->len ? ", " : "", all[i].name);
    }
    mem_free(found);
    return any;
}
