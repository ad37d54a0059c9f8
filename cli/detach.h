// SPDX-License-Identifier: MIT
// Builds that go on in the background when the command line has returned.
#pragma once

#include <stddef.h>

struct build_options;
struct cli;
struct job;

// Starts a builder for the jobs, which are open, and returns the exit code: 0 once it is at work.
// build_all is called there.
int detach(const struct cli *cli, struct job *jobs, size_t n, const struct build_options *o,
           int (*build_all)(struct job *jobs, size_t n, const struct build_options *o));
