// SPDX-License-Identifier: MIT
// Where people stand in a frame of a size and angle. The board draws them there, and mouths are put
// there later: the same arguments give the same places. Pure functions.
#pragma once

enum { STAGE_MOST = 8 }; // people drawn; further ones are crowd

enum stage_size {
    STAGE_EXTREME_WIDE,
    STAGE_WIDE,
    STAGE_FULL,
    STAGE_MEDIUM,
    STAGE_MEDIUM_CLOSE,
    STAGE_CLOSE_UP,
    STAGE_EXTREME_CLOSE_UP,
    STAGE_INSERT,
};

enum stage_angle {
    STAGE_EYE,
    STAGE_LOW,
    STAGE_HIGH,
    STAGE_OVERHEAD,
    STAGE_DUTCH,
    STAGE_OVER_SHOULDER,
    STAGE_POV,
};

// Someone's place, in units of the frame's height from its top left corner.
struct stand {
    double x, y; // the middle of the head
    double head; // its height
    double turn; // -1 looks to the left, 1 to the right
    int back;    // seen from behind: the shoulder we look over
};

// NULL and unknown names: for a size, by n (nobody: wide, else medium); for an angle, eye.
enum stage_size stage_size_of(const char *name, int n);
enum stage_angle stage_angle_of(const char *name);

// The eye's height in the frame, from 0 at the top; below 0 or over 1 it is outside.
double stage_horizon(enum stage_size size, enum stage_angle angle);

// How much nearer than in a wide shot the place around is seen.
double stage_zoom(enum stage_size size);

// Fills in the places of n people (at most STAGE_MOST). wide is width / height of the frame;
// regions[i] is where somebody is to be, as {x, y, w, h} in parts of it, or has w = 0; faces[i]
// tells who looks which way when alone (below 0: left).
void stage_set(enum stage_size size, enum stage_angle angle, double wide, int n,
               const double (*regions)[4], const int *faces, struct stand *out);
