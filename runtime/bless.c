// SPDX-License-Identifier: MIT
#include "runtime/bless.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/ledger.h"
#include "runtime/ledger_history.h"
#include "runtime/lock.h"
#include "runtime/selection.h"
#include "runtime/store.h"
#include "runtime/survey.h"
#include "runtime/walk.h"
#include "runtime/why.h"

// A blessing and what it stands on.
struct work_of_blessing {
    struct blessing blessing;
    struct arena *arena;
    struct lock lock;
    struct store store;
    struct ledger *ledger;
    struct walk walk;
    struct telling telling;
    struct blessed *list;
    bool *touched; // by a step's index: it is blessed, or something that goes into it is
};

static void nothing_more(void *user, struct work *work)
{
    (void)user;
    (void)work; // it stands later in the graph's order, and its turn comes
}

// The input that has to be made first, and that itself waits for nothing.
static const struct step *first_to_make(const struct work_of_blessing *b, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct step *from = step->inputs[i].from;

        if (from && !b->walk.works[from->index].artifacts)
            return first_to_make(b, from);
    }
    return step;
}

static bool refuse_current(const struct work *work, struct err *err)
{
    return err_set(err, ERR_USAGE, "%s is current already: leave it out, or give --stale",
                   work->step->id);
}

// Whether the step as it is now has a last render that can stand for it; else says why not.
static bool check(const struct work_of_blessing *b, const struct work *work, const char *last,
                  struct err *err)
{
    const char *id = work->step->id;

    if (work->step->kind->chooses)
        return err_set(err, ERR_USAGE, "%s is a choice and no render: bless its takes, or pick one",
                       id);
    if (work->state == WORK_FAILED) {
        *err = *work->err;
        return err_wrap(err, "%s cannot be blessed", id);
    }
    if (!last)
        return err_set(err, ERR_USAGE, "%s was never made for this film: build it", id);
    if (work->state == WORK_WAITING)
        return err_set(err, ERR_USAGE,
                       "%s cannot be blessed yet: %s has to be made first, for it goes into it", id,
                       first_to_make(b, work->step)->id);
    return true;
}

static bool accept(struct work_of_blessing *b, struct work *work, const char *last, struct err *err)
{
    const struct why *why = telling_of(&b->telling, work); // before it is done
    struct run run;

    if (strcmp(last, work->key) == 0 || !ledger_find_run(b->ledger, last, b->arena, &run) ||
        !walk_adopt(&b->walk, work, last))
        return err_set(err, ERR_USAGE, "the files of %s are gone, or it makes others now: build it",
                       work->step->id);
    b->list[b->blessing.n++] =
        (struct blessed){.step = work->step, .from = last, .to = work->key, .why = why};
    return b->touched[work->step->index] = true;
}

static bool is_touched(const struct work_of_blessing *b, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++)
        if (step->inputs[i].from && b->touched[step->inputs[i].from->index])
            return true;
    return false;
}

static bool consider(struct work_of_blessing *b, struct work *work, const struct selection *s,
                     struct err *err)
{
    const char *last;

    if (!selection_takes(s, work->step, work->state == WORK_DONE))
        return true;
    if (work->state == WORK_DONE)
        return b->touched[work->step->index] || refuse_current(work, err);
    if (s->stale && work->step->kind->chooses)
        return true; // nobody has to bless what costs nothing
    last = ledger_last_key(b->ledger, b->walk.graph->shelf, work->step->id, b->arena);
    return check(b, work, last, err) && accept(b, work, last, err);
}

// In the graph's order: what is blessed may be what others wait for.
static bool bless_all(struct work_of_blessing *b, const struct selection *s, struct err *err)
{
    for (size_t i = 0; i < b->walk.graph->n_steps; i++) {
        struct work *work = &b->walk.works[i];
        bool waited = work->state == WORK_WAITING;

        if (!work->wanted)
            continue;
        b->touched[i] = is_touched(b, work->step);
        if (waited && work->waits == 0)
            walk_resolve(&b->walk, work);
        if (!consider(b, work, s, err))
            return false;
        if (waited && work->artifacts)
            walk_finish(&b->walk, work, nothing_more, NULL);
    }
    return true;
}

