// SPDX-License-Identifier: MIT
// Time, as a seam: tests put their own clock in.
#pragma once

#include <stdint.h>

struct clock {
    int64_t (*now_ms)(struct clock *c);  // monotonic
    int64_t (*wall_ms)(struct clock *c); // since 1970, UTC
};

// The system's. Borrowed, never freed.
struct clock *clock_system(void);
