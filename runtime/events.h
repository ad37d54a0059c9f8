// SPDX-License-Identifier: MIT
// Events: what a build says as it goes, to programs (JSON lines, DESIGN.md section 7) and to people
// (the display). Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/stamp.h"
#include "runtime/now.h"
#include "runtime/status.h"

struct artifact;
struct clock;
struct display;
struct err;
struct graph;
struct step;
struct build_options;
struct build_result;
struct trace;

enum event_type {
    EVENT_BUILD_START,
    EVENT_STEP_START,
    EVENT_STEP_PROGRESS,
    EVENT_ATTEMPT_END, // however it ended; for the trace alone
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
    struct file_stamp stamp; // of what stands at path; and when, of the wall clock,
    int64_t seen_ms;         // it was not yet looked at
    bool written;            // by this build
    uint32_t rank;           // of what asks for it, in the film
    const char *scene;       // or NULL
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
    bool aside;        // people are told of its machine, in other words
    bool away;         // it does not answer

    const struct graph *graph; // of the build
    size_t steps, to_run;
    bool unmoved;            // nothing was looked at, for nothing has moved: no status is written
    double expected_seconds; // of a step that starts; 0: not known
    const char *status; // of the end: "built", "failed" …; of an attempt's: "done", "failed",
                        // "stalled", "cancelled"
    const struct build_result *result;
    const struct delivered *delivered; // NULL for many of which nobody wants to know each
    size_t n_delivered;
    const char *drafted; // kinds that only the draft makes; "" for none
};

struct events {
    int fd;                  // -1: nobody listens
    struct display *display; // NULL: nobody looks; borrowed
    struct trace *trace;     // NULL: nobody asked for one; borrowed
    struct clock *clock;
    int64_t start_ms;
    struct now now;
    struct status status;
};

void events_init(struct events *e, const struct build_options *options, struct display *display,
                 struct clock *clock);

// Tells everybody. Words that cannot be written are lost; the build goes on.
void events_tell(struct events *e, struct event event);

// Nothing runs though there is work, and why; NULL: it goes on.
void events_wait(struct events *e, const char *why);

// Whether the live lines or the status are to be renewed, and so to know how long the rest takes.
bool events_are_due(const struct events *e);
void events_renew(struct events *e, double seconds_left);

double events_seconds(const struct events *e); // since the start
