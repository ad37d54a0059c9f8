// SPDX-License-Identifier: MIT
// The live lines of a build on a terminal: one for each machine that is busy or takes no work,
// above a total. Text alone; the display puts it on the screen.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct now;

struct live {
    const struct now *now;
    int64_t now_ms, wall_ms;
    double left_seconds;  // until the build's end
    size_t columns, rows; // of the terminal
    bool colour;
};

// Adds the lines, none of them wider than the terminal and never more than fit on it. Returns how
// many they are.
size_t live_draw(const struct live *live, struct buf *out);
