// SPDX-License-Identifier: MIT
// Events: what a build says as it goes, to programs (JSON lines, DESIGN.md section 7) and to people
// (the display). Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct artifact;
struct clock;
struct display;
struct err;
struct graph;
struct step;
struct build_result;

enum event_type {
    EVENT_BUILD_START,
    EVENT_STEP_START,
    EVENT_STEP_PROGRESS,
    EVENT_STEP_DONE,
    EVENT_STEP_FAILED,
    EVENT_SERVICE,
    EVENT_BUILD_END,
};

// A file that was handed out, or stands where it was.
struct delivered {
    const char *name, *path;
    struct digest digest;
    const json_t *facts;
    bool written;      // by this build
    uint32_t rank;     // of what asks for it, in the film
    const char *scene; // or NULL
};

// As JSON, for fingerprints; and back, borrowing from value.
json_t *delivered_json(const struct delivered *d);
struct delivered delivered_read(const json_t *value);

// Only what belongs to the type is set.
struct event {
    enum event_type type;
    double t; // seconds since the start; set by events_tell
    const struct step *step;
    const char *machine, *service;
    const char *why; // why the step runs, for the display; or NULL

    double done, total; // of progress; total 0: not known
    const char *doing;  // of progress: what it is at just now, or NULL
    const char *note;   // of progress: what people should know

    bool cached; // of done
    double seconds;
    const struct artifact *artifacts;

    const struct err *err; // of failed
    const char *help;      // what would be right, or NULL
    const char *log;       // the last words of what ran, or NULL
    unsigned attempt;
    bool again; // the step is tried again

    const char *state; // of a service

    const struct graph *graph; // of the build
    size_t steps, to_run;
    double expected_seconds;
    const char *status; // of the end: "built", "failed" …
    const struct build_result *result;
    const struct delivered *delivered; // NULL for many of which nobody wants to know each
    size_t n_delivered;
    const char *drafted; // kinds that only the draft makes; "" for none
};

struct events {
    int fd;                  // -1: nobody listens
    struct display *display; // NULL: nobody looks; borrowed
    struct clock *clock;
    int64_t start_ms;
};

void events_init(struct events *e, int fd, struct display *display, struct clock *clock);

// Tells everybody. Words that cannot be written are lost; the build goes on.
void events_tell(struct events *e, struct event event);
double events_seconds(const struct events *e); // since the start
