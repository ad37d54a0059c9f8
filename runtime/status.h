// SPDX-License-Identifier: MIT
// The status: what a builder is at, in .c41/status.json of its project, where others read it
// (`c41 status`). Written under the project's lock: whether the builder that it speaks of still
// lives is told by the lock (runtime/lock.h) and not by the file. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct clock;
struct err;
struct event;
struct graph;
struct now;

struct status {
    const struct graph *graph; // NULL: no build is shown
    struct clock *clock;
    char *path, *part; // where it is, and where it is written
    json_t *about;     // what stays as it is, among it what a detached builder said before
    json_t *failures;  // the first of them
    int64_t written_ms;
    bool urgent; // something changed that people wait for
};

// Takes in an event; the build's start begins the status, its end ends it.
void status_see(struct status *s, const struct event *e, const struct now *now);

// Whether it is time to write it anew, and so to know how long the rest takes.
bool status_is_due(const struct status *s);
void status_write(struct status *s, const struct now *now, double seconds_left);

// Of a builder in the background: before its first film, and after its last. log is where what it
// says goes.
bool status_start(const char *project, const char *film, const char *log, struct clock *clock,
                  struct err *err);
bool status_finish(const char *project, int exit_code, struct clock *clock, struct err *err);

// What was written last, a new value. NULL: nothing.
json_t *status_read(const char *project);
