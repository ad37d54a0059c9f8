// SPDX-License-Identifier: MIT
#include "runtime/headroom.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/ledger_vault.h"
#include "runtime/walk.h"

// What a step leaves is known only afterwards; a shot's steps leave about a megabyte each.
enum { LEAST_BYTES = 8 << 20, STEP_BYTES = 1 << 20 };

static uint64_t step_bytes(const struct walk *w, const struct step *step, struct map *means)
{
    double *mean = map_find(means, step->kind->name);

    if (!mean) {
        mean = arena_make(w->arena, double);
        *mean = ledger_mean_bytes(w->ledger, step->kind->name);
        map_put(means, step->kind->name, mean);
    }
    return *mean > 0 ? (uint64_t)*mean : STEP_BYTES;
}

// By what steps of the same kinds have left in this project so far.
static uint64_t measured_bytes(const struct walk *w)
{
    struct map means = {0};
    uint64_t sum = LEAST_BYTES;

    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (w->works[i].wanted && w->works[i].state != WORK_DONE)
            sum += step_bytes(w, w->works[i].step, &means);
    map_release(&means);
    return sum;
}

bool headroom_check(const struct walk *w, size_t n, struct err *err)
{
    uint64_t room = file_free_bytes(w->graph->project);
    uint64_t wanted = LEAST_BYTES + (uint64_t)n * STEP_BYTES;

    // The ledger is asked only where the rough guess does not fit: most builds have room enough.
    if (room < wanted)
        wanted = measured_bytes(w);
    if (room >= wanted)
        return true;
    return err_set(err, ERR_FULL,
                   "the disk of %s has %llu MB free, and this build wants about %llu MB: free "
                   "some space; nothing was begun",
                   path_join(w->arena, w->graph->project, ".c41"), (unsigned long long)room >> 20,
                   (unsigned long long)wanted >> 20);
}
