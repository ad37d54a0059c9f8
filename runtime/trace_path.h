// SPDX-License-Identifier: MIT
// The critical path of a build: of all attempts, the chain through which its end came. Each attempt
// could begin when another had ended: the last that made one of its inputs, the one before it in
// its slot, or the step's own, which failed. Who shortens a leg of the chain shortens the night.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/trace_file.h"

struct step;

enum { NO_LEG = -1 };

// How attempts end that make nothing.
struct trace_ending {
    const char *status; // as in struct event
    const char *colour;
};

// An attempt that has ended.
struct trace_leg {
    const struct step *step;
    const char *machine, *service;
    int64_t from_us, to_us;
    int before;                        // the leg that it waited for, or NO_LEG
    const struct trace_ending *ending; // NULL: it went well
};

struct trace_legs {
    VEC(struct trace_leg) of; // in the order in which they ended
};

// NULL: it went well.
const struct trace_ending *trace_ending_find(const char *status);

// Writes what became of it to a row; args are taken.
void trace_leg_write(const struct trace_leg *leg, struct trace_file *f, struct trace_row row,
                     const char *category, json_t *args);

// The one of both that ended later. Either may be NO_LEG.
int trace_legs_later(const struct trace_legs *legs, int a, int b);

// Writes the chain to the row: slices whose ends meet, from the build's begin to its end.
void trace_legs_write(const struct trace_legs *legs, struct trace_file *f, struct trace_row row,
                      int64_t begin_us, int64_t end_us);
