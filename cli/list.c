// SPDX-License-Identifier: MIT
// c41 list: the steps of a film, one a line.
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/table.h"
#include "compiler/graph.h"
#include "runtime/plan.h"

static void print_text(const struct plan *plan, const struct selection *s, struct buf *out)
{
    struct table t = {.columns = 3};

    for (size_t i = 0; i < plan->n; i++) {
        if (!plan_row_is_meant(&plan->rows[i], s))
            continue;
        table_add(&t, "%s", plan_row_word(&plan->rows[i]));
        table_add(&t, "%s", plan->rows[i].step->kind->name);
        table_add(&t, "%s", plan->rows[i].step->id);
    }
    table_print(&t, 0, out);
}

static json_t *row_json(const struct plan_row *row)
{
    const struct step *s = row->step;
    json_t *value = json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?}", "id", s->id, "kind",
                              s->kind->name, "preset", s->preset ? s->preset : "", "status",
                              plan_row_word(row), "scene", s->scene, "shot", s->shot);

    json_object_set_new(value, "why", json_string(row->why));
    return value;
}

static void print_json(const struct plan *plan, const struct selection *s, struct buf *out)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->n; i++)
        if (plan_row_is_meant(&plan->rows[i], s))
            json_array_append_new(list, row_json(&plan->rows[i]));
    json_pretty(list, out);
    json_decref(list);
}

static int print_list(const struct cli *cli, const struct planned *p, const struct selection *s,
                      bool json)
{
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!selection_check(s, p->film.graph, &err))
        return say_error(cli, &err);
    (json ? print_json : print_text)(p->plan, s, &out);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct selection s;
    struct planned p = {.meant = &s};
    struct err err = {0};
    int code;

    if (!selected_read(cli, args, 1, &s, &err))
        return say_error(cli, &err);
    if (planned_open(&p, cli, args, SELECTED_ANY_WORDS, NULL, NULL))
        code = print_list(cli, &p, &s, args_has(args, "json"));
    else
        code = p.film.code;
    planned_close(&p);
    return code;
}

static const struct option options[] = {
    {"json", 0, NULL, "as JSON"},
    OPTION_KIND,
    OPTION_SCENE,
    OPTION_STALE,
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_list = {
    .name = "list",
    .usage = "FILM [GLOB…]",
    .about = "the steps of a film, with their status",
    .examples = "  c41 list film.yaml\n"
                "  c41 list film.yaml 'lamp/*' --kind image\n"
                "  c41 list film.yaml --stale\n",
    .options = options,
    .run = run,
};
