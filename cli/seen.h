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
    const char *project; // the folder, as the command line names it; NULL: there is no such film
    struct built_from from;
    struct fingerprint last;   // of the last build; about is NULL when there is none
    bool unchanged;            // nothing has moved since
    struct part_choice choice; // where files of some parts alone have
};

// Looks whether film, built with these options, is as its last build left it. Lives in cli's arena;
// release. With nothing found out (no such film, no fingerprint) unchanged is false.
void seen_look(struct seen *s, const struct cli *cli, const struct args *args, const char *film);

// Only reads what the last build has left; false where there is nothing. Release in either case.
bool seen_read(struct seen *s, const struct cli *cli, const struct args *args, const char *film);
void seen_release(struct seen *s);

// Compiles the film, or those of its parts that have moved, and takes in what that read, for the
// fingerprint that the build will leave. False with film->code set after saying why; what was read
// is taken in all the same.
bool seen_compile(struct seen *s, const struct cli *cli, const struct args *args, const char *path,
                  struct compiled *film);

// The same for all of the film, whose parts were compiled in vain.
bool seen_compile_all(struct seen *s, const struct cli *cli, const struct args *args,
                      const char *path, struct compiled *film);

// What the film depends on, as it was before it was read; of a film that is wrong, as far as it was
// read. Without what builds make, unless there is nothing to build. *n of them, in cli's arena.
const struct sight *seen_sights(const struct seen *s, const struct cli *cli, size_t *n);

// Prints the warnings of what has not moved.
void seen_say_again(const struct seen *s);
