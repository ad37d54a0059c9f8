// SPDX-License-Identifier: MIT
// A guard: a program that runs as long as we want it to, and no longer than we live: its standard
// input is a pipe that closes when we end, however we end. What it says goes nowhere. Used by one
// thread.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct err;

// A zeroed struct guard is one that does not run.
struct guard {
    pid_t pid; // 0: it does not run
    int pipe;  // the write end of its standard input
};

bool guard_start(struct guard *g, const char *const *argv, struct err *err);

// Whether it has ended by itself; *code is its exit code then, as process_wait has it.
bool guard_has_ended(struct guard *g, int *code);

// Ends it where it runs: lets it end, then asks it to, then kills it, within a second.
void guard_stop(struct guard *g);

// The program that keeps this machine from falling asleep while its input is open, ended by NULL.
const char *const *guard_against_sleep(void);
