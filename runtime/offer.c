// SPDX-License-Identifier: MIT
#include "runtime/offer.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/ledger.h"
#include "runtime/service.h"
#include "runtime/walk.h"

static const char *remedy(const struct walk *w, const struct kind *kind)
{
    if (kind->drafted)
        return arena_printf(w->arena,
                            "add a service that offers it to the studio, or let this machine "
                            "draw stand-ins: --use %s=draft, or --draft for all",
                            kind->name);
    return arena_printf(w->arena,
                        "add a service to the studio that makes %s, and name a preset of it "
                        "under `use`",
                        kind->name);
}

static bool is_offered(const struct walk *w, const struct work *work)
{
    const struct studio_service *first;

    return work->by->here || (w->studio && studio_offers(w->studio, work->preset, &first, 1));
}

bool offer_has_service(const struct walk *w, const struct work *work, const struct media *media,
                       struct err *err, const char **help)
{
    const struct kind *kind = work->step->kind;
    const char *preset = work->step->preset ? work->step->preset : kind->name;

    if (kind->chooses)
        return true;
    if ((work->by && work->by->drafts && !kind->drafted) ||
        (!work->by && strcmp(preset, "none") == 0)) {
        *help = remedy(w, kind);
        return err_set(err, ERR_FILM, "nothing in the studio makes \"%s\", and the draft cannot",
                       kind->name);
    }
    if (!work->by || !is_offered(w, work)) {
        *help = remedy(w, kind);
        return err_set(err, ERR_FILM,
                       "no machine in the studio offers the preset \"%s\" (driver %s)", preset,
                       work->driver);
    }
    if (!media || !work->by->op || work->by->op(media, kind->name))
        return true;
    *help = NULL;
    return err_set(err, ERR_FINAL, "this c41 cannot make \"%s\" with the driver %s", kind->name,
                   work->driver);
}

static bool is_same(const struct work *a, const struct work *b)
{
    const char *x = a->step->preset ? a->step->preset : "",
               *y = b->step->preset ? b->step->preset : "";

    return a->step->kind == b->step->kind && strcmp(x, y) == 0;
}

// A step that waits may yet turn out to be at hand, if it ever was.
static bool will_run(struct walk *w, const struct work *work)
{
    if (!work->wanted || (work->state != WORK_READY && work->state != WORK_WAITING))
        return false;
    return work->state == WORK_READY ||
           !ledger_last_key(w->ledger, w->graph->shelf, work->step->id, w->arena);
}

static bool is_blocked(const struct work *work, bool assume_picks, struct err *err)
{
    bool here = work->by && work->by->op;

    return work->owed && !here && !assume_picks &&
           !err_set(err, ERR_FILM, "blocked: a pick is owed before this is made");
}

size_t offer_check(struct walk *w, const struct media *media, bool assume_picks,
                   struct offer_fault **faults)
{
    size_t n = 0, i, k;

    *faults = arena_array(w->arena, struct offer_fault, w->graph->n_steps);
    for (i = 0; i < w->graph->n_steps; i++) {
        struct work *work = &w->works[i];
        struct offer_fault f = {.work = work};

        if (!will_run(w, work))
            continue;
        if (is_blocked(work, assume_picks, &f.err))
            f.help = "pick with `c41 pick`, or give --assume-picks";
        else if (offer_has_service(w, work, media, &f.err, &f.help))
            continue;
        for (k = 0; k < n && !f.repeated; k++)
            f.repeated = is_same((*faults)[k].work, work);
        (*faults)[n++] = f;
    }
    return n;
}
