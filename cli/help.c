// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <string.h>

#include "base/buf.h"
#include "cli/commands.h"
#include "cli/say.h"

static size_t widest_name(const struct cli *cli)
{
    size_t widest = 0;

    for (size_t i = 0; i < cli->n_commands; i++) {
        size_t len = strlen(cli->commands[i]->name);

        if (!cli->commands[i]->hidden && len > widest)
            widest = len;
    }
    return widest;
}

static void describe_all(const struct cli *cli, struct buf *out)
{
    size_t widest = widest_name(cli);

    buf_puts(out, "c41 makes films from text: it compiles a YAML film to a graph of steps and runs "
                  "only those\nwhose inputs changed.\n\n"
                  "usage: c41 COMMAND …\n\n");
    for (size_t i = 0; i < cli->n_commands; i++) {
        const struct command *c = cli->commands[i];

        if (c->hidden)
            continue;
        buf_printf(out, "  %s", c->name);
        buf_repeat(out, ' ', widest + 2 - strlen(c->name));
        buf_printf(out, "%s\n", c->about);
    }
    buf_puts(out, "\n"
                  "  c41 new my-film               write a first film, with remarks\n"
                  "  c41 build my-film.yaml        make it; again after each change\n"
                  "  c41 build --help              what a command can do\n"
                  "  c41 --version                 which c41 this is\n");
}

static void describe(const struct command *c, struct buf *out)
{
    buf_printf(out, "usage: c41 %s%s%s\n\n%s\n", c->name, c->usage[0] ? " " : "", c->usage,
               c->about);
    if (c->more)
        buf_printf(out, "\n%s", c->more);
    if (c->options->name) {
        buf_puts(out, "\noptions:\n");
        options_print(c->options, out);
    }
    if (c->examples)
        buf_printf(out, "\nexamples:\n%s", c->examples);
}

int help_print(const struct cli *cli, const struct command *command)
{
    struct buf out = {0};
    int code;

    if (command)
        describe(command, &out);
    else
        describe_all(cli, &out);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run_help(const struct cli *cli, const struct args *args)
{
    const struct command *command = NULL;

    if (args->n_words > 1)
        return say_usage(cli, NULL, "help takes one command");
    if (args->n_words == 1 && !(command = cli_find(cli, args->words[0])))
        return cli_refuse(cli, args->words[0]);
    return help_print(cli, command);
}

static const struct option options[] = {{0}};

const struct command command_help = {
    .name = "help",
    .usage = "[COMMAND]",
    .about = "this list, or what one command can do",
    .examples = "  c41 help build\n",
    .options = options,
    .run = run_help,
};
