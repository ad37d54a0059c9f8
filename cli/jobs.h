// SPDX-License-Identifier: MIT
// Films of a command line on their way to their deliverables: looked at, compiled unless nothing
// has moved, built.
#pragma once

#include <stdbool.h>

#include "cli/compiled.h"
#include "cli/seen.h"
#include "runtime/build.h"

struct args;
struct cli;
struct err;

// The options of every command that builds, as rows of its table; OPTION_ONLY and the like beside
// them.
// clang-format off
#define OPTION_TO         {"to", 0, "KIND", "stop at this kind: `--to image` makes the stills"}
#define OPTION_JOBS       {"jobs", 'j', "N", "steps at once on this machine; one a core"}
#define OPTION_KEEP_GOING {"keep-going", 0, NULL, "finish what does not depend on a failure"}
#define OPTION_ASSUME     {"assume-picks", 0, NULL, "go on with take 1 where a pick is owed"}
#define OPTION_QUIET      {"quiet", 'q', NULL, "failures and the last words only"}
#define OPTION_VERBOSE    {"verbose", 'v', NULL, "reasons and notes too"}
// clang-format on

// Fills *o in from these options, for the films on stderr; nobody gets events. False with *err.
bool jobs_options(const struct cli *cli, const struct args *args, struct build_options *o,
                  struct err *err);

struct job {
    const char *film;
    const struct cli *cli; // as job_open had them
    const struct args *args;
    struct seen seen;
    struct compiled compiled; // unless nothing has moved
};

// Looks at job->film and compiles it where that is needed. False with job->compiled.code set after
// saying why; release in either case.
bool job_open(struct job *job, const struct cli *cli, const struct args *args,
              const struct build_options *o);
void job_release(struct job *job);

// Returns the exit code.
int job_build(struct job *job, const struct build_options *o);
