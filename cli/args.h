// SPDX-License-Identifier: MIT
// The options of a command as a table, and what was given on the command line.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct err;

struct option {
    const char *name;  // without the dashes; NULL ends the table
    char letter;       // its short form, or 0
    const char *value; // what it takes, for people ("FILE"); NULL: it is a flag
    const char *about;
};

struct given {
    const struct option *option;
    const char *value; // NULL for flags
};

// Borrows from argv and the arena it was read with.
struct args {
    const struct option *options;
    const struct given *given; // in order
    size_t n_given;
    const char **words; // what is no option, in order
    size_t n_words;
    bool help; // --help or -h was among them
};

// Reads argv[0..n). Returns false with ERR_USAGE and the nearest option's name.
bool args_read(struct args *args, const struct option *options, char **argv, size_t n,
               struct arena *a, struct err *err);

// name is one of the table's.
bool args_has(const struct args *args, const char *name);

// The value given last, else fallback.
const char *args_get(const struct args *args, const char *name, const char *fallback);

// The number given last, from least up; else fallback. False with ERR_USAGE for anything else.
bool args_number(const struct args *args, const char *name, long least, long fallback, long *out,
                 struct err *err);

// One line an option, aligned.
void options_print(const struct option *options, struct buf *out);
