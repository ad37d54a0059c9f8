// SPDX-License-Identifier: MIT
// Camera moves over a still: which part of it is seen when. Pure functions.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What is seen, in parts of the picture: its centre, and how much of its width and height.
struct view {
    double x, y, part;
};

struct move {
    const struct move_row *row;
    uint32_t chance; // for handheld: which of all unsteady hands
};

// The move called name: one of the film's, or words in which one is found ("a slow push in on
// her"). NULL and words without a move are static.
struct move move_of(const char *name, uint32_t chance);

// The view at part (0 to 1) of a shot of that many seconds; parts beyond are its ends, held.
struct view move_view(const struct move *move, double part, double seconds);

// Whether all views are the whole picture, and how large the picture must be drawn (1 to 1.5 of the
// film's) so that no view enlarges it.
bool move_is_static(const struct move *move);
double move_enlarges(const struct move *move);
