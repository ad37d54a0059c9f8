// SPDX-License-Identifier: MIT
#include "runtime/walk.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/built.h"
#include "runtime/expect.h"
#include "runtime/key.h"
#include "runtime/ledger.h"
#include "runtime/print.h"
#include "runtime/recall.h"
#include "runtime/selection.h"
#include "runtime/service.h"
#include "runtime/store.h"
#include "runtime/takes.h"

static struct work *work_of(const struct walk *w, const struct step *step)
{
    return &w->works[step->index];
}

// A locked pick whose artifact is at hand needs none of its takes.
static bool settle_locked(struct walk *w, struct work *work)
{
    if (!work->step->kind->chooses || !takes_locked(w, work))
        return false;
    work->state = WORK_DONE;
    work->cached = true;
    return true;
}

static void want(struct walk *w, const struct step *step)
{
    struct work *work = work_of(w, step);

    w->n_wanted += !work->wanted;
    work->wanted = true;
}

// A pick whose artifact is lost fails before any of its takes is made.
static bool fail_lost(struct walk *w, struct work *work)
{
    const struct step *step = work->step;
    struct err err;

    if (!step->kind->chooses || !takes_lost(w, work, &err))
        return false;
    walk_keep_err(w, work, &err);
    for (size_t i = 0; i < step->n_inputs; i++)
        if (step->inputs[i].from)
            work_of(w, step->inputs[i].from)->held = true;
    work->state = WORK_FAILED;
    return true;
}

// Where takes are wanted for themselves, their pick is looked at all the same.
static void want_lost(struct walk *w)
{
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        const struct step *step = w->graph->steps[i];

        for (size_t k = 0; w->works[i].state == WORK_FAILED && k < step->n_inputs; k++)
            if (step->inputs[k].from && work_of(w, step->inputs[k].from)->wanted)
                want(w, step);
    }
}

// From the last step back to the first: whatever a wanted one takes in stands before it.
static void want_inputs(struct walk *w)
{
    for (size_t i = w->graph->n_steps; i-- > 0;) {
        const struct step *step = w->graph->steps[i];

        if ((w->works[i].wanted && settle_locked(w, &w->works[i])) || fail_lost(w, &w->works[i]) ||
            !w->works[i].wanted)
            continue;
        for (size_t k = 0; k < step->n_inputs; k++) {
            if (step->inputs[k].from)
                want(w, step->inputs[k].from);
            else if (step->inputs[k].file)
                files_add(&w->files, w->ledger, step->inputs[k].file);
        }
    }
}

static bool is_chosen(const struct build_options *options, const struct step *s)
{
    return (!options->to || strcmp(options->to, s->kind->name) == 0) &&
           selection_has_step(&options->only, s);
}

bool walk_check(const struct graph *graph, const struct build_options *options, struct err *err)
{
    if (!selection_check(&options->only, graph, err))
        return false;
    for (size_t i = 0; i < graph->n_steps; i++)
        if (!options->to || is_chosen(options, graph->steps[i]))
            return true;
    if (graph->n_steps == 0)
        return true;
    return err_set(err, ERR_USAGE, "the film has no step of kind \"%s\"%s", options->to,
                   selection_is_all(&options->only) ? "" : " among those that are selected");
}

static void want_chosen(struct walk *w, const struct build_options *options)
{
    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (is_chosen(options, w->graph->steps[i]))
            want(w, w->graph->steps[i]);
}

static void want_film(struct walk *w)
{
    for (size_t i = 0; i < w->graph->n_deliverables; i++)
        want(w, w->graph->deliverables[i].step);
    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (w->graph->steps[i]->kind->shown)
            want(w, w->graph->steps[i]);
}

static void link_users(struct walk *w)
{
    size_t n = w->graph->n_steps;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < w->graph->steps[i]->n_inputs; k++)
            if (w->graph->steps[i]->inputs[k].from)
                work_of(w, w->graph->steps[i]->inputs[k].from)->n_users++;
    for (size_t i = 0; i < n; i++) {
        w->works[i].users = arena_array(w->arena, struct work *, w->works[i].n_users);
        w->works[i].n_users = 0;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < w->graph->steps[i]->n_inputs; k++)
            if (w->graph->steps[i]->inputs[k].from) {
                struct work *from = work_of(w, w->graph->steps[i]->inputs[k].from);

                from->users[from->n_users++] = &w->works[i];
            }
}

static void count_waits(struct walk *w)
{
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        struct work *work = &w->works[i];

        if (!work->wanted || work->state == WORK_DONE)
            continue;
        for (size_t k = 0; k < work->step->n_inputs; k++) {
            const struct step *from = work->step->inputs[k].from;

            work->waits += from && work_of(w, from)->state != WORK_DONE;
        }
    }
}

