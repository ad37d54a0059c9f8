// SPDX-License-Identifier: MIT
// The trace: where the time of builds went, for Perfetto and chrome://tracing (docs/trace.md). A
// group for each machine, with a row for each step that a service takes at a time: steps, loads of
// models within them, idle times between them, and what those waited for; above them all the
// builds and their critical path. Owned by the command; told what happens by events_tell. Holds
// some dozens of bytes for each step and attempt. Loop thread only; all but open and close accept
// NULL.
#pragma once

#include <stdbool.h>

struct err;
struct event;
struct trace;
struct walk;

// NULL with *err when there can be no file at path.
struct trace *trace_open(const char *path, struct err *err);

// False with *err when some of it could not be written. Accepts NULL.
bool trace_close(struct trace *t, struct err *err);

// Steps of the walk begin to run. It is looked at until the build's end is told.
void trace_follow(struct trace *t, const struct walk *walk);

void trace_tell(struct trace *t, const struct event *e);
