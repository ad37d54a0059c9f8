// SPDX-License-Identifier: MIT
// c41 why: what has changed since a step was last made, down to the line of the film.
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/commands.h"
#include "cli/planned.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/why_text.h"
#include "runtime/plan.h"

static bool is_meant(const struct selection *s, const struct plan_row *row)
{
    return row->wanted && plan_row_is_meant(row, s);
}

static void print_text(const struct planned *p, const struct selection *s, struct buf *out)
{
    struct buf text = {0};

    for (size_t i = 0; i < p->plan->n; i++)
        if (is_meant(s, &p->plan->rows[i]))
            why_text_print(p->film.graph, &p->plan->rows[i], plan_why(p->plan, &p->plan->rows[i]),
                           &text);
    diag_put_lines(out, buf_text(&text));
    buf_release(&text);
}

static void print_json(const struct planned *p, const struct selection *s, struct buf *out)
{
    json_t *list = json_array();

    for (size_t i = 0; i < p->plan->n; i++)
        if (is_meant(s, &p->plan->rows[i]))
            json_array_append_new(list, why_text_json(p->film.graph, &p->plan->rows[i],
                                                      plan_why(p->plan, &p->plan->rows[i])));
    json_pretty(list, out);
    json_decref(list);
}

static int run(const struct cli *cli, const struct args *args)
{
    struct selection s;
    struct planned p = {.meant = &s};
    struct buf out = {0};
    struct err err = {0};
    int code;

    if (!selected_read(cli, args, 1, &s, &err))
        return say_error(cli, &err);
    if (selection_is_all(&s) && !s.stale && args->n_words)
        return say_usage(cli, "`c41 why FILM STEP…`, or --stale for all that is not current",
                         "which step?");
    if (planned_open(&p, cli, args, SELECTED_ANY_WORDS, &s, NULL)) {
        (args_has(args, "json") ? print_json : print_text)(&p, &s, &out);
        code = say_out(&out);
        buf_release(&out);
    } else {
        code = p.film.code;
    }
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

const struct command command_why = {
    .name = "why",
    .usage = "FILM STEP…",
    .about = "what changed since a step was last made",
    .more =
        "Each step is held against its earlier run that differs least. What differs is told\n"
        "with the line of the film that asks for it; an input that changed with what happened\n"
        "to the step that made it. Of a step that is current it says when and how it was made.\n",
    .examples = "  c41 why film.yaml lamp/mara/image\n"
                "  c41 why film.yaml 'lamp/*' --kind cut\n"
                "  c41 why film.yaml --stale\n",
    .options = options,
    .run = run,
};