void walk_init(struct walk *w, const struct graph *graph, const struct build_options *options,
               struct ledger *ledger, const struct store *store, struct arena *arena)
{
    *w = (struct walk){.graph = graph, .arena = arena, .ledger = ledger, .store = store};
    files_init(&w->files, graph->project, arena);
    w->gifts = options->from ? options->from->gifts : NULL;
    w->works = arena_array(arena, struct work, graph->n_steps);
    for (size_t i = 0; i < graph->n_steps; i++) {
        w->works[i].step = graph->steps[i];
        w->works[i].preset = graph_preset(graph, graph->steps[i]);
        w->works[i].driver = json_get_text(w->works[i].preset, "driver", "local");
        w->works[i].by = driver_find(w->works[i].driver);
    }
    link_users(w);
    if (options->to || !selection_is_all(&options->only))
        want_chosen(w, options);
    else
        want_film(w);
    want_inputs(w);
    want_lost(w);
    count_waits(w);
}

static void release_work(struct work *work)
{
    for (size_t i = 0; work->artifacts && i < work->step->n_outputs; i++)
        json_decref(work->artifacts[i].facts);
    bound_release(&work->bound);
    mem_free(work->preimage);
}

void walk_release(struct walk *w)
{
    for (size_t i = 0; w->works && i < w->graph->n_steps; i++)
        release_work(&w->works[i]);
    files_release(&w->files);
    recall_release(w);
    map_release(&w->expected);
}

static const struct artifact *output_of(const struct work *work, const char *name)
{
    for (size_t i = 0; i < work->step->n_outputs; i++)
        if (strcmp(work->step->outputs[i], name) == 0)
            return &work->artifacts[i];
    return NULL;
}

static const struct project_file *file_of(const struct walk *w, const struct edge *e)
{
    return e->file ? files_find(&w->files, e->file) : NULL;
}

const struct artifact *walk_input(const struct walk *w, const struct step *step, size_t i)
{
    const struct edge *e = &step->inputs[i];
    const struct work *from = e->from ? work_of(w, e->from) : NULL;
    const struct project_file *f = file_of(w, e);

    if (recall_is_due(e))
        return recall_find(w, e);
    if (from)
        return from->artifacts ? output_of(from, e->output) : NULL;
    return f && f->known ? &f->artifact : NULL;
}

// Most works never fail, and a film has them by the ten thousand.
bool walk_keep_err(const struct walk *w, struct work *work, const struct err *err)
{
    struct err *kept = arena_make(w->arena, struct err);

    *kept = *err;
    work->err = kept;
    return false;
}

static bool gather(struct walk *w, struct work *work, const struct artifact **inputs,
                   struct err *err)
{
    const struct step *step = work->step;

    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct project_file *f = file_of(w, &step->inputs[i]);

        if (recall_is_due(&step->inputs[i]) && !recall_step(w, &step->inputs[i]))
            return err_set(err, ERR_FINAL, "what %s had made is gone: build again",
                           step->inputs[i].step);
        if (f && f->failed) {
            *err = f->err;
            if (f->err.kind == ERR_FINAL)
                err->kind = ERR_FILM; // it is the film that names the file
            return false;
        }
        inputs[i] = walk_input(w, step, i);
        if (!inputs[i])
            return err_set(err, ERR_BUG, "the input \"%s\" has no artifact \"%s\"",
                           step->inputs[i].name, step->inputs[i].output);
        work->owed = work->owed || (step->inputs[i].from && work_of(w, step->inputs[i].from)->owed);
    }
    return true;
}

// A row counts when it has every output and all its files are there.
static bool is_whole(const struct walk *w, const struct work *work, const struct result *r)
{
    if (r->n_artifacts != work->step->n_outputs)
        return false;
    for (size_t i = 0; i < r->n_artifacts; i++)
        if (strcmp(r->artifacts[i].name, work->step->outputs[i]) != 0 ||
            !store_has(w->store, r->artifacts[i].path))
            return false;
    return true;
}

static void drop_facts(const struct result *r)
{
    for (size_t i = 0; i < r->n_artifacts; i++)
        json_decref(r->artifacts[i].facts);
}

// A pick has its artifacts already; the row tells that it is the same choice as before.
static bool look_up(struct walk *w, struct work *work, const char *key)
{
    struct result r;

    if (!ledger_find(w->ledger, key, w->arena, &r))
        return false;
    if (!is_whole(w, work, &r)) {
        drop_facts(&r);
        return false;
    }
    if (work->artifacts) {
        drop_facts(&r);
    } else {
        work->artifacts = arena_array(w->arena, struct artifact, r.n_artifacts);
        memcpy(work->artifacts, r.artifacts, r.n_artifacts * sizeof(*r.artifacts));
        work->note = r.note;
    }
    work->seconds = r.seconds;
    work->machine = r.machine;
    work->made_ms = r.made_ms;
    return true;
}

static bool find_key(struct walk *w, struct work *work, const struct artifact *const *inputs,
                     struct err *err)
{
    json_t *prints;

