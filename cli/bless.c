// SPDX-License-Identifier: MIT
// c41 bless: a render still stands, though its step would be made of something else now.
#include "runtime/bless.h"

#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "cli/why_text.h"
#include "compiler/graph.h"
#include "runtime/build.h"

static int print(const struct blessing *b)
{
    struct buf text = {0}, out = {0};
    int code;

    for (size_t i = 0; i < b->n; i++) {
        buf_printf(&text, "%s: blessed\n", b->list[i].step->id);
        why_text_changes(b->list[i].why, 2, &text);
    }
    diag_put_lines(&out, buf_text(&text));
    buf_release(&text);
    if (b->n == 0)
        buf_puts(&out, "all of it is current: there is nothing to bless\n");
    else if (b->n == 1)
        buf_puts(&out, "1 render stands as it is\n");
    else
        buf_printf(&out, "%zu renders stand as they are\n", b->n);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int bless(const struct cli *cli, const struct graph *graph, const struct selection *s)
{
    struct build_options o = {
        .module_dir = cli->module_dir, .events_fd = -1, .display = {.fd = -1}};
    struct err err = {0};
    struct blessing *b = bless_new(graph, s, &o, &err);
    int code = b ? print(b) : say_error(cli, &err);

    bless_free(b);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct selection s;
    struct compiled film;
    struct err err = {0};
    int code;

    if (!selected_read(cli, args, 1, &s, &err))
        return say_error(cli, &err);
    if (selection_is_all(&s) && !s.stale && args->n_words)
        return say_usage(cli, "`c41 bless FILM STEP…`", "which step?");
    code = compiled_open_first(&film, cli, args, SELECTED_ANY_WORDS) ? bless(cli, film.graph, &s)
                                                                     : film.code;
    compiled_close(&film);
    return code;
}

static const struct option options[] = {
    {"stale", 0, NULL, "pass over what is current already, and what only chooses"},
    OPTION_KIND,
    OPTION_SCENE,
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {0},
};

const struct command command_bless = {
    .name = "bless",
    .usage = "FILM STEP…",
    .about = "a render still stands: keep it for what its step is now",
    .more = "What the step was last made of and what it would be made of now differ; the render\n"
            "is accepted as if it had been made of the latter. All that is named is blessed, or\n"
            "nothing. A step that waits for an input cannot be: nobody knows its key yet.\n",
    .examples = "  c41 bless film.yaml lamp/mara/image\n"
                "  c41 bless film.yaml --kind image --stale      a new style, the old stills\n",
    .options = options,
    .run = run,
};
