// SPDX-License-Identifier: MIT
// Machines as the command line names them, held against the studio.
#pragma once

#include <stdbool.h>

struct args;
struct cli;

// Whether the studio has every machine that args name ("here" is this one). False after saying
// which it does not have, with *code set. A studio that is wrong has them all.
bool machines_check(const struct cli *cli, const struct args *args, int *code);
