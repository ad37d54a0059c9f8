// SPDX-License-Identifier: MIT
// One row a command; each ends its own file. main.c lists them.
#pragma once

#include "cli/cli.h"

extern const struct command command_help;
