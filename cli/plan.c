// SPDX-License-Identifier: MIT
// c41 plan: what a build would do, why, where, and how long it would take.
#include "runtime/plan.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/aim.h"
#include "cli/commands.h"
#include "cli/kind_name.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/table.h"
#include "compiler/graph.h"
#include "runtime/forecast.h"
#include "runtime/walk.h"

enum { MOST_ROWS = 40 };                   // more steps than this are told by kind
enum { MOST_LOADS = 12, MOST_DECIDE = 6 }; // of the models and steps that are named

// A part of the change: what happens to the steps in it.
struct group {
    const char *name;
    bool (*has)(const struct plan_row *row);
    bool by_step; // each is named, however many there are
};

static bool is_reused(const struct plan_row *row)
{
    return row->wanted && row->status == PLAN_CURRENT;
}

static bool is_blocked(const struct plan_row *row)
{
    return row->wanted && row->status == PLAN_BLOCKED;
}

static bool will_run_again(const struct plan_row *row)
{
    return plan_row_is_left(row) && row->made_before;
}

static bool is_new(const struct plan_row *row)
{
    return plan_row_is_left(row) && !row->made_before;
}

static const struct group groups[] = {
    {"blocked", is_blocked, true}, // somebody has to act
    {"re-run", will_run_again, false},
    {"new", is_new, false},
};

enum { N_GROUPS = sizeof(groups) / sizeof(*groups) };

static size_t count(const struct plan *plan, bool (*has)(const struct plan_row *row))
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n; i++)
        n += has(&plan->rows[i]);
    return n;
}

static void add_seconds(struct table *t, double seconds)
{
    struct buf text = {0};

    planned_print_seconds(seconds, &text);
    table_add(t, "%s", buf_text(&text));
    buf_release(&text);
}

static void print_steps(const struct plan *plan, const struct group *g, struct buf *out)
{
    struct table t = {.columns = 5};

    for (size_t i = 0; i < plan->n; i++) {
        const struct plan_row *row = &plan->rows[i];

        if (!g->has(row))
            continue;
        table_add(&t, "%s", plan_row_word(row));
        table_add(&t, "%s", row->step->id);
        table_add(&t, "%s", row->where);
        add_seconds(&t, row->seconds);
        table_add(&t, "%s", row->why);
    }
    table_print(&t, 2, out);
}

// Of one kind: how many there are, and what they should take together.
static void print_kinds(const struct plan *plan, const struct group *g, struct buf *out)
{
    struct table t = {.columns = 4};
    size_t n_kinds;
    const struct kind *kinds = kind_all(&n_kinds);

    for (size_t k = 0; k < n_kinds; k++) {
        size_t n = 0;
        double seconds = 0;
        const char *where = "";

        for (size_t i = 0; i < plan->n; i++) {
            const struct plan_row *row = &plan->rows[i];

            if (!g->has(row) || row->step->kind != &kinds[k])
                continue;
            n++;
            seconds += row->seconds;
            where = row->where;
        }
        if (!n)
            continue;
        table_add(&t, "%s", kinds[k].name);
        table_add(&t, "%zu step%s", n, n == 1 ? "" : "s");
        table_add(&t, "%s", where);
        add_seconds(&t, seconds);
    }
    table_print(&t, 2, out);
}

static void print_count(const char *name, size_t n, struct buf *out)
{
    if (n)
        buf_printf(out, "%s: %zu step%s\n", name, n, n == 1 ? "" : "s");
}

static void print_group(const struct plan *plan, const struct group *g, bool all, struct buf *out)
{
    size_t n = count(plan, g->has);

    print_count(g->name, n, out);
    if (all || g->by_step || n <= MOST_ROWS)
        print_steps(plan, g, out);
    else
        print_kinds(plan, g, out);
}

static void print_gone(const struct plan *plan, bool all, struct buf *out)
{
    print_count("gone", plan->n_gone, out);
    for (size_t i = 0; i < plan->n_gone && (all || plan->n_gone <= MOST_ROWS); i++)
        buf_printf(out, "  %s\n", plan->gone[i]);
}

// What becomes of a deliverable, whose step is wanted.
static const char *fate_of(const struct plan *plan, const struct plan_row *row, bool delivered)
{
    if (row->status == PLAN_BLOCKED)
        return "cannot make";
    if (plan->stale + plan->missing > 0)
        return "makes";
    return delivered ? "there is" : "puts out";
}

