// SPDX-License-Identifier: MIT
// A film opened for a few of its scenes: where the last build has left word of which part holds
// them, those parts alone are compiled, with all that they are bound to.
#pragma once

#include <stdbool.h>

struct args;
struct cli;
struct compiled;
struct selection;

// Compiles the parts that hold what s means, and those that have moved, and tells their warnings.
// False without a word where it is not certain that all that is told of those steps is what the
// whole film tells: then film is to be opened whole. Close it in either case.
bool few_parts_open(struct compiled *film, const struct cli *cli, const struct args *args,
                    const char *path, const struct selection *s);
