// SPDX-License-Identifier: MIT
// c41 trust: takes the studio and the presets of a project into use.
#include "compiler/trust.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cli/commands.h"
#include "cli/say.h"

static int give(const struct cli *cli, const char *project)
{
    const char *const *files;
    struct buf out = {0};
    struct err err = {0};
    size_t n;
    int code;

    if (!trust_give(cli->arena, cli->config_dir, project, &files, &n, &err))
        return say_error(cli, &err);
    if (n == 0)
        buf_printf(&out, "%s has no studio.yaml and no presets/: nothing is trusted there\n",
                   project);
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "trusted, as it is now: %s\n", files[i]);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    const char *dir = args->n_words ? args->words[0] : ".";
    struct err err = {0};
    char *project;
    int code;

    if (args->n_words > 1)
        return say_usage(cli, NULL, "trust takes one folder");
    if (!cli->config_dir)
        return say_usage(cli, "set HOME or XDG_CONFIG_HOME",
                         "there is no folder to remember what is trusted in");
    project = realpath(dir, NULL);
    if (!project) {
        err_errno(&err, "%s", dir);
        return say_usage(cli, "name the folder of a project", "%s", err.text);
    }
    code = give(cli, project);
    free(project);
    return code;
}

static const struct option options[] = {{0}};

const struct command command_trust = {
    .name = "trust",
    .usage = "[DIR]",
    .about = "take the studio and presets of a project into use",
    .more = "A film from a stranger may bring a studio.yaml and presets/. They are used only after "
            "this;\n"
            "what is remembered are their digests, so a file that changes is asked for again. Read "
            "them\n"
            "first: a studio says where your pictures and words are sent.\n",
    .examples = "  c41 trust\n"
                "  c41 trust films/the-keeper\n",
    .options = options,
    .run = run,
};
