// SPDX-License-Identifier: MIT
// The programs of a command preset, with what a film says put in as whole words: no word is ever
// split, and none that comes from a film can pass for an option or choose the program.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct command_job;
struct err;

// Fills the lists of words in run into j->programs. fill makes a filled copy of a value (a new one,
// or NULL with *err). False with *err, and j->attempt->help.
bool command_words_fill(struct command_job *j, const json_t *run,
                        json_t *(*fill)(void *user, json_t *value, struct err *err), void *user,
                        struct err *err);

// A number or truth as one word, a text as it stands; in the attempt's arena. NULL: it is neither.
const char *command_words_text(const struct command_job *j, const json_t *value);
