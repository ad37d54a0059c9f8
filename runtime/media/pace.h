// SPDX-License-Identifier: MIT
// How the time of a clip goes by in its shot: from where in the clip, and how fast. A clip that is
// somewhat shorter or longer than its shot may be slowed or sped to fill it.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { PACE_NOTE_BYTES = 200 };

struct pace {
    double start_seconds;              // of the shot's first frame in the clip
    double speed;                      // 1: as it was taken
    double end_seconds;                // in the clip: of what may be seen of it, INFINITY: all
    double clip_seconds, shot_seconds; // what of the clip is meant for the shot; and the shot
    double bound;                      // the most that speed may differ from 1
};

// By the params "from handles in out stretch", for a clip that is all_seconds long (0: unknown) in
// a shot of shot_seconds.
struct pace pace_of(const json_t *params, double all_seconds, double shot_seconds);

// The same params' speed alone.
double pace_speed(const json_t *params, double all_seconds, double shot_seconds);

// What people should know, as a note: how far it is slowed or sped; else, where its last frame was
// held, for how long; else that an asked-for stretch was too far. False: nothing.
bool pace_tell(const struct pace *p, bool held, char note[PACE_NOTE_BYTES]);
