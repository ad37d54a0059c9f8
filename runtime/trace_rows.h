// SPDX-License-Identifier: MIT
// The rows of a trace: a group for each machine, in it the slots of its services, all of them in
// the order in which they are first met. They stay from one build to the next. Loop thread only.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "runtime/trace_file.h"

struct arena;
struct step;

enum { TRACE_FILM = 1 }; // the group of the film; those of machines follow

// Room of a service for one step at a time.
struct trace_slot {
    struct trace_service *service;
    struct trace_row at;
    int last;        // the leg that ended here last, or NO_LEG
    int64_t free_us; // since when it has had nothing to do

    // Of the step that runs here.
    const struct step *step; // NULL: none does
    int64_t from_us;
    int64_t turn_us;   // when the one before it in the service's own queue had ended; and
    int64_t loaded_us; // its model was there. 0: not known, or it was there before
    double expected;
    unsigned attempt;
    int before; // as in trace_leg
};

struct trace_service {
    const char *machine, *name;
    unsigned group, row; // of the first slot
    VEC(struct trace_slot *) slots;
    const char *model; // that it ran last; NULL: not known
    int64_t last_us;   // when it ended something last
    bool away;
};

struct trace_rows {
    struct arena *arena; // set by the owner; freed with the rest
    VEC(const char *) machines;
    VEC(struct trace_service *) services;
};

void trace_rows_release(struct trace_rows *r);

// Names what is new to the file.
struct trace_service *trace_rows_service(struct trace_rows *r, struct trace_file *f,
                                         const char *machine, const char *name);

// A slot of the service in which nothing runs. A new one has had nothing to do since since_us.
struct trace_slot *trace_rows_slot(struct trace_rows *r, struct trace_file *f, const char *machine,
                                   const char *name, int64_t since_us);
