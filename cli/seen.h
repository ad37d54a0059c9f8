// SPDX-License-Identifier: MIT
// What a build sees before it begins: whether anything has moved since the last one, and else all
// that was read, for its fingerprint.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cli/part_choice.h"
#include "runtime/built.h"
#include "runtime/fingerprint.h"

struct args;
struct cli;
struct compiled;

struct seen {
    struct built_from from;
    struct fingerprint last;   // of the last build; about is NULL when there is none
    bool unchanged;            // nothing has moved since
    struct part_choice choice; // where files of some parts alone have
};

// Looks whether film, built with these options, is as its last build left it. Lives in cli's arena;
// release. With nothing found out (no such film, no fingerprint) unchanged is false.
void seen_look(struct seen *s, const struct cli *cli, const struct args *args, const char *film);
void seen_release(struct seen *s);

// Compiles the film, or those of its parts that have moved, and takes in what that read, for the
// fingerprint that the build will leave. False with film->code set after saying why.
bool seen_compile(struct seen *s, const struct cli *cli, const struct args *args, const char *path,
                  struct compiled *film);

// Prints the warnings of what has not moved.
void seen_say_again(const struct seen *s);
