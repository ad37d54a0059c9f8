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

// The parts of it. Both ends of a pipe close on exec from the first instant.
bool process_pipe(int ends[2], struct err *err);

// Starts argv[0] in a process group of its own with these as its standard input, output and error.
// 0, or an errno.
int process_spawn(pid_t *pid, const char *const *argv, const int fds[3]);

// The exit code that waitpid's status tells.
int process_code(int status);
