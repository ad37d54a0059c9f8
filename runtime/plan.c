// SPDX-License-Identifier: MIT
#include "runtime/plan.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/team.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/build.h"
#include "runtime/deliver.h"
#include "runtime/drafted.h"
#include "runtime/forecast.h"
#include "runtime/ledger.h"
#include "runtime/ledger_prints.h"
#include "runtime/ledger_history.h"
#include "runtime/offer.h"
#include "runtime/pauses.h"
#include "runtime/service.h"
#include "runtime/store.h"
#include "runtime/survey.h"
#include "runtime/walk.h"
#include "runtime/why.h"

// The plan and what it stands on.
struct planning {
    struct plan plan;
    const struct build_options *options; // while it is made
    const struct studio *studio;
    struct arena *arena;
    struct store store;
    struct ledger *ledger;
    struct walk walk;
    struct plan_row *rows;
    unsigned workers; // of this machine
    struct pauses pauses;
    struct forecast forecast;
    struct buf drafted;
    struct telling telling;
    VEC(struct result *) kept; // that plan_kept has found
};

const char *plan_status_name(enum plan_status status)
{
    static const char *const names[] = {
        [PLAN_CURRENT] = "current",
        [PLAN_STALE] = "stale",
        [PLAN_MISSING] = "missing",
        [PLAN_BLOCKED] = "blocked",
    };

    return names[status];
}

static bool is_here(const struct work *work)
{
    return work->by && work->by->op;
}

// The first input that cannot be made. NULL: all can.
static const struct step *first_blocked(const struct planning *p, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct step *from = step->inputs[i].from;

        if (from && p->rows[from->index].status == PLAN_BLOCKED)
            return from;
    }
    return NULL;
}

static void set_blocked(struct planning *p, struct plan_row *row, struct work *work)
{
    const struct step *needs = first_blocked(p, work->step);
    const char *help;
    struct err err;

    if (work->state == WORK_FAILED) {
        row->status = PLAN_BLOCKED;
        row->why = arena_strdup(p->arena, work->err->text);
    } else if (work->held) {
        row->status = PLAN_BLOCKED;
        row->why = "its pick names an artifact that is lost";
    } else if (!offer_has_service(&p->walk, work, NULL, &err, &help)) {
        row->status = PLAN_BLOCKED;
        row->why = arena_strdup(p->arena, err.text);
    } else if (needs) {
        row->status = PLAN_BLOCKED;
        row->why = arena_printf(p->arena, "needs %s", needs->id);
    } else if (work->owed && !is_here(work) && !p->options->assume_picks) {
        row->status = PLAN_BLOCKED;
        row->why = "a pick is owed";
    }
}

static void set_status(struct planning *p, struct plan_row *row, struct work *work)
{
    const char *film = p->walk.graph->shelf;
    const char *last = ledger_last_key(p->ledger, film, work->step->id, p->arena);

    row->made_before = last != NULL;
    row->status = last ? PLAN_STALE : PLAN_MISSING;
    if (!work->wanted) {
        row->why = "nothing that is wanted needs it";
    } else {
        row->why = why_runs(&p->walk, work);
        if (last && work->state == WORK_READY && strcmp(last, work->key) == 0)
            row->status = PLAN_MISSING;
    }
    if (work->wanted)
        set_blocked(p, row, work);
}

static void add_maker(struct planning *p, struct plan_row *row)
{
    struct maker maker;

    if (strcmp(row->where, "here") == 0 ||
        !ledger_find_maker_of(p->ledger, row->key, p->arena, &maker))
        return;
    row->service = maker.service;
    row->print = maker.print;
}

// The first machine that offers it.
static const char *machine_for(const struct planning *p, const struct work *work)
{
    const struct studio_service *service = NULL;

    if (is_here(work))
        return "here";
    if (p->studio && work->preset)
        studio_offers(p->studio, work->preset, &service, 1);
    return service ? service->machine->name : "";
}

