// SPDX-License-Identifier: MIT
#include "cli/machines.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/say.h"
#include "compiler/compile.h"
#include "compiler/roster.h"
#include "compiler/studio.h"

static bool has(const struct studio *s, const char *name)
{
    for (size_t i = 0; i < s->n_machines; i++)
        if (strcmp(s->machines[i].name, name) == 0)
            return true;
    return false;
}

static int refuse(const struct cli *cli, const struct studio *s, const char *name)
{
    const char **names = arena_array(cli->arena, const char *, s->n_machines + 1), *near;

    for (size_t i = 0; i < s->n_machines; i++)
        names[i] = s->machines[i].name;
    near = str_nearest(name, names, s->n_machines);
    return say_usage(cli,
                     near ? arena_printf(cli->arena, "did you mean \"%s\"?", near)
                          : "`c41 studio` lists them; another studio is named by --studio FILE",
                     "%s has no machine \"%s\"", s->file ? s->file : "the studio", name);
}

// Whoever wants a machine back gets it, even where the studio is wrong just now.
static void say_unchecked(const struct args *args)
{
    struct buf text = {0};

    if (args->n_words)
        buf_puts(&text, "the studio is wrong (`c41 studio` says how), so names are taken as they "
                        "are\n");
    say_aside(&text);
    buf_release(&text);
}

bool machines_check(const struct cli *cli, const struct args *args, int *code)
{
    struct compile_options options = {
        .data_dir = cli->data_dir,
        .studio = args_get(args, "studio", cli->studio),
        .config_dir = cli->config_dir,
        .home = cli->home,
    };
    struct err err;
    struct roster *r = roster_new(&options, &err);
    const struct studio *s = r ? roster_studio(r) : NULL;

    *code = r ? EXIT_BUILT : say_error(cli, &err);
    if (r && !s)
        say_unchecked(args);
    for (size_t i = 0; s && !*code && i < args->n_words; i++)
        if (!has(s, args->words[i]))
            *code = refuse(cli, s, args->words[i]);
    roster_free(r);
    return *code == EXIT_BUILT;
}
