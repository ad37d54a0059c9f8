// SPDX-License-Identifier: MIT
// The builder of a project as others see it: whether it lives, by the project's lock, and what it
// is at, by the status that it leaves there.
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "runtime/lock.h"

struct args;
struct cli;

enum builder_state {
    BUILDER_NONE,     // nothing was ever built
    BUILDER_BUSY,     // somebody works on the project and has not said what it is at
    BUILDER_STARTING, // in the background, before its first step
    BUILDER_RUNNING,
    BUILDER_WAITING,  // every machine that could go on rests
    BUILDER_STOPPING, // what runs ends, nothing new starts
    BUILDER_ENDED,
    BUILDER_KILLED, // it is gone, and never said that it ended
};

struct builder {
    const char *project;
    enum builder_state state;
    bool lives;
    struct lock_holder holder; // where it lives
    json_t *status;            // what it said last; NULL: nothing
};

// The project of the film or folder that args name, else of this folder; in cli's arena. False
// after saying what is wrong, with *code set.
bool builder_locate(const struct cli *cli, const struct args *args, const char **project,
                    int *code);

void builder_look(struct builder *b, const char *project);
void builder_release(struct builder *b);

// "running", "killed" …: the word for programs.
const char *builder_word(enum builder_state state);

// Looks again every while until nobody works on the project, or for seconds; < 0: for ever.
void builder_wait(struct builder *b, double seconds);