static const char *note_of(const struct work_of_blessing *b, const struct blessed *one)
{
    const char *before = b->walk.works[one->step->index].note;

    return arena_printf(b->arena, "blessed: stands as it was made under the key %s%s%s", one->from,
                        before ? "; " : "", before ? before : "");
}

static bool record(struct work_of_blessing *b, const struct blessed *one, struct err *err)
{
    const struct work *work = &b->walk.works[one->step->index];
    struct result r = {
        .kind = one->step->kind->name,
        .step = one->step->id,
        .preset = one->step->preset ? one->step->preset : "",
        .machine = work->machine,
        .preimage = work->preimage,
        .note = note_of(b, one),
        .seconds = work->seconds,
        .made_ms = work->made_ms,
        .artifacts = work->artifacts,
        .n_artifacts = one->step->n_outputs,
    };

    memcpy(r.key, work->key, sizeof(r.key));
    return ledger_put(b->ledger, &r, err) &&
           ledger_put_last(b->ledger, b->walk.graph->shelf, one->step->id, one->to, err);
}

static bool open_project(struct work_of_blessing *b, const struct graph *graph, struct clock *clock,
                         struct err *err)
{
    char who[512];

    if (!file_exists(path_join(b->arena, graph->project, ".c41/ledger.db")))
        return err_set(err, ERR_USAGE, "nothing of this film was made yet: build it");
    err->kind = ERR_NONE;
    if (!lock_try(&b->lock, graph->project, graph->film, who, sizeof(who), err))
        return err->kind != ERR_NONE ? false
                                     : err_set(err, ERR_TRANSIENT, "%s: bless when that has ended",
                                               who[0] ? who : "another build of this project runs");
    b->ledger = ledger_open(graph->project, LEDGER_WRITE, clock, err);
    return b->ledger && ledger_hold(b->ledger, err);
}

static bool make(struct work_of_blessing *b, const struct graph *graph, const struct selection *s,
                 const struct build_options *options, struct err *err)
{
    struct clock *clock = options->clock ? options->clock : clock_system();

    if (!open_project(b, graph, clock, err))
        return false;
    walk_init(&b->walk, graph, options, b->ledger, &b->store, b->arena);
    telling_init(&b->telling, &b->walk, false);
    survey_here(&b->walk.files, options->module_dir);
    b->touched = arena_array(b->arena, bool, graph->n_steps + 1);
    b->list = arena_array(b->arena, struct blessed, graph->n_steps + 1);
    b->blessing.list = b->list;
    if (!bless_all(b, s, err) || !ledger_tick(b->ledger, true, err)) // ends the reading
        return false;
    for (size_t i = 0; i < b->blessing.n; i++)
        if (!record(b, &b->list[i], err))
            return false;
    return ledger_tick(b->ledger, true, err);
}

struct blessing *bless_new(const struct graph *graph, const struct selection *s,
                           const struct build_options *options, struct err *err)
{
    struct build_options own = *options;
    struct work_of_blessing *b;

    own.only = *s;
    if (!walk_check(graph, &own, err))
        return NULL;
    b = mem_new(sizeof(*b));
    b->arena = arena_new();
    b->lock.fd = -1;
    b->store.project = graph->project;
    if (make(b, graph, s, &own, err))
        return &b->blessing;
    bless_free(&b->blessing);
    return NULL;
}

void bless_free(struct blessing *blessing)
{
    // It is the first member.
    struct work_of_blessing *b = (struct work_of_blessing *)(void *)blessing;

    if (!b)
        return;
    walk_release(&b->walk);
    ledger_close(b->ledger, &(struct err){0});
    lock_release(&b->lock);
    arena_free(b->arena);
    mem_free(b);
}
