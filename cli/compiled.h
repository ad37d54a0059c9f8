// SPDX-License-Identifier: MIT
// A film as commands open it: compiled with what the command line says, its errors told.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct args;
struct cli;
struct compile;
struct graph;
struct part;
struct part_choice;

// The options of every command that compiles, as rows of its table.
// clang-format off
#define OPTION_DRAFT  {"draft", 0, NULL, "leave the studio out: all on this machine, no models"}
#define OPTION_STUDIO {"studio", 0, "FILE", "the machines, in the place of $C41_STUDIO"}
#define OPTION_USE    {"use", 0, "KIND=PRESET", "make this kind with this preset, this once"}
// clang-format on

struct compiled {
    struct compile *compile;
    const struct graph *graph; // of compile; NULL where the film is wrong
    json_t *use;               // what --use said; compile borrows it
    size_t warnings;
    const struct part *parts; // of compile; n_parts of them
    size_t n_parts;
    const char *said;             // warnings of everything but the parts; "" for none
    const char *const *part_said; // and of each part
    int code;                     // the exit code where graph is NULL
};

// Whether a word of the command line sets a parameter of a recipe: NAME=VALUE.
bool compiled_is_param(const char *word);

// The words of args that name films: those without '='. In order; lives in cli's arena.
const char **compiled_films(const struct cli *cli, const struct args *args, size_t *n);

// Compiles the film at path and prints what was said of it to stderr. False with c->code set; close
// in either case.
bool compiled_open(struct compiled *c, const struct cli *cli, const struct args *args,
                   const char *path);
void compiled_close(struct compiled *c);

// The same for some parts of the film, without a word: compiled_tell prints what was said of them.
bool compiled_open_part(struct compiled *c, const struct cli *cli, const struct args *args,
                        const char *path, const struct part_choice *choice);
void compiled_tell(struct compiled *c, const struct cli *cli);

// The only film that the command takes, opened; words beyond it are the caller's from index 1 on.
bool compiled_open_first(struct compiled *c, const struct cli *cli, const struct args *args,
                         size_t most_words);
