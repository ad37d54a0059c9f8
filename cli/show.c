// SPDX-License-Identifier: MIT
#include "cli/show.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "compiler/graph.h"
#include "runtime/plan.h"

static int refuse_step(const struct cli *cli, const struct graph *g, const char *id)
{
    const char **names = arena_array(cli->arena, const char *, g->n_steps + 1), *near;
    const char *help = "`c41 list FILM` names the steps";

    for (size_t i = 0; i < g->n_steps; i++)
        names[i] = g->steps[i]->id;
    near = str_nearest(id, names, g->n_steps);
    if (near)
        help = arena_printf(cli->arena, "did you mean \"%s\"?", near);
    return say_usage(cli, help, "no step \"%s\"", id);
}

static int show(const struct cli *cli, const struct args *args, const struct planned *p)
{
    size_t n;
    const char **words = compiled_films(cli, args, &n);
    const struct plan_row *row = n > 1 ? plan_find(p->plan, words[1]) : NULL;
    struct buf out = {0};
    int code;

    if (n > 1 && !row)
        return refuse_step(cli, p->film.graph, words[1]);
    if (row)
        show_step(p, row, &out);
    else
        show_film(p, &out);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct planned p;
    int code;

    if (planned_open(&p, cli, args, 2, NULL, NULL))
        code = show(cli, args, &p);
    else
        code = p.film.code;
    planned_close(&p);
    return code;
}

static const struct option options[] = {
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_show = {
    .name = "show",
    .usage = "FILM [STEP]",
    .about = "a film's shots and lengths; or all about one step",
    .examples = "  c41 show film.yaml\n"
                "  c41 show film.yaml lamp/mara/image\n",
    .options = options,
    .run = run,
};
