// SPDX-License-Identifier: MIT
#include "runtime/media/pace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

// Less than this nobody sees, and rounding to frames makes.
static const double least_seconds = 0.05;

struct pace pace_of(const json_t *params, double all_seconds, double shot_seconds)
{
    bool footage = strcmp(json_get_text(params, "from", ""), "footage") == 0;
    double handles = footage ? 0 : json_get_number(params, "handles", 0);
    struct pace p = {.start_seconds = footage ? json_get_number(params, "in", 0) : handles,
                     .speed = 1,
                     .shot_seconds = shot_seconds,
                     .bound = json_get_number(params, "stretch", 0)};
    double end = footage ? json_get_number(params, "out", all_seconds) : all_seconds - handles;
    double speed;

    p.end_seconds = footage ? json_get_number(params, "out", INFINITY) : INFINITY;
    p.clip_seconds = fmax(0, fmin(end, all_seconds) - p.start_seconds);
    speed = p.clip_seconds / shot_seconds;
    if (fabs(p.clip_seconds - shot_seconds) >= least_seconds && fabs(speed - 1) <= p.bound)
        p.speed = speed;
    return p;
}

double pace_speed(const json_t *params, double all_seconds, double shot_seconds)
{
    return pace_of(params, all_seconds, shot_seconds).speed;
}

bool pace_tell(const struct pace *p, bool held, char note[PACE_NOTE_BYTES])
{
    double short_of = p->shot_seconds - p->clip_seconds;
    int n = snprintf(note, PACE_NOTE_BYTES,
                     "the clip is %.2f s, the shot %.2f s: ", p->clip_seconds, p->shot_seconds);
    char *rest = note + n;
    size_t left = PACE_NOTE_BYTES - (size_t)n;

    if (p->speed != 1)
        snprintf(rest, left, "%s by %.0f %%", p->speed < 1 ? "slowed" : "sped",
                 100 * fabs(p->speed - 1));
    else if (held && short_of > 0)
        snprintf(rest, left, "its last frame is held%s",
                 p->bound > 0 ? ", for that is more than it may be stretched" : "");
    else if (held)
        snprintf(note, PACE_NOTE_BYTES,
                 "the clip ends before the shot does: its last frame is held");
    else if (p->bound > 0 && -short_of >= least_seconds)
        snprintf(rest, left, "its end is cut off, for that is more than it may be stretched");
    else
        return false;
    return true;
}
