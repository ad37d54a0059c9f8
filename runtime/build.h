// SPDX-License-Identifier: MIT
// A build: from a graph to its deliverables. Walks from the targets; a step is bound and its key
// known once its inputs exist; what the ledger and the store have is not made again. Runs on the
// caller's thread, which is the loop thread until build_run returns.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runtime/sched.h"
#include "runtime/selection.h"

struct arena;
struct built_from;
struct clock;
struct graph;
struct studio;
struct trace;

// How a build speaks while it runs.
struct display_options {
    int fd;    // where to, -1: nowhere
    bool live; // fd is a terminal: one line per busy worker, drawn anew
    bool colour;
    int verbosity; // -1: only failures and the last words; 0: a line a step; 1: reasons and notes
                   // too
};

struct build_options {
    struct selection only; // its steps are the targets; an empty one: all deliverables
    const char *to;        // the name of a kind: those of its steps alone; NULL
    unsigned jobs;         // steps at once on this machine; 0: one a core
    enum sched_aim aim;
    bool keep_going;
    bool dry_run; // say what would run
    bool explain; // say why each step runs
    bool strict;  // drafted kinds and owed picks are exit code 4, and nothing is built; and so are
                  // findings in what was
    bool assume_picks;
    bool draft_asked;       // --draft: the draft is what was asked for
    const char *program;    // c41 itself: steps that run alone are `PROGRAM exec`; NULL: found
    const char *module_dir; // holds c41-media.so and c41-net.so
    const char *state_dir;  // the user's, where pauses are kept; NULL: nobody pauses
    int events_fd;          // JSON lines of DESIGN.md section 7; -1: none
    struct trace *trace;    // of what runs when; NULL: none
    struct display_options display;
    const struct built_from *from; // what to leave a fingerprint of; NULL: of nothing
    struct clock *clock;           // NULL: the system's
};

// Whether all that the film wants is to be made, and not some steps alone.
bool build_is_whole(const struct build_options *options);

struct build_result {
    int exit_code;
    size_t steps, ran, cached, failed, skipped; // cached: their results were at hand
    double seconds, saved_seconds;              // saved: what the cached ones once took
    size_t delivered;                           // files written to out/
    size_t findings;                            // of quality control in what was handed out
    bool draft;
    bool lacks; // nothing was done or said: the ledger has lost what is left out of graph
};

// Builds graph; studio may be NULL. Says everything there is to say, errors too, to the display.
struct build_result build_run(const struct graph *graph, const struct studio *studio,
                              const struct build_options *options);
