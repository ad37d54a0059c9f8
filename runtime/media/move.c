// SPDX-License-Identifier: MIT
#include "runtime/media/move.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum ease { EASE_SMOOTH, EASE_LEVEL, EASE_HAND };

// From one view to another. Truck and pedestal travel farther than pan and tilt, and at a level
// speed: a camera on rails, not on its tripod. part is what is seen at either end.
struct move_row {
    const char *name;
    const char *words[6]; // by which free text asks for it
    enum ease ease;
    struct view from, to;
};

static const struct move_row moves[] = {
    {"handheld",
     {"handheld", "hand-held", "hand held", "shaky", "shoulder cam"},
     EASE_HAND,
     {.5, .5, .95},
     {.5, .5, .95}},
    {"pan-left", {"pan left", "pans left"}, EASE_SMOOTH, {.56, .5, .88}, {.44, .5, .88}},
    {"pan-right", {"pan right", "pan", "pans"}, EASE_SMOOTH, {.44, .5, .88}, {.56, .5, .88}},
    {"pedestal-down",
     {"pedestal down", "crane down", "boom down"},
     EASE_LEVEL,
     {.5, .41, .82},
     {.5, .59, .82}},
    {"pedestal-up",
     {"pedestal up", "crane", "boom up", "rise"},
     EASE_LEVEL,
     {.5, .59, .82},
     {.5, .41, .82}},
    {"pull-out",
     {"pull out", "pull back", "pulls back", "dolly out", "dolly back", "retreat"},
     EASE_SMOOTH,
     {.5, .48, .88},
     {.5, .5, 1}},
    {"push-in",
     {"push in", "push", "dolly in", "dolly", "creep", "toward"},
     EASE_SMOOTH,
     {.5, .5, 1},
     {.5, .48, .88}},
    {"tilt-down", {"tilt down", "tilts down"}, EASE_SMOOTH, {.5, .44, .88}, {.5, .56, .88}},
    {"tilt-up", {"tilt up", "tilt", "tilts"}, EASE_SMOOTH, {.5, .56, .88}, {.5, .44, .88}},
    {"truck-left",
     {"truck left", "track left", "slide left"},
     EASE_LEVEL,
     {.59, .5, .82},
     {.41, .5, .82}},
    {"truck-right",
     {"truck", "track", "slide", "follow"},
     EASE_LEVEL,
     {.41, .5, .82},
     {.59, .5, .82}},
    {"zoom-in", {"zoom in", "zoom"}, EASE_SMOOTH, {.5, .5, 1}, {.5, .5, .76}},
    {"zoom-out", {"zoom out"}, EASE_SMOOTH, {.5, .5, .76}, {.5, .5, 1}},
};

static const struct move_row stand = {"static", {NULL}, EASE_SMOOTH, {.5, .5, 1}, {.5, .5, 1}};

// How well words ask for row: the length of the longest entry that stands in them.
static size_t asked_for(const struct move_row *row, const char *words)
{
    size_t best = 0;

    for (size_t i = 0; i < sizeof(row->words) / sizeof(*row->words) && row->words[i]; i++) {
        size_t len = strlen(row->words[i]);

        for (const char *at = words; *at; at++)
            if (strncasecmp(at, row->words[i], len) == 0 && !isalpha((unsigned char)at[len]) &&
                (at == words || !isalpha((unsigned char)at[-1])) && len > best)
                best = len;
    }
    return best;
}

struct move move_of(const char *name, uint32_t chance)
{
    struct move move = {&stand, chance};
    size_t best = 0;

    if (!name)
        return move;
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++) {
        size_t len = strcmp(name, moves[i].name) == 0 ? (size_t)-1 : asked_for(&moves[i], name);

        if (len > best) {
            best = len;
            move.row = &moves[i];
        }
    }
    return move;
}

static double smootherstep(double t)
{
    return t * t * t * (t * (t * 6 - 15) + 10);
}

// Level speed with a soft start and stop of a sixth each: the integral of a trapezoid whose sides
// are smooth.
static double level(double t)
{
    const double soft = 1. / 6, whole = 1 - soft;
    double s;

    if (t > .5)
        return 1 - level(1 - t);
    if (t >= soft)
        return (t - soft / 2) / whole;
    s = t / soft;
    return soft * (s * s * s - s * s * s * s / 2) / whole;
}

// A few slow sines of frequencies without a common beat: smooth at every order, and never twice the
// same within a shot.
static double sway(uint32_t chance, int axis, double seconds)
{
    static const double hertz[] = {.23, .41, .73, 1.37}, weight[] = {.5, .3, .17, .06};
    double sum = 0;

    for (int i = 0; i < 4; i++) {
        double phase = (chance >> (i * 5) & 1023) / 163. + axis * 2.1 + i * 1.7;

        sum += weight[i] * sin(6.283185307 * hertz[i] * (1 + .07 * axis) * seconds + phase);
    }
    return sum;
}

// A short shot moves less far, or it would race.
static struct view tamed(const struct move_row *row, struct view v, double seconds)
{
    double most = fmax(row->from.part, row->to.part);
    double much = fmin(1, .4 + .12 * seconds);

    return (struct view){.5 + (v.x - .5) * much, .5 + (v.y - .5) * much,
                         most - (most - v.part) * much};
}

struct view move_view(const struct move *move, double part, double seconds)
{
    const struct move_row *row = move->row;
    struct view from = tamed(row, row->from, seconds), to = tamed(row, row->to, seconds);
    double t = part < 0 ? 0 : part > 1 ? 1 : part;
    double at = row->ease == EASE_LEVEL ? level(t) : smootherstep(t);
    struct view v = {from.x + (to.x - from.x) * at, from.y + (to.y - from.y) * at,
                     from.part * pow(to.part / from.part, at)};

    if (row->ease == EASE_HAND) {
        double now = part * seconds;

        v.x += .016 * sway(move->chance, 0, now);
        v.y += .013 * sway(move->chance ^ 0x9e3779b9u, 1, now);
        v.part *= 1 + .008 * sway(move->chance ^ 0x85ebca6bu, 2, now * .6);
    }
    return v;
}

bool move_is_static(const struct move *move)
{
    return move->row == &stand;
}

double move_enlarges(const struct move *move)
{
    double least =
        fmin(move->row->from.part, move->row->to.part) - (move->row->ease == EASE_HAND ? .01 : 0);

    return fmin(1.5, 1 / least);
}
