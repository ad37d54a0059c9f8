// SPDX-License-Identifier: MIT
// c41 cancel: ends the build of a project from elsewhere.
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "cli/builder.h"
#include "cli/commands.h"
#include "cli/say.h"
#include "runtime/status.h"

// Others who change the store (gc, verify) are left alone.
static bool builds(const struct builder *b)
{
    return b->lives && (b->state != BUILDER_BUSY || strstr(b->holder.who, ") builds "));
}

static int say_line(const char *line, const char *about)
{
    struct buf out = {0};
    int code;

    buf_printf(&out, "%s%s\n", line, about);
    code = say_out(&out);
    buf_release(&out);
    return code;
}

// Asks it, and waits until it has ended. False with *err.
static bool end(struct builder *b, struct err *err)
{
    long pid = b->holder.pid;

    if (!pid)
        return err_set(err, ERR_USAGE, "it runs on another machine: %s; cancel it there",
                       b->holder.who);
    if (kill((pid_t)pid, SIGUSR1) != 0 && errno != ESRCH)
        return err_errno(err, "asking process %ld to end", pid);
    while (b->lives && b->holder.pid == pid)
        builder_wait(b, 0.1);
    return true;
}

// One that was ended before it could say so.
static void tell_for_it(const struct builder *b, long pid)
{
    struct err err;

    if (b->state == BUILDER_KILLED && json_get_integer(b->status, "pid", 0) == pid)
        status_finish(b->project, EXIT_INTERRUPTED, clock_system(), &err);
}

static int run(const struct cli *cli, const struct args *args)
{
    const char *project;
    struct builder b;
    struct err err = {0};
    long pid;
    int code;

    if (!builder_locate(cli, args, &project, &code))
        return code;
    builder_look(&b, project);
    pid = b.holder.pid;
    if (!b.lives) {
        code = say_line("no build is at work here", "");
    } else if (!builds(&b)) {
        code = say_line("no build is at work here: ", b.holder.who);
    } else if (!end(&b, &err)) {
        code = say_error(cli, &err);
    } else {
        tell_for_it(&b, pid);
        code = say_line("cancelled: ", json_get_text(b.status, "film", "the build"));
    }
    builder_release(&b);
    return code;
}

static const struct option options[] = {{0}};

const struct command command_cancel = {
    .name = "cancel",
    .usage = "[FILM|DIR]",
    .about = "end the build of a project",
    .more =
        "As Ctrl-C twice does where it runs: nothing new starts, and what runs is cancelled, on\n"
        "other machines too, and only that. Returns when the build has ended. What was made is\n"
        "kept.\n",
    .examples = "  c41 cancel\n"
                "  c41 cancel film.yaml\n",
    .options = options,
    .run = run,
};
