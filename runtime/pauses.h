// SPDX-License-Identifier: MIT
// Pauses: the machines that a person has taken back for a while. They are the person's and no
// project's: one small file in the user's state folder, which every build of theirs on this machine
// looks at. Owned by who looks; one thread.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stamp.h"

struct err;

struct pauses {
    char *path;              // NULL: nobody can pause anything
    struct file_stamp stamp; // of what was read
    json_t *rows;            // {MACHINE: until ms, 0: for good, false: not it}; "*": all others
};

struct pause {
    bool on;
    int64_t until_ms; // since 1970; 0: until somebody resumes it
};

// state_dir is the user's (~/.local/state/c41), or NULL.
void pauses_init(struct pauses *p, const char *state_dir);
void pauses_release(struct pauses *p);

// Reads the file where it has moved. What cannot be read pauses nothing.
void pauses_look(struct pauses *p);

struct pause pauses_find(const struct pauses *p, const char *machine, int64_t wall_ms);

// Pauses these machines, or lets them go on; n == 0: all there are. After pauses_look.
bool pauses_put(struct pauses *p, const char *const *machines, size_t n, struct pause pause,
                struct err *err);
