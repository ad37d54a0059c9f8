// SPDX-License-Identifier: MIT
// When a build should be done: what is left is rehearsed anew every few seconds, from where things
// stand. Loop thread only.
#pragma once

#include <stdint.h>

struct dispatch;

// Zeroed to begin with.
struct eta {
    double seconds;  // that were left at at_ms
    int64_t at_ms;   // 0: never yet
    int64_t cost_ms; // of the last rehearsal
};

// Seconds until everything is done.
double eta_seconds(struct eta *e, const struct dispatch *d);