    if (!bind_step(work->step, work->preset, inputs, &work->bound, err))
        return false;
    prints =
        work->by && !work->by->here ? print_of_offers(w->ledger, w->studio, work->preset) : NULL;
    work->preimage = key_preimage(work->step, work->driver, work->bound.request, inputs,
                                  work->bound.kept, prints);
    json_decref(prints);
    key_of(work->preimage, work->key);
    return true;
}

void walk_resolve(struct walk *w, struct work *work)
{
    const struct artifact **inputs = mem_new(work->step->n_inputs * sizeof(*inputs));
    struct err err;

    if (!gather(w, work, inputs, &err) || !find_key(w, work, inputs, &err) ||
        (work->step->kind->chooses && !takes_choose(w, work, inputs, &err))) {
        walk_keep_err(w, work, &err);
        work->state = WORK_FAILED;
    } else if (look_up(w, work, work->key)) {
        work->state = WORK_DONE;
        work->cached = true;
    } else {
        work->state = work->held ? WORK_SKIPPED : WORK_READY;
    }
    mem_free(inputs);
}

bool walk_adopt(struct walk *w, struct work *work, const char *key)
{
    if (!look_up(w, work, key))
        return false;
    work->state = WORK_DONE;
    return work->cached = true;
}

bool walk_look_again(struct walk *w, struct work *work)
{
    return walk_adopt(w, work, work->key);
}

static bool knows_inputs(const struct walk *w, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct project_file *f = file_of(w, &step->inputs[i]);

        if ((f && !f->known && !f->failed) || (!w->gifts && recall_is_due(&step->inputs[i])))
            return false;
    }
    return true;
}

static void lift_waits(void *user, struct work *work)
{
    (void)user;
    (void)work; // it stands later in the graph's order, so the walk comes to it
}

static void resolve_all(struct walk *w, bool foresee)
{
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        struct work *work = &w->works[i];

        if (!work->wanted || work->state != WORK_WAITING || work->waits > 0 ||
            !knows_inputs(w, work->step))
            continue;
        walk_resolve(w, work);
        if (work->state == WORK_DONE ||
            (foresee && work->state == WORK_READY && work->step->kind->chooses))
            walk_finish(w, work, lift_waits, NULL);
    }
}

bool walk_resolve_all(struct walk *w)
{
    if (!recall_is_sure(w))
        return false;
    resolve_all(w, false);
    return true;
}

void walk_foresee(struct walk *w)
{
    resolve_all(w, true);
}

void walk_finish(struct walk *w, struct work *work, void (*ready)(void *user, struct work *work),
                 void *user)
{
    (void)w;
    for (size_t i = 0; i < work->n_users; i++) {
        struct work *u = work->users[i];

        if (u->wanted && u->state == WORK_WAITING && --u->waits == 0)
            ready(user, u);
    }
}

static bool needs_lost(const struct walk *w, const struct work *work)
{
    for (size_t i = 0; i < work->step->n_inputs; i++) {
        const struct step *from = work->step->inputs[i].from;

        if (from &&
            (work_of(w, from)->state == WORK_FAILED || work_of(w, from)->state == WORK_SKIPPED))
            return true;
    }
    return false;
}

void walk_skip(struct walk *w, const struct work *work)
{
    for (size_t i = work->step->index + 1; i < w->graph->n_steps; i++) {
        struct work *u = &w->works[i];

        if (u->wanted && u->state == WORK_WAITING && needs_lost(w, u))
            u->state = WORK_SKIPPED;
    }
}

// Steps of one kind and preset are expected to take the same, so one question to the ledger does.
static double expect(struct walk *w, const struct work *work)
{
    const char *name = arena_printf(w->arena, "%s %s", work->step->kind->name,
                                    json_get_text(work->preset, "preset", ""));
    double *known = map_find(&w->expected, name);

    if (!known) {
        known = arena_make(w->arena, double);
        *known = expect_seconds(w->ledger, work);
        map_put(&w->expected, name, known);
    }
    return *known;
}

void walk_measure(struct walk *w)
{
    for (size_t i = w->graph->n_steps; i-- > 0;) {
        struct work *work = &w->works[i];
        double longest = 0;

        if (!work->wanted)
            continue;
        for (size_t k = 0; k < work->n_users; k++)
            if (work->users[k]->wanted && work->users[k]->sched.path_seconds > longest)
                longest = work->users[k]->sched.path_seconds;
        if (work->state != WORK_DONE && work->seconds <= 0)
            work->seconds = expect(w, work);
        work->sched.path_seconds = longest + (work->state == WORK_DONE ? 0 : work->seconds);
    }
}

size_t walk_owed(const struct walk *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->graph->n_steps; i++)
        n += w->works[i].wanted && w->works[i].owed && w->works[i].step->kind->chooses;
    return n;
}

bool work_is_made_here(const struct work *work)
{
    return !work->by || work->by->here || work->step->kind->chooses;
}

bool work_is_drafted(const struct work *work)
{
    return work->wanted && work->by && work->by->drafts;
}
