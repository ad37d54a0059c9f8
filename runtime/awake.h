// SPDX-License-Identifier: MIT
// Awake: this machine is kept from falling asleep while a build has work, and so are machines of
// the studio that say how (`awake:`) while something of ours runs there. By programs that end when
// we do, however we end (base/guard.h). Owned by the dispatch; loop thread only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/guard.h"

struct display;
struct lanes;
struct studio_machine;

struct awake_machine {
    const struct studio_machine *told; // NULL: this machine
    const char *const *argv;
    struct guard guard;
    int64_t from_ms;  // it has had work since then; 0: it has none
    int64_t until_ms; // had some until then
    int64_t again_ms; // it is not tried before
    bool said;        // that it does not work
};

struct awake {
    // Set by the build; borrowed.
    const struct lanes *lanes;
    struct display *display;

    // Its own.
    struct awake_machine *machines; // this one first
    size_t n_machines;
    int64_t look_ms; // when it looks again
};

void awake_begin(struct awake *a);

// works: this machine is to stay awake. Not more often than twice a second.
void awake_turn(struct awake *a, bool works, int64_t now_ms);
void awake_end(struct awake *a);
