// SPDX-License-Identifier: MIT
// What a command is, and what it is given. Only cli/ prints results and ends the program.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/args.h"

struct arena;

enum {
    EXIT_BUILT = 0,
    EXIT_STEP_FAILED = 1,
    EXIT_FILM_WRONG = 2,
    EXIT_AWAY = 3,
    EXIT_OWED = 4,
    EXIT_USAGE = 64,
    EXIT_BUG = 70,
    EXIT_INTERRUPTED = 130,
};

// The surroundings, read once by main and handed down: nothing below looks into the environment.
struct cli {
    struct arena *arena;
    const char *data_dir;   // holds stdlib/ and presets/
    const char *module_dir; // holds c41-media.so
    const char *config_dir; // the user's: studio.yaml, presets/, trust
    const char *state_dir;  // the user's: pauses; or NULL
    const char *home;       // the user's home, or NULL
    const char *studio;     // $C41_STUDIO, or NULL
    const struct command *const *commands;
    size_t n_commands;
    bool colour;   // stderr takes colours
    bool terminal; // stderr is a terminal
};

struct command {
    const char *name;
    const char *usage; // after the name: "FILM… [options]"
    const char *about; // one line for the list
    const char *more;  // paragraphs for `c41 NAME --help`; NULL: none
    const char *examples;
    const struct option *options;
    bool hidden;                                                // for programs: not in the list
    int (*run)(const struct cli *cli, const struct args *args); // returns the exit code
};

// NULL: no such command.
const struct command *cli_find(const struct cli *cli, const char *name);

// Says that there is no such command, with the nearest name. Returns EXIT_USAGE.
int cli_refuse(const struct cli *cli, const char *name);
