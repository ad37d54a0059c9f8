// SPDX-License-Identifier: MIT
// Colours, and how the draft gives the same one to the same person everywhere.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct _cairo;

struct ink {
    double r, g, b, a;
};

#define INK_INIT(hex)                                                                              \
    {                                                                                              \
        ((hex) >> 16 & 255) / 255., ((hex) >> 8 & 255) / 255., ((hex)&255) / 255., 1               \
    }
#define INK(hex) ((struct ink)INK_INIT(hex))

struct ink ink_mix(struct ink a, struct ink b, double part); // part 0: a
struct ink ink_fade(struct ink a, double alpha);
struct ink ink_scale(struct ink a, double factor);    // darker below 1
struct ink ink_times(struct ink a, struct ink light); // a, lit by light
double ink_light(struct ink a);                       // how bright it looks, from 0 to 1
struct ink ink_hue(double hue, double saturation, double value);

// The colour that stands for a person, bright enough to be read on dark.
struct ink ink_of(const char *id);

// Reads "black", "white", "#rrggbb" or "#rrggbbaa"; false for anything else.
bool ink_read(const char *text, struct ink *ink);

void ink_use(struct _cairo *cr, struct ink ink);
