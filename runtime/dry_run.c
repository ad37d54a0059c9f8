// SPDX-License-Identifier: MIT
#include "runtime/dry_run.h"

#include "compiler/graph.h"
#include "runtime/display.h"
#include "runtime/walk.h"
#include "runtime/why.h"

void dry_run_tell(struct display *display, struct walk *w, bool reasons, size_t to_run,
                  size_t at_hand)
{
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const struct work *work = &w->works[i];

        if (work->wanted && work->state != WORK_DONE)
            display_say(display, "%-8s %s%s%s", work->step->kind->name, work->step->id,
                        reasons ? ": " : "", reasons ? why_runs(w, work) : "");
    }
    display_say(display, "%zu step%s would run, %zu at hand", to_run, to_run == 1 ? "" : "s",
                at_hand);
}
