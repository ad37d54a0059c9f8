// SPDX-License-Identifier: MIT
#include "cli/show.h"

#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "compiler/graph.h"
#include "runtime/plan.h"

static void show_steps(const struct planned *p, const struct selection *s, struct buf *out)
{
    size_t start = out->len;

    for (size_t i = 0; i < p->plan->n; i++) {
        const struct plan_row *row = &p->plan->rows[i];

        if (!plan_row_is_meant(row, s))
            continue;
        if (out->len > start)
            buf_char(out, '\n');
        show_step(p, row, out);
    }
}

static int show(const struct cli *cli, const struct planned *p, const struct selection *s)
{
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!selection_check(s, p->film.graph, &err))
        return say_error(cli, &err);
    if (selection_is_all(s) && !s->stale)
        show_film(p, &out);
    else
        show_steps(p, s, &out);
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
        code = show(cli, &p, &s);
    else
        code = p.film.code;
    planned_close(&p);
    return code;
}

// clang-format off
static const struct option options[] = {
    OPTION_KIND,
    OPTION_SCENE,
    OPTION_STALE,
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};
// clang-format on

const struct command command_show = {
    .name = "show",
    .usage = "FILM [STEP…]",
    .about = "a film's shots and lengths; or all about steps",
    .examples = "  c41 show film.yaml\n"
                "  c41 show film.yaml lamp/mara/image\n"
                "  c41 show film.yaml 'lamp/*' --kind image --stale\n",
    .options = options,
    .run = run,
};
