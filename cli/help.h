// SPDX-License-Identifier: MIT
// What `c41 help` and `--help` print.
#pragma once

struct cli;
struct command;

// Prints the list of commands, or what one of them can do. Returns the exit code.
int help_print(const struct cli *cli, const struct command *command);
