// SPDX-License-Identifier: MIT
// The few colours that a board is drawn in, from the hour and the weather: everything in it is one
// of these, or a colour of somebody's own seen in their light.
#pragma once

#include <stdbool.h>

#include "runtime/media/ink.h"

struct palette {
    struct ink sky, low;       // the sky above, and at the horizon
    struct ink far, mid, near; // layers of depth, paler with distance
    struct ink ground, shade;  // what one stands on; the deepest dark
    struct ink wall, floor;    // indoors
    struct ink light;          // falls on everybody: colours are multiplied by it
    struct ink rim;            // the edge that the light draws
    struct ink lamp;           // lamps, windows at night, the accent
    bool dark;                 // lamps are seen to shine
};

// time is "day", "night", "dawn", "dusk" or NULL; words are all that was written about the picture.
struct palette palette_of(const char *time, const char *words, bool indoors);
