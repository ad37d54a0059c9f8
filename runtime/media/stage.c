// SPDX-License-Identifier: MIT
#include "runtime/media/stage.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// How sizes frame people: the head's height, where its middle is, and the room each needs across,
// in heads.
static const struct framing {
    const char *name;
    double head, y, room, zoom;
} framings[] = {
    [STAGE_EXTREME_WIDE] = {"extreme-wide", .026, .735, 2.6, 1},
    [STAGE_WIDE] = {"wide", .070, .400, 3.4, 1},
    [STAGE_FULL] = {"full", .100, .200, 3.2, 1.15},
    [STAGE_MEDIUM] = {"medium", .235, .375, 2.5, 1.5},
    [STAGE_MEDIUM_CLOSE] = {"medium-close", .330, .405, 2.2, 1.8},
    [STAGE_CLOSE_UP] = {"close-up", .500, .450, 1.7, 2.3},
    [STAGE_EXTREME_CLOSE_UP] = {"extreme-close-up", 1.15, .530, 1.1, 3},
    [STAGE_INSERT] = {"insert", .9, 1.9, 1.5, 2.6},
};

static const struct {
    const char *name;
    double horizon;
} angles[] = {
    [STAGE_EYE] = {"eye", .54},     [STAGE_LOW] = {"low", .80},
    [STAGE_HIGH] = {"high", .26},   [STAGE_OVERHEAD] = {"overhead", -.2},
    [STAGE_DUTCH] = {"dutch", .54}, [STAGE_OVER_SHOULDER] = {"over-shoulder", .52},
    [STAGE_POV] = {"pov", .52},
};

enum stage_size stage_size_of(const char *name, int n)
{
    for (size_t i = 0; name && i < sizeof(framings) / sizeof(*framings); i++)
        if (strcmp(framings[i].name, name) == 0)
            return (enum stage_size)i;
    return n ? STAGE_MEDIUM : STAGE_WIDE;
}

enum stage_angle stage_angle_of(const char *name)
{
    for (size_t i = 0; name && i < sizeof(angles) / sizeof(*angles); i++)
        if (strcmp(angles[i].name, name) == 0)
            return (enum stage_angle)i;
    return STAGE_EYE;
}

double stage_horizon(enum stage_size size, enum stage_angle angle)
{
    double y = angles[angle].horizon;

    // Near shots of people keep the eye's height in their faces, whatever the camera looks at.
    return size >= STAGE_MEDIUM && angle == STAGE_EYE         ? .50
           : size == STAGE_EXTREME_WIDE && angle == STAGE_EYE ? .66
                                                              : y;
}

double stage_zoom(enum stage_size size)
{
    return framings[size].zoom;
}

// Somebody alone stands off the middle and looks into the room that is left; two look at each
// other; more of them look to the middle.
static void place_alone(struct stand *s, double wide, int face, const struct framing *f)
{
    double off = f->head < .15 ? .13 * wide : fmin(.11 * wide, .31 * f->head);

    s->turn = face < 0 ? -1 : 1;
    s->x = wide / 2 - s->turn * off;
}

static void place_among(struct stand *s, double wide, int i, int n, double head)
{
    double across =
        fmin(wide * (n == 2 ? .55 : .80) / n, head * 5.5); // far off, they stay together

    s->x = wide / 2 + (i - (n - 1) / 2.) * across;
    s->turn = n == 2 ? (i ? -1 : 1) : s->x < wide / 2 - .01 ? .8 : s->x > wide / 2 + .01 ? -.8 : .4;
}

// Whoever the shoulder belongs to is large, dark and cut by the edge.
static void place_shoulder(struct stand *s, double wide, double head)
{
    s->head = head * 1.75;
    s->x = wide * .14;
    s->y = .46;
    s->turn = 1;
    s->back = 1;
}

void stage_set(enum stage_size size, enum stage_angle angle, double wide, int n,
               const double (*regions)[4], const int *faces, struct stand *out)
{
    const struct framing *f = &framings[size];
    int across = angle == STAGE_OVER_SHOULDER && n > 1 ? n - 1 : n;
    double head = fmin(f->head, n ? wide / (across * f->room) : f->head);

    if (n == 2 && size >= STAGE_MEDIUM) // what two need side by side
        head = fmin(head, wide / 3.9);
    for (int i = 0; i < n; i++) {
        struct stand *s = &out[i];
        int at = across < n ? i - 1 : i;

        *s = (struct stand){.head = head, .y = f->y};
        if (across < n && i == 0) {
            place_shoulder(s, wide, head);
            continue;
        }
        if (across == 1)
            place_alone(s, wide, across < n ? -1 : faces[i], f);
        else
            place_among(s, wide, at, across, head);
        if (regions && regions[i][2] > 0) {
            s->x = (regions[i][0] + regions[i][2] / 2) * wide;
            s->turn = s->x < wide / 2 - .02 ? 1 : s->x > wide / 2 + .02 ? -1 : s->turn;
        }
        if (size <= STAGE_FULL) // feet stay on the ground, however small the heads had to be
            s->y = f->y + (f->head - head) * 6.6;
        else
            s->y += (f->head - head) * .25;
        if (angle == STAGE_LOW)
            s->y -= size <= STAGE_FULL ? .01 : .03, s->head *= 1.06;
        else if (angle == STAGE_HIGH)
            s->y += size <= STAGE_FULL ? .02 : .03, s->head *= .95;
        // A line of heads like a fence is no group.
        if (n > 1)
            s->y +=
                (at % 2 ? .014 : -.012) * fmin(1, head / .1) * (size >= STAGE_CLOSE_UP ? .5 : 1);
    }
}