static void print_deliverables(const struct planned *p, struct buf *out)
{
    const struct graph *g = p->film.graph;

    for (size_t i = 0; i < g->n_deliverables; i++) {
        const struct plan_row *row = &p->plan->rows[g->deliverables[i].step->index];

        if (row->wanted)
            buf_printf(out, "%s %s\n", fate_of(p->plan, row, p->plan->delivered[i]),
                       p->plan->deliverables[i]);
    }
}

// The models that a machine loads, in this order.
static void print_loads(const struct plan_machine *m, struct buf *out)
{
    if (!m->loads)
        return;
    buf_printf(out, "\n  %zu model load%s: ", m->loads, m->loads == 1 ? "" : "s");
    for (size_t i = 0; i < m->loads && i < MOST_LOADS; i++)
        buf_printf(out, "%s%s", i ? ", " : "", m->models[i]);
    if (m->loads > MOST_LOADS)
        buf_puts(out, " …");
}

static void print_machines(const struct forecast *f, struct buf *out)
{
    for (size_t i = 0; i < f->n_machines; i++) {
        const struct plan_machine *m = &f->machines[i];

        buf_printf(out, "%s%s: %zu step%s, ", strcmp(m->name, "here") == 0 ? "" : "on ", m->name,
                   m->steps, m->steps == 1 ? "" : "s");
        planned_print_seconds(m->seconds, out);
        buf_puts(out, " of work");
        print_loads(m, out);
        buf_char(out, '\n');
    }
}

static bool is_elsewhere(const struct forecast *f)
{
    return f->n_machines > 1 || (f->n_machines && strcmp(f->machines[0].name, "here") != 0);
}

// The steps that decide when everything is done: the last few, where they are many. On this machine
// alone nearly everything does.
static void print_decisive(const struct forecast *f, bool all, struct buf *out)
{
    size_t n = f->n_decide, first = !all && n > MOST_DECIDE ? n - MOST_DECIDE : 0;

    if (!is_elsewhere(f))
        return;
    buf_puts(out, first ? "decided by … " : "decided by ");
    for (size_t i = first; i < n; i++)
        buf_printf(out, "%s%s", i > first ? " > " : "", f->decide[i]->step->id);
    buf_char(out, '\n');
}

// The range, where it says more than the time in its middle.
static void print_range(const struct forecast *f, struct buf *out)
{
    struct buf least = {0}, most = {0};

    planned_print_seconds(f->least, &least);
    planned_print_seconds(f->most, &most);
    if (strcmp(buf_text(&least), buf_text(&most)) != 0)
        buf_printf(out, " (%s to %s)", buf_text(&least), buf_text(&most));
    buf_release(&least);
    buf_release(&most);
}

static int64_t done_ms(const struct plan *plan, const struct forecast *f)
{
    return plan->now_ms + (int64_t)(f->seconds * 1000);
}

static void print_time(const struct plan *plan, const struct forecast *f, struct buf *out)
{
    if (plan->seconds <= 0)
        return;
    buf_puts(out, "about ");
    planned_print_seconds(plan->seconds, out);
    buf_puts(out, " of work, done in about ");
    planned_print_seconds(f->seconds, out);
    print_range(f, out);
    buf_puts(out, ", at ");
    planned_print_clock(plan->now_ms, done_ms(plan, f), out);
    buf_char(out, '\n');
}

static void print_text(const struct planned *p, const struct forecast *f, bool all, struct buf *out)
{
    const struct plan *plan = p->plan;

    buf_printf(out, "%s: %zu current, %zu stale, %zu missing, %zu blocked\n", p->film.graph->title,
               plan->current, plan->stale, plan->missing, plan->blocked);
    print_count("reuse", count(plan, is_reused), out);
    for (size_t i = 0; i < N_GROUPS; i++)
        print_group(plan, &groups[i], all, out);
    print_gone(plan, all, out);
    for (size_t i = 0; i < plan->n_owed; i++)
        buf_printf(out, "pick owed: %s\n", plan->owed[i]);
    print_deliverables(p, out);
    print_machines(f, out);
    print_decisive(f, all, out);
    print_time(plan, f, out);
    if (plan->drafted[0])
        buf_printf(out, "a draft: nothing in the studio makes %s\n", plan->drafted);
}

static const char *group_of(const struct plan_row *row)
{
    for (size_t i = 0; i < N_GROUPS; i++)
        if (groups[i].has(row))
            return groups[i].name;
    return "reuse";
}

