// SPDX-License-Identifier: MIT
// c41 exec: one step by itself, for builds and the nodes of a farm.
#include "runtime/exec.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/say.h"

static int run(const struct cli *cli, const struct args *args)
{
    enum { MOST_BYTES = 64 << 20 };
    struct buf job = {0};
    struct err err = {0};
    const char *path;
    int code;

    if (args->n_words != 1)
        return say_usage(cli, NULL, "exec takes one file: a step as JSON, or - for standard input");
    path = strcmp(args->words[0], "-") == 0 ? "/dev/stdin" : args->words[0];
    if (file_read(path, &job, MOST_BYTES, &err))
        code = exec_run(buf_view(&job), cli->module_dir, STDOUT_FILENO);
    else
        code = say_error(cli, &err);
    buf_release(&job);
    return code;
}

static const struct option options[] = {{0}};

const struct command command_exec = {
    .name = "exec",
    .usage = "STEP.json",
    .about = "run one step by itself; speaks JSON lines",
    .options = options,
    .hidden = true,
    .run = run,
};
