// SPDX-License-Identifier: MIT
// c41 build: compiles films and makes what is not at hand.
#include "runtime/build.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/commands.h"
#include "cli/compiled.h"
#include "cli/kind_name.h"
#include "cli/say.h"
#include "cli/seen.h"
#include "cli/selected.h"
#include "compiler/compile.h"

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

static bool read_options(const struct cli *cli, const struct args *args, struct build_options *o,
                         struct err *err)
{
    long jobs;

    if (!args_number(args, "jobs", 1, 0, &jobs, err))
        return false;
    *o = (struct build_options){
        .to = args_get(args, "to", NULL),
        .jobs = (unsigned)jobs,
        .keep_going = args_has(args, "keep-going"),
        .dry_run = args_has(args, "dry-run"),
        .explain = args_has(args, "explain"),
        .strict = args_has(args, "strict"),
        .assume_picks = args_has(args, "assume-picks"),
        .draft_asked = args_has(args, "draft"),
        .program = path_of_program(cli->arena),
        .module_dir = cli->module_dir,
        .display = {.fd = STDERR_FILENO,
                    .live = cli->terminal,
                    .colour = cli->colour,
                    .verbosity = args_has(args, "quiet") ? -1 : args_has(args, "verbose")},
    };
    return kind_name_check(o->to, err) && selected_read(cli, args, 0, &o->only, err) &&
           open_events(args_get(args, "events", NULL), &o->events_fd, err);
}

// One film of the command line.
struct job {
    const char *film;
    struct seen seen;
    struct compiled compiled; // unless nothing has moved
};

// A dry run and a part of the film are gone through whatever moved.
static bool asks_for_all(const struct build_options *o)
{
    return build_is_whole(o) && !o->dry_run;
}

// All are compiled before the first is built: what is wrong is told in one go.
static int open_all(struct job *jobs, size_t n, const struct cli *cli, const struct args *args,
                    const struct build_options *o)
{
    int code = EXIT_BUILT;

    for (size_t i = 0; i < n; i++) {
        struct job *job = &jobs[i];

        seen_look(&job->seen, cli, args, job->film);
        if (!asks_for_all(o))
            part_choice_release(&job->seen.choice);
        if (job->seen.unchanged && asks_for_all(o))
            seen_say_again(&job->seen);
        else if (!seen_compile(&job->seen, cli, args, job->film, &job->compiled) && !code)
            code = job->compiled.code;
    }
    return code;
}

static int build_one(const struct job *job, const struct build_options *o)
{
    struct build_options own = *o;

    if (!job->compiled.compile)
        return built_again(&job->seen.last, o).exit_code;
    own.from = &job->seen.from;
    return build_run(job->compiled.graph, compile_studio(job->compiled.compile), &own).exit_code;
}

static int build_all(const struct job *jobs, size_t n, const struct build_options *o)
{
    int code = EXIT_BUILT;

    for (size_t i = 0; i < n && (!code || o->keep_going); i++) {
        int one = build_one(&jobs[i], o);

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
        code = build_all(jobs, n, &o);
    for (size_t i = 0; i < n; i++) {
        compiled_close(&jobs[i].compiled);
        seen_release(&jobs[i].seen);
    }
    if (o.events_fd >= 0)
        close(o.events_fd);
    return code;
}

static const struct option options[] = {
    OPTION_ONLY,
    OPTION_KIND,
    OPTION_SCENE,
    {"to", 0, "KIND", "stop at this kind: `--to image` makes the stills"},
    OPTION_DRAFT,
    OPTION_STUDIO,
    OPTION_USE,
    {"jobs", 'j', "N", "steps at once on this machine; one a core"},
    {"keep-going", 0, NULL, "finish what does not depend on a failure"},
    {"dry-run", 0, NULL, "say what would run, and run nothing"},
    {"strict", 0, NULL, "fail, and build nothing, where kinds are drafted or picks owed"},
    {"explain", 0, NULL, "say why each step runs"},
    {"events", 0, "FILE", "write what happens as JSON lines; - is standard output"},
    {"assume-picks", 0, NULL, "go on with take 1 where a pick is owed"},
    {"quiet", 'q', NULL, "failures and the last words only"},
    {"verbose", 'v', NULL, "reasons and notes too"},
    {0},
};

const struct command command_build = {
    .name = "build",
    .usage = "FILM… [NAME=VALUE…]",
    .about = "make the films; only what changed is made anew",
    .more =
        "Deliverables go to out/ beside the film; those with anything drafted to out/draft/.\n"
        "Exit codes: 0 built; 1 a step failed; 2 the film, a preset or the studio is wrong; 3 a\n"
        "machine stays away; 4 --strict, and picks are owed or kinds drafted; 130 interrupted.\n",
    .examples = "  c41 build film.yaml\n"
                "  c41 build film.yaml --draft            the animatic, with no studio\n"
                "  c41 build film.yaml --to image         the stills alone\n"
                "  c41 build film.yaml --only 'lamp/*'    one scene\n"
                "  c41 build film.yaml --dry-run --explain\n",
    .options = options,
    .run = run,
};