static void fill_row(struct planning *p, struct plan_row *row, struct work *work)
{
    *row = (struct plan_row){
        .step = work->step,
        .wanted = work->wanted,
        .picked = work->picked,
        .locked = work->locked,
        .why = "",
        .where = work->machine ? work->machine : machine_for(p, work),
        .seconds = work->seconds,
        .request = work->bound.request,
        .made_ms = work->made_ms,
        .note = work->note,
    };
    memcpy(row->key, work->key, sizeof(row->key));
    add_maker(p, row);
    if (work->state != WORK_DONE) {
        set_status(p, row, work);
        return;
    }
    row->made_before = true;
    row->artifacts = work->artifacts;
    row->n_artifacts = work->step->n_outputs;
    if (work->owed && work->step->kind->chooses)
        row->why = "a pick is owed: take 1 stands in";
}

static void count_row(struct planning *p, const struct plan_row *row)
{
    struct plan *plan = &p->plan;
    size_t *counts[] = {
        [PLAN_CURRENT] = &plan->current,
        [PLAN_STALE] = &plan->stale,
        [PLAN_MISSING] = &plan->missing,
        [PLAN_BLOCKED] = &plan->blocked,
    };

    if (!row->wanted)
        return;
    ++*counts[row->status];
    if (plan_row_is_left(row))
        plan->seconds += row->seconds;
}

static void list_gone(struct planning *p)
{
    struct known_step *known;
    size_t n = ledger_steps(p->ledger, p->walk.graph->shelf, p->arena, &known);
    const char **gone = arena_array(p->arena, const char *, n + 1);
    struct map there = {0};

    for (size_t i = 0; i < p->plan.n; i++)
        map_put(&there, p->rows[i].step->id, &p->rows[i]);
    for (size_t i = 0; i < n; i++) {
        struct selectable what = {.id = known[i].id, .kind = known[i].kind};

        if (!map_find(&there, what.id) && selection_has(&p->options->only, &what) &&
            (!p->options->to || strcmp(p->options->to, what.kind) == 0))
            gone[p->plan.n_gone++] = what.id;
    }
    map_release(&there);
    p->plan.gone = gone;
}

static void list_owed(struct planning *p)
{
    const char **owed = arena_array(p->arena, const char *, p->plan.n);

    for (size_t i = 0; i < p->plan.n; i++)
        if (p->walk.works[i].wanted && p->walk.works[i].owed && p->rows[i].step->kind->chooses)
            owed[p->plan.n_owed++] = p->rows[i].step->id;
    p->plan.owed = owed;
}

static void list_deliverables(struct planning *p, bool draft)
{
    size_t n = p->walk.graph->n_deliverables;
    const char **paths = arena_array(p->arena, const char *, n);
    bool *there = arena_array(p->arena, bool, n);

    for (size_t i = 0; i < n; i++) {
        paths[i] = deliver_path(&p->walk, i, draft);
        there[i] = deliver_is_current(&p->walk, i, draft);
    }
    p->plan.deliverables = paths;
    p->plan.delivered = there;
}

static void fill(struct planning *p)
{
    p->plan.n = p->walk.graph->n_steps;
    p->rows = arena_array(p->arena, struct plan_row, p->plan.n);
    p->plan.rows = p->rows;
    for (size_t i = 0; i < p->plan.n; i++) {
        fill_row(p, &p->rows[i], &p->walk.works[i]);
        count_row(p, &p->rows[i]);
    }
    list_gone(p);
    list_owed(p);
    list_deliverables(p, drafted_kinds(&p->walk, NULL, &p->drafted));
    p->plan.drafted = buf_text(&p->drafted);
}

