// SPDX-License-Identifier: MIT
// c41 plan: what a build would do, why, where, and how long it would take.
#include "runtime/plan.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/kind_name.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/table.h"
#include "compiler/graph.h"

enum { MOST_ROWS = 40 }; // more steps than this are told by kind

static bool will_run(const struct plan_row *row)
{
    return row->wanted && row->status != PLAN_CURRENT;
}

static void add_seconds(struct table *t, double seconds)
{
    struct buf text = {0};

    planned_print_seconds(seconds, &text);
    table_add(t, "%s", buf_text(&text));
    buf_release(&text);
}

static void print_steps(const struct plan *plan, enum plan_status status, struct buf *out)
{
    struct table t = {.columns = 5};

    for (size_t i = 0; i < plan->n; i++) {
        const struct plan_row *row = &plan->rows[i];

        if (!will_run(row) || row->status != status)
            continue;
        table_add(&t, "%s", plan_status_name(status));
        table_add(&t, "%s", row->step->id);
        table_add(&t, "%s", row->where);
        add_seconds(&t, row->seconds);
        table_add(&t, "%s", row->why);
    }
    table_print(&t, 2, out);
}

// Of one kind: how many there are of a status, and what they should take together.
static void print_kinds(const struct plan *plan, enum plan_status status, struct buf *out)
{
    struct table t = {.columns = 5};
    size_t n_kinds;
    const struct kind *kinds = kind_all(&n_kinds);

    for (size_t k = 0; k < n_kinds; k++) {
        size_t n = 0;
        double seconds = 0;
        const char *where = "";

        for (size_t i = 0; i < plan->n; i++) {
            const struct plan_row *row = &plan->rows[i];

            if (!will_run(row) || row->status != status || row->step->kind != &kinds[k])
                continue;
            n++;
            seconds += row->seconds;
            where = row->where;
        }
        if (!n)
            continue;
        table_add(&t, "%s", plan_status_name(status));
        table_add(&t, "%s", kinds[k].name);
        table_add(&t, "%zu step%s", n, n == 1 ? "" : "s");
        table_add(&t, "%s", where);
        add_seconds(&t, seconds);
    }
    table_print(&t, 2, out);
}

static void print_status(const struct plan *plan, enum plan_status status, size_t n, bool all,
                         struct buf *out)
{
    if (all || n <= MOST_ROWS)
        print_steps(plan, status, out);
    else
        print_kinds(plan, status, out);
}

static void print_deliverables(const struct planned *p, struct buf *out)
{
    const struct graph *g = p->film.graph;
    bool made = p->plan->stale + p->plan->missing + p->plan->blocked > 0;

    for (size_t i = 0; i < g->n_deliverables; i++)
        buf_printf(out, "%s %s\n",
                   made                    ? "makes"
                   : p->plan->delivered[i] ? "there is"
                                           : "puts out",
                   p->plan->deliverables[i]);
}

static void print_time(const struct plan *plan, struct buf *out)
{
    if (plan->seconds <= 0)
        return;
    buf_puts(out, "about ");
    planned_print_seconds(plan->seconds, out);
    buf_puts(out, " of work, done in about ");
    planned_print_seconds(plan->finish_seconds, out);
    buf_char(out, '\n');
}

static void print_plan(const struct planned *p, bool all, struct buf *out)
{
    const struct plan *plan = p->plan;

    buf_printf(out, "%s: %zu current, %zu stale, %zu missing, %zu blocked\n", p->film.graph->title,
               plan->current, plan->stale, plan->missing, plan->blocked);
    print_status(plan, PLAN_BLOCKED, 0, all, out); // always by step: somebody has to act
    print_status(plan, PLAN_STALE, plan->stale, all, out);
    print_status(plan, PLAN_MISSING, plan->missing, all, out);
    for (size_t i = 0; i < plan->n_owed; i++)
        buf_printf(out, "pick owed: %s\n", plan->owed[i]);
    print_deliverables(p, out);
    print_time(plan, out);
    if (plan->drafted[0])
        buf_printf(out, "a draft: nothing in the studio makes %s\n", plan->drafted);
}

static int run(const struct cli *cli, const struct args *args)
{
    struct planned p;
    struct selection only;
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!selected_read(cli, args, 1, &only, &err) ||
        !kind_name_check(args_get(args, "to", NULL), &err))
        return say_error(cli, &err);
    if (planned_open(&p, cli, args, 1, &only, args_get(args, "to", NULL))) {
        print_plan(&p, args_has(args, "all"), &out);
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
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_plan = {
    .name = "plan",
    .usage = "FILM [NAME=VALUE…]",
    .about = "what a build would run: why, where, how long",
    .more = "Runs nothing and writes nothing. What hangs on the result of a step that has to run "
            "is told\n"
            "as stale, though that result may turn out to be the same and stop the change there.\n",
    .examples = "  c41 plan film.yaml\n"
                "  c41 plan film.yaml --to image --all\n",
    .options = options,
    .run = run,
};
