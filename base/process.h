// SPDX-License-Identifier: MIT
// A program that runs beside ours: its input from a file, what it says through pipes. No shell.
// Used by one thread, any thread.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct err;

struct process {
    pid_t pid;
    int out, err; // read ends of its standard output and error
};

// Starts argv[0] (a path, or a name looked for in PATH) in a process group of its own, so that
// Ctrl-C at the terminal reaches only us. input is the path of its standard input; NULL: empty.
bool process_start(struct process *p, const char *const *argv, const char *input, struct err *err);

// Asks it and all that it has started to end (SIGTERM), or ends it (SIGKILL).
void process_signal(const struct process *p, bool kill_it);

// Waits for its end and closes the pipes. Returns its exit code, or 128 and the signal that ended
// it.
int process_wait(struct process *p);
