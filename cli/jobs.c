// SPDX-License-Identifier: MIT
#include "cli/jobs.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/aim.h"
#include "cli/cli.h"
#include "cli/kind_name.h"
#include "cli/selected.h"
#include "compiler/compile.h"

bool jobs_options(const struct cli *cli, const struct args *args, struct build_options *o,
                  struct err *err)
{
    long jobs;

    if (!args_number(args, "jobs", 1, 0, &jobs, err))
        return false;
    *o = (struct build_options){
        .to = args_get(args, "to", NULL),
        .jobs = (unsigned)jobs,
        .keep_going = args_has(args, "keep-going"),
        .assume_picks = args_has(args, "assume-picks"),
        .draft_asked = args_has(args, "draft"),
        .program = path_of_program(cli->arena),
        .module_dir = cli->module_dir,
        .state_dir = cli->state_dir,
        .events_fd = -1,
        .display = {.fd = STDERR_FILENO,
                    .live = cli->terminal,
                    .colour = cli->colour,
                    .verbosity = args_has(args, "quiet") ? -1 : args_has(args, "verbose")},
    };
    return aim_read(args, &o->aim, err) && kind_name_check(o->to, err) &&
           selected_read(cli, args, 0, &o->only, err);
}

// A dry run and a part of the film are gone through whatever moved.
static bool asks_for_all(const struct build_options *o)
{
    return build_is_whole(o) && !o->dry_run;
}

bool job_open(struct job *job, const struct cli *cli, const struct args *args,
              const struct build_options *o)
{
    job->cli = cli;
    job->args = args;
    seen_look(&job->seen, cli, args, job->film);
    if (!asks_for_all(o))
        part_choice_release(&job->seen.choice);
    if (!job->seen.unchanged || !asks_for_all(o))
        return seen_compile(&job->seen, cli, args, job->film, &job->compiled);
    seen_say_again(&job->seen);
    return true;
}

void job_release(struct job *job)
{
    compiled_close(&job->compiled);
    seen_release(&job->seen);
}

static struct build_result build(const struct job *job, const struct build_options *o)
{
    struct build_options own = *o;

    own.from = &job->seen.from;
    return build_run(job->compiled.graph, compile_studio(job->compiled.compile), &own);
}

int job_build(struct job *job, const struct build_options *o)
{
    struct build_result result;

    if (!job->compiled.compile)
        return built_again(&job->seen.last, o).exit_code;
    result = build(job, o);
    if (!result.lacks)
        return result.exit_code;
    if (!seen_compile_all(&job->seen, job->cli, job->args, job->film, &job->compiled))
        return job->compiled.code;
    return build(job, o).exit_code;
}
