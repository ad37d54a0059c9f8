// SPDX-License-Identifier: MIT
// Something that holds for a while: a picture that is black, a sound that is silent. A plain value.
#pragma once

#include <stdbool.h>

struct stretch {
    double least_seconds; // a shorter one is none
    double start;         // where it began to hold last
    bool holds;
};

// Tells whether it holds from now on; instants come in order. True when a stretch that is long
// enough ends now: it began at start. The end of all is told as an instant where nothing holds.
bool stretch_tell(struct stretch *s, bool holds, double now);
