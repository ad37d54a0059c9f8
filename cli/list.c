// SPDX-License-Identifier: MIT
// c41 list: the steps of a film, one a line.
#include <fnmatch.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/kind_name.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/table.h"
#include "compiler/graph.h"
#include "runtime/plan.h"

// What is asked for; NULL: all.
struct filter {
    const char *glob, *kind, *scene;
    bool stale;
};

static bool passes(const struct filter *f, const struct plan_row *row)
{
    const struct step *s = row->step;

    return (!f->glob || fnmatch(f->glob, s->id, 0) == 0) &&
           (!f->kind || strcmp(f->kind, s->kind->name) == 0) &&
           (!f->scene || (s->scene && strcmp(f->scene, s->scene) == 0)) &&
           (!f->stale || row->status != PLAN_CURRENT);
}

static const char *status_of(const struct plan_row *row)
{
    if (row->locked)
        return "locked";
    return row->picked ? "picked" : plan_status_name(row->status);
}

static void print_text(const struct plan *plan, const struct filter *f, struct buf *out)
{
    struct table t = {.columns = 3};

    for (size_t i = 0; i < plan->n; i++) {
        if (!passes(f, &plan->rows[i]))
            continue;
        table_add(&t, "%s", status_of(&plan->rows[i]));
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
                              status_of(row), "scene", s->scene, "shot", s->shot);

    json_object_set_new(value, "why", json_string(row->why));
    return value;
}

static void print_json(const struct plan *plan, const struct filter *f, struct buf *out)
{
    json_t *list = json_array();

    for (size_t i = 0; i < plan->n; i++)
        if (passes(f, &plan->rows[i]))
            json_array_append_new(list, row_json(&plan->rows[i]));
    json_pretty(list, out);
    json_decref(list);
}

static int print_list(const struct cli *cli, const struct args *args, struct filter *f)
{
    struct planned p;
    struct buf out = {0};
    int code;

    if (planned_open(&p, cli, args, 2, NULL, NULL)) {
        size_t n;
        const char **words = compiled_films(cli, args, &n);

        f->glob = n > 1 ? words[1] : NULL;
        (args_has(args, "json") ? print_json : print_text)(p.plan, f, &out);
        code = say_out(&out);
        buf_release(&out);
    } else {
        code = p.film.code;
    }
    planned_close(&p);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct filter f = {
        .kind = args_get(args, "kind", NULL),
        .scene = args_get(args, "scene", NULL),
        .stale = args_has(args, "stale"),
    };
    struct err err = {0};

    if (!kind_name_check(f.kind, &err))
        return say_error(cli, &err);
    return print_list(cli, args, &f);
}

static const struct option options[] = {
    {"kind", 0, "KIND", "steps of this kind: image, speak, cut …"},
    {"scene", 0, "SCENE", "steps of this scene"},
    {"stale", 0, NULL, "only what is not current"},
    {"json", 0, NULL, "as JSON"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_list = {
    .name = "list",
    .usage = "FILM [GLOB]",
    .about = "the steps of a film, with their status",
    .examples = "  c41 list film.yaml\n"
                "  c41 list film.yaml 'lamp/*' --kind image\n"
                "  c41 list film.yaml --stale\n",
    .options = options,
    .run = run,
};
