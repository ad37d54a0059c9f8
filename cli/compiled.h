// SPDX-License-Identifier: MIT
// A film as commands open it: compiled with what the command line says, its errors told.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct args;
struct cli;
struct compile;
struct graph;

// The options of every command that compiles; rows of its table.
#define COMPILED_OPTIONS                                                                           \
    {"draft", 0, NULL, "leave the studio out: everything on this machine, no models"},             \
        {"studio", 0, "FILE", "the machines, in the place of $C41_STUDIO"},                        \
        {"use", 0, "KIND=PRESET", "make this kind of step with this preset, this once"},           \
    {                                                                                              \
        "strict", 0, NULL, "what a deliverable would suffer from is an error"                      \
    }

struct compiled {
    struct compile *compile;
    const struct graph *graph; // of compile; NULL where the film is wrong
    size_t warnings;
    int code; // the exit code where graph is NULL
};

// The words of args that name films: those without '='. In order; lives in cli's arena.
const char **compiled_films(const struct cli *cli, const struct args *args, size_t *n);

// Compiles the film at path and prints what was said of it to stderr. False with c->code set; close
// in either case.
bool compiled_open(struct compiled *c, const struct cli *cli, const struct args *args,
                   const char *path);
void compiled_close(struct compiled *c);

// The only film that the command takes, opened; words beyond it are the caller's from index 1 on.
bool compiled_open_first(struct compiled *c, const struct cli *cli, const struct args *args,
                         size_t most_words);