static json_t *row_json(const struct plan_row *row)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:f}", "id", row->step->id, "kind",
                     row->step->kind->name, "status", plan_row_word(row), "group", group_of(row),
                     "why", row->why, "machine", row->where, "seconds", row->seconds);
}

static json_t *texts_json(const char *const *texts, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(texts[i]));
    return list;
}

static json_t *machine_json(const struct plan_machine *m)
{
    return json_pack("{s:s, s:I, s:f, s:I, s:o}", "name", m->name, "steps", (json_int_t)m->steps,
                     "seconds", m->seconds, "model_loads", (json_int_t)m->loads, "models",
                     texts_json(m->models, m->loads));
}

static json_t *decisive_json(const struct forecast *f)
{
    json_t *list = json_array();

    for (size_t i = 0; i < f->n_decide; i++)
        json_array_append_new(list, json_string(f->decide[i]->step->id));
    return list;
}

static json_t *deliverables_json(const struct planned *p)
{
    json_t *list = json_array();

    for (size_t i = 0; i < p->film.graph->n_deliverables; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:b}", "name", p->film.graph->deliverables[i].name, "path",
                            p->plan->deliverables[i], "current", (int)p->plan->delivered[i]));
    return list;
}

static void print_json(const struct planned *p, const struct forecast *f, bool all, struct buf *out)
{
    const struct plan *plan = p->plan;
    json_t *steps = json_array(), *machines = json_array(), *whole;

    (void)all; // every step is named
    for (size_t i = 0; i < plan->n; i++)
        if (plan->rows[i].wanted)
            json_array_append_new(steps, row_json(&plan->rows[i]));
    for (size_t i = 0; i < f->n_machines; i++)
        json_array_append_new(machines, machine_json(&f->machines[i]));
    whole = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:f, s:f, s:[f, f], "
                      "s:o, s:I, s:s}",
                      "film", p->film.graph->film, "title", p->film.graph->title, "current",
                      (json_int_t)plan->current, "stale", (json_int_t)plan->stale, "missing",
                      (json_int_t)plan->missing, "blocked", (json_int_t)plan->blocked, "steps",
                      steps, "gone", texts_json(plan->gone, plan->n_gone), "picks_owed",
                      texts_json(plan->owed, plan->n_owed), "deliverables", deliverables_json(p),
                      "machines", machines, "seconds", plan->seconds, "finish_seconds", f->seconds,
                      "finish_range", f->least, f->most, "decided_by", decisive_json(f), "done_ms",
                      (json_int_t)done_ms(plan, f), "drafted", plan->drafted);
    json_pretty(whole, out);
    json_decref(whole);
}

static int run(const struct cli *cli, const struct args *args)
{
    struct planned p = {0};
    struct selection only;
    struct buf out = {0};
    struct err err = {0};
    enum sched_aim aim;
    int code;

    if (!selected_read(cli, args, 1, &only, &err) ||
        !kind_name_check(args_get(args, "to", NULL), &err) || !aim_read(args, &aim, &err))
        return say_error(cli, &err);
    if (planned_open(&p, cli, args, 1, &only, args_get(args, "to", NULL))) {
        (args_has(args, "json") ? print_json : print_text)(&p, plan_rehearse(p.plan, aim),
                                                           args_has(args, "all"), &out);
        code = say_out(&out);
        buf_release(&out);
    } else {
        code = p.film.code;
    }
    planned_close(&p);
    return code;
}

static const struct option options[] = {
    OPTION_ONLY,
    OPTION_KIND,
    OPTION_SCENE,
    {"to", 0, "KIND", "plan up to this kind"},
    {"all", 'a', NULL, "name every step, however many there are"},
    {"json", 0, NULL, "as JSON; every step is named"},
    OPTION_PREFER,
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_plan = {
    .name = "plan",
    .usage = "FILM [NAME=VALUE…]",
    .about = "what a build would run: why, where, how long",
    .more =
        "Runs nothing and writes nothing. What hangs on the result of a step that has to run "
        "is told\n"
        "as stale, though that result may turn out to be the same and stop the change there.\n"
        "Times are those of earlier steps of the same kind and preset, else the preset's own.\n"
        "The rest is rehearsed by the scheduler that a build has: how long each machine works and\n"
        "which models it loads in which order, the steps that decide the end, and when that\n"
        "is, from as early to as late as it well may be.\n",
    .examples = "  c41 plan film.yaml\n"
                "  c41 plan film.yaml --to image --all\n",
    .options = options,
    .run = run,
};
