// SPDX-License-Identifier: MIT
// The shift: which machines take work while a build runs. One that rests (runtime/rest.h) is sent
// nothing new; once nothing of ours runs there its models are unloaded. Owned by the dispatch; loop
// thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/pauses.h"
#include "runtime/rest.h"

struct clock;
struct display;
struct events;
struct lanes;
struct walk;

struct shift_machine {
    const struct studio_machine *told;
    struct rest rest;
    bool needed; // when its rest last changed, by a step that is still to be made
};

struct shift {
    // Set by the build; borrowed.
    struct lanes *lanes;
    const struct walk *walk;
    struct events *events;
    struct display *display;
    struct clock *clock;

    // Its own.
    struct pauses pauses;
    struct shift_machine *machines; // of the studio, "here" among them
    size_t n_machines;
    int64_t look_ms; // when it looks again
    bool waits;      // that the build waits was said
};

// state_dir is where pauses are kept, or NULL.
void shift_begin(struct shift *s, const char *state_dir);

// Looks who rests, and says what has changed; not more often than twice a second.
void shift_turn(struct shift *s, int64_t now_ms);

// Nothing runs, though there is work (idle): says once for whom that waits.
void shift_tell_wait(struct shift *s, bool idle);

// Whether the build waits, and nobody knows how long: no time of day ends it.
bool shift_waits_for_good(const struct shift *s);

// Gives machines that rest a few seconds to unload their models. Before services are closed.
void shift_end(struct shift *s);
