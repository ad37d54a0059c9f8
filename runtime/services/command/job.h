// SPDX-License-Identifier: MIT
// What a job of a command service is: the programs to run with their words, the files that they
// find in the job's folder, and those that they leave there. Made from a preset's request
// (docs/presets.md) on a worker; lives in the attempt's arena.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct attempt;
struct err;
struct map;

// A file that goes into the job's folder.
struct command_file {
    const char *name; // in the folder
    const char *from; // a file here, or NULL:
    const char *text; // what it holds
};

struct command_program {
    const char **words; // its own path or name first
    size_t n;
};

struct command_job {
    struct attempt *attempt;
    const char *work;   // the service's folder, as its machine sees it: an absolute path
    const char *folder; // the job's own below it
    struct command_program *programs;
    size_t n_programs;
    struct command_file *files;
    size_t n_files;
    const char **outputs; // in the folder, one for each of attempt->made
    const char *progress; // how it tells how far it is, or NULL
};

// False with *err, and attempt->help: the preset cannot be run so, or a film's words could be taken
// for an option.
bool command_job_make(struct command_job *j, struct attempt *a, const char *work, struct err *err);

// Writes all that the job needs into a pack at path.
bool command_job_pack(const struct command_job *j, const char *path, struct err *err);

// A program in a few words, for messages; i counts from 0.
const char *command_job_name(const struct command_job *j, size_t i);