struct plan *plan_new(const struct graph *graph, const struct studio *studio,
                      const struct build_options *options, struct err *err)
{
    struct clock *clock = options->clock ? options->clock : clock_system();
    struct planning *p;

    if (!walk_check(graph, options, err))
        return NULL;
    p = mem_new(sizeof(*p));
    p->options = options;
    p->studio = studio;
    p->workers = options->jobs ? options->jobs : team_cores();
    p->plan.now_ms = clock->wall_ms(clock);
    pauses_init(&p->pauses, options->state_dir);
    pauses_look(&p->pauses);
    p->arena = arena_new();
    p->store.project = graph->project;
    p->ledger = ledger_open(graph->project, LEDGER_READ, clock, err);
    if (!p->ledger) {
        plan_free(&p->plan);
        return NULL;
    }
    if (!ledger_hold(p->ledger, err)) {
        plan_free(&p->plan);
        return NULL;
    }
    walk_init(&p->walk, graph, options, p->ledger, &p->store, p->arena);
    p->walk.studio = studio;
    survey_here(&p->walk.files, options->module_dir);
    walk_foresee(&p->walk);
    walk_measure(&p->walk);
    fill(p);
    telling_init(&p->telling, &p->walk, true);
    return &p->plan;
}

void plan_free(struct plan *plan)
{
    struct planning *p = (struct planning *)(void *)plan; // plan is its first member

    if (!p)
        return;
    walk_release(&p->walk);
    for (size_t i = 0; i < p->kept.n; i++)
        for (size_t k = 0; k < p->kept.at[i]->n_artifacts; k++)
            json_decref(p->kept.at[i]->artifacts[k].facts);
    vec_release(&p->kept);
    ledger_close(p->ledger, &(struct err){0});
    pauses_release(&p->pauses);
    buf_release(&p->drafted);
    arena_free(p->arena);
    mem_free(p);
}

const struct forecast *plan_rehearse(struct plan *plan, enum sched_aim aim)
{
    struct planning *p = (struct planning *)(void *)plan; // plan is its first member
    bool *left = arena_array(p->arena, bool, plan->n + 1);

    for (size_t i = 0; i < plan->n; i++)
        left[i] = plan_row_is_left(&p->rows[i]);
    p->forecast = (struct forecast){
        .walk = &p->walk,
        .studio = p->studio,
        .workers = p->workers,
        .aim = aim,
        .left = left,
        .wall_ms = plan->now_ms,
        .pauses = &p->pauses,
        .arena = p->arena,
    };
    forecast_make(&p->forecast);
    for (size_t i = 0; i < plan->n; i++)
        if (left[i] && p->forecast.where[i])
            p->rows[i].where = p->forecast.where[i];
    return &p->forecast;
}

const struct why *plan_why(struct plan *plan, const struct plan_row *row)
{
    struct planning *p = (struct planning *)(void *)plan; // plan is its first member

    return telling_of(&p->telling, &p->walk.works[row->step->index]);
}

const struct artifact *plan_input(const struct plan *plan, const struct step *step, size_t i)
{
    const struct planning *p = (const struct planning *)(const void *)plan; // its first member

    return walk_input(&p->walk, step, i);
}

const struct artifact *plan_kept(struct plan *plan, const struct step *step, const char *output)
{
    struct planning *p = (struct planning *)(void *)plan; // plan is its first member
    const char *key = ledger_last_key(p->ledger, p->walk.graph->shelf, step->id, p->arena);
    struct result *r = arena_make(p->arena, struct result);

    if (!key || !ledger_find(p->ledger, key, p->arena, r))
        return NULL;
    vec_push(&p->kept, r);
    for (size_t i = 0; i < r->n_artifacts; i++)
        if (strcmp(r->artifacts[i].name, output) == 0 && store_has(&p->store, r->artifacts[i].path))
            return &r->artifacts[i];
    return NULL;
}

const char *plan_row_word(const struct plan_row *row)
{
    if (row->status == PLAN_CURRENT && (row->locked || row->picked))
        return row->locked ? "locked" : "picked";
    return plan_status_name(row->status);
}

bool plan_row_is_left(const struct plan_row *row)
{
    return row->wanted && (row->status == PLAN_STALE || row->status == PLAN_MISSING);
}

bool plan_row_is_meant(const struct plan_row *row, const struct selection *s)
{
    return selection_takes(s, row->step, row->status == PLAN_CURRENT || !row->wanted);
}

const struct plan_row *plan_find(const struct plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->n; i++)
        if (strcmp(plan->rows[i].step->id, id) == 0)
            return &plan->rows[i];
    return NULL;
}
