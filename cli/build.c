// SPDX-License-Identifier: MIT
// c41 build: compiles films and makes what is not at hand.
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "cli/aim.h"
#include "cli/commands.h"
#include "cli/detach.h"
#include "cli/jobs.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "runtime/trace.h"

// "-" is standard output.
static bool open_events(const char *path, int *fd, struct err *err)
{
    *fd = -1;
    if (!path)
        return true;
    *fd = strcmp(path, "-") == 0 ? dup(STDOUT_FILENO)
                                 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    return *fd >= 0 || err_errno(err, "opening %s", path);
}

static bool open_trace(const char *path, struct trace **trace, struct err *err)
{
    *trace = path ? trace_open(path, err) : NULL;
    return !path || *trace;
}

static bool read_options(const struct cli *cli, const struct args *args, struct build_options *o,
                         struct err *err)
{
    if (!jobs_options(cli, args, o, err))
        return false;
    o->dry_run = args_has(args, "dry-run");
    o->explain = args_has(args, "explain");
    o->strict = args_has(args, "strict");
    if (args_has(args, "detach") && (o->dry_run || strcmp(args_get(args, "events", ""), "-") == 0))
        return err_set(err, ERR_USAGE,
                       "--detach leaves the command line alone: it goes with neither --dry-run nor "
                       "--events -");
    return open_events(args_get(args, "events", NULL), &o->events_fd, err) &&
           open_trace(args_get(args, "trace", NULL), &o->trace, err);
}

// All are compiled before the first is built: what is wrong is told in one go.
static int open_all(struct job *jobs, size_t n, const struct cli *cli, const struct args *args,
                    const struct build_options *o)
{
    int code = EXIT_BUILT;

    for (size_t i = 0; i < n; i++)
        if (!job_open(&jobs[i], cli, args, o) && !code)
            code = jobs[i].compiled.code;
    return code;
}

// Where nothing has, there is nothing to detach for.
static bool has_moved(const struct job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (jobs[i].compiled.compile)
            return true;
    return false;
}

static int build_all(struct job *jobs, size_t n, const struct build_options *o)
{
    int code = EXIT_BUILT;

    for (size_t i = 0; i < n && (!code || o->keep_going); i++) {
        int one = job_build(&jobs[i], o);

        code = code ? code : one;
    }
    return code;
}

static int run(const struct cli *cli, const struct args *args)
{
    struct build_options o;
    struct job *jobs;
    struct err err = {0};
    size_t n;
    const char **films = compiled_films(cli, args, &n);
    int code;

    if (n == 0)
        return say_usage(cli, "name its file, as in `c41 build film.yaml`", "which film?");
    if (!read_options(cli, args, &o, &err))
        return say_error(cli, &err);
    jobs = arena_array(cli->arena, struct job, n);
    for (size_t i = 0; i < n; i++)
        jobs[i].film = films[i];
    code = open_all(jobs, n, cli, args, &o);
    if (!code)
        code = args_has(args, "detach") && has_moved(jobs, n) ? detach(cli, jobs, n, &o, build_all)
                                                              : build_all(jobs, n, &o);
    for (size_t i = 0; i < n; i++)
        job_release(&jobs[i]);
    if (o.events_fd >= 0)
        close(o.events_fd);
    if (!trace_close(o.trace, &err) && !code)
        code = say_error(cli, &err);
    return code;
}

static const struct option options[] = {
    OPTION_ONLY,
    OPTION_KIND,
    OPTION_SCENE,
    OPTION_TO,
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    OPTION_JOBS,
    OPTION_PREFER,
    OPTION_KEEP_GOING,
    {"dry-run", 0, NULL, "say what would run, and run nothing"},
    {"detach", 0, NULL, "in the background; `c41 status` looks at it"},
    {"strict", 0, NULL, "fail where kinds are drafted, picks owed, or faults found in a film"},
    {"explain", 0, NULL, "say why each step runs"},
    {"events", 0, "FILE", "write what happens as JSON lines; - is standard output"},
    {"trace", 0, "FILE", "write what ran where and when, for ui.perfetto.dev"},
    OPTION_ASSUME,
    OPTION_QUIET,
    OPTION_VERBOSE,
    {0},
};

const struct command command_build = {
    .name = "build",
    .usage = "FILM… [NAME=VALUE…]",
    .about = "make the films; only what changed is made anew",
    .more =
        "Deliverables go to out/ beside the film; those with anything drafted to out/draft/.\n"
        "Exit codes: 0 built; 1 a step failed; 2 the film, a preset or the studio is wrong; 3 a\n"
        "machine stays away; 4 --strict, and picks are owed, kinds drafted or faults found;\n"
        "130 interrupted.\n",
    .examples = "  c41 build film.yaml\n"
                "  c41 build film.yaml --draft            the animatic, with no studio\n"
                "  c41 build film.yaml --to image         the stills alone\n"
                "  c41 build film.yaml --only 'lamp/*'    one scene\n"
                "  c41 build film.yaml --dry-run --explain\n",
    .options = options,
    .run = run,
};
