// SPDX-License-Identifier: MIT
// Steps as they are selected on the command line: globs as words or by --only, --kind, --scene,
// --stale.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/selection.h"

struct args;
struct cli;
struct err;

// Rows of a command's table of options.
// clang-format off
#define OPTION_ONLY  {"only", 0, "GLOB", "these steps alone, and what they need: 'lamp/*'; several times"}
#define OPTION_KIND  {"kind", 0, "KIND", "steps of this kind: image, speak, cut …"}
#define OPTION_SCENE {"scene", 0, "SCENE", "steps of this scene"}
#define OPTION_STALE {"stale", 0, NULL, "only what is not current"}
// clang-format on

enum { SELECTED_ANY_WORDS = 1 << 20 }; // beside the film

// Fills *s in from the options that the command has, with globs those of --only, or, where it has
// no --only, the words from the one at index first on. Lives in cli's arena. False with ERR_USAGE
// for a kind that there is not.
bool selected_read(const struct cli *cli, const struct args *args, size_t first,
                   struct selection *s, struct err *err);
