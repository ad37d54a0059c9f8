// SPDX-License-Identifier: MIT
#include "runtime/media/set.h"

#include <math.h>
#include <stddef.h>

#include <cairo.h>

#include "runtime/media/easel.h"
#include "runtime/media/words.h"

static const struct set sets[] = {
    {"lamp room|lantern room|lantern-room|beacon room", true, indoors_lamp_room, NULL},
    {"lighthouse*", false, outdoors_lighthouse, NULL},
    {"stair*|staircase|stairwell|steps", true, indoors_stairs, NULL},
    {"stacks|shelf|shelves|library|archive|warehouse|aisle|bookshop|store room|storeroom|cellar",
     true, indoors_shelves, NULL},
    {"counter|office|shop|bar|café|cafe|reception|pub|kitchen|laboratory|lab|workshop|bakery|"
     "pharmacy|desk",
     true, indoors_counter, indoors_counter_front},
    {"studio|plinth|product|packshot|plain background|seamless", true, indoors_studio, NULL},
    {"church|cathedral|hall|theatre|theater|ballroom|temple|palace|court|museum|arena", true,
     indoors_hall, NULL},
    {"corridor|hallway|tunnel|passage|train|carriage|subway|metro|spaceship|submarine|ship's "
     "corridor",
     true, indoors_corridor, NULL},
    {"room|bedroom|apartment|flat|house|cabin|living "
     "room|interior|hotel|hospital|cell|window|attic|hut",
     true, indoors_room, NULL},
    {"sea|ocean|coast|beach|shore|harbour|harbor|boat|ship|waves|island|lake|river|pier|quay|rock",
     false, outdoors_sea, NULL},
    {"forest|wood|woods|tree|trees|jungle|grove", false, outdoors_forest, NULL},
    {"city|street|alley|skyline|rooftop|town|building*|skyscraper*|downtown|square|market|station",
     false, outdoors_city, NULL},
    {"mountain*|peak*|glacier|cliff|valley|alps|snow|summit|canyon", false, outdoors_mountains,
     NULL},
    {"desert|dune*|sand|sahara|mars|moon|wasteland|planet", false, outdoors_desert, NULL},
    {"road|highway|motorway|track|path|railway|driveway", false, outdoors_road, NULL},
    {"field*|meadow|garden|farm|hill*|park|grass*|village|countryside|plain|vineyard|cemetery",
     false, outdoors_field, NULL},
};

static const struct set nowhere = {"", true, indoors_paper, NULL};

const struct set *set_find(const char *place, const char *prompt)
{
    const struct set *best = &nowhere;
    int most = 0;

    for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
        int n = 3 * words_count(place ? place : "", sets[i].words) +
                2 * words_count(prompt ? prompt : "", sets[i].words);

        if (n > most) {
            most = n;
            best = &sets[i];
        }
    }
    return best;
}

static void rain(struct easel *e)
{
    struct ink drop = ink_fade(ink_mix(e->p.rim, e->p.low, .5), .17);

    for (int i = 0; i < 420; i++) {
        double x = easel_between(e, -.2, e->wide + .1), y = easel_between(e, -.1, 1.05);
        double len = easel_between(e, .025, .075);

        easel_line(e, x, y, x + len * .32, y + len, easel_between(e, .0008, .0019), drop);
    }
}

static void snow(struct easel *e)
{
    for (int i = 0; i < 260; i++) {
        double r = easel_between(e, .0012, .005);

        easel_ellipse(e, easel_between(e, 0, e->wide), easel_between(e, 0, 1), r, r);
        easel_fill(e, ink_fade(INK(0xf6f8fb), easel_between(e, .25, .75)));
    }
}

static void fog(struct easel *e)
{
    struct ink veil = ink_fade(ink_mix(e->p.low, e->p.far, .4), 0);

    for (int i = 0; i < 3; i++) {
        double y = e->horizon - .16 + i * .15;

        easel_box(e, 0, y, e->wide, .12);
        easel_fade(e, y, veil, y + .12, ink_fade(veil, .34));
        easel_box(e, 0, y + .1199, e->wide, .14);
        easel_fade(e, y + .12, ink_fade(veil, .34), y + .26, veil);
    }
}

static void lightning(struct easel *e)
{
    double x = e->wide * easel_between(e, .62, .84), y = 0;

    easel_glow(e, x, .12, .75, INK(0xdfe9ff), .42);
    for (int i = 0; i < 7; i++) {
        double nx = x + easel_between(e, -.05, .045), ny = y + e->horizon / 7.6;

        easel_line(e, x, y, nx, ny, .0065 - i * .0007, ink_fade(INK(0xf3f7ff), .92));
        if (i == 2 || i == 4)
            easel_line(e, nx, ny, nx + .07, ny + .06, .0022, ink_fade(INK(0xf3f7ff), .6));
        x = nx;
        y = ny;
    }
}

void set_weather(struct easel *e, bool indoors)
{
    if (indoors)
        return; // it is seen through the windows there
    if (words_have(e->words, "lightning|thunderstorm|thunder"))
        lightning(e);
    if (words_have(e->words, "fog*|mist|misty|haze|smoke"))
        fog(e);
    if (words_have(e->words, "storm|stormy|rain*|downpour|drizzle|gale"))
        rain(e);
    if (words_have(e->words, "snow|snowing|snowfall|blizzard|snowstorm"))
        snow(e);
}
