// SPDX-License-Identifier: MIT
#include "runtime/media/palette.h"

#include <stddef.h>
#include <string.h>

#include "runtime/media/words.h"

static const struct hour {
    const char *time;
    unsigned sky, low, far, mid, near, ground, shade, wall, floor, light, rim, lamp;
    bool dark;
} hours[] = {
    {"dawn", 0x7d94ad, 0xf5cda6, 0xb9a5a8, 0x857f90, 0x4b475a, 0x8f8182, 0x2a2833, 0xb9a49b,
     0x77655f, 0xf2d9c6, 0xffdcae, 0xffd79a, false},
    {"day", 0x9dbccb, 0xefe6d3, 0xb4c3c4, 0x869a98, 0x4d5f5c, 0xbfb298, 0x2b3233, 0xd3c8b4,
     0x9c8a73, 0xfffaf0, 0xfff4dc, 0xffdc9c, false},
    {"dusk", 0x3a3a60, 0xe39468, 0x8c6272, 0x594566, 0x2c2644, 0x54425a, 0x17142a, 0x6e5360,
     0x3e3140, 0xd2aaa0, 0xffb584, 0xffc477, true},
    {"night", 0x0e1828, 0x31475f, 0x29405a, 0x1b2c40, 0x0e1926, 0x18283a, 0x070c14, 0x26384b,
     0x172330, 0x7f93b4, 0xa9c6e6, 0xffc46c, true},
    {NULL, 0xaeb4b0, 0xe9e1d0, 0xbfbcb0, 0x92938b, 0x565a57, 0xb8ad99, 0x2d2f30, 0xcbc1ae, 0x94866f,
     0xf8f0e4, 0xfff3dd, 0xffd694, false},
};

static const struct hour *find_hour(const char *time, const char *words)
{
    static const char *const signs[][2] = {
        {"night", "night|midnight|moon*|stars|starlit"},
        {"dawn", "dawn|sunrise|first light|daybreak"},
        {"dusk", "dusk|sunset|twilight|evening"},
        {"day", "day|noon|morning|afternoon|sun|sunny"},
    };
    const size_t n = sizeof(hours) / sizeof(*hours);

    for (size_t i = 0; !time && i < sizeof(signs) / sizeof(*signs); i++)
        if (words_have(words, signs[i][1]))
            time = signs[i][0];
    for (size_t i = 0; time && i + 1 < n; i++)
        if (strcmp(hours[i].time, time) == 0)
            return &hours[i];
    return &hours[n - 1];
}

// Bad weather takes the colour out of everything, and the sun.
static void overcast(struct palette *p)
{
    struct ink grey = p->dark ? INK(0x27323f) : INK(0x9aa3a6);

    p->sky = ink_mix(p->sky, ink_scale(grey, .8), .55);
    p->low = ink_mix(p->low, ink_scale(grey, p->dark ? 1.5 : 1.15), .6);
    p->far = ink_mix(p->far, grey, .4);
    p->mid = ink_mix(p->mid, ink_scale(grey, .7), .3);
    p->light = ink_mix(p->light, ink_times(p->light, INK(0xdfe6ee)), .6);
}

struct palette palette_of(const char *time, const char *words, bool indoors)
{
    const struct hour *h = find_hour(time, words);
    struct palette p = {
        .sky = INK(h->sky),
        .low = INK(h->low),
        .far = INK(h->far),
        .mid = INK(h->mid),
        .near = INK(h->near),
        .ground = INK(h->ground),
        .shade = INK(h->shade),
        .wall = INK(h->wall),
        .floor = INK(h->floor),
        .light = INK(h->light),
        .rim = INK(h->rim),
        .lamp = INK(h->lamp),
        .dark = h->dark,
    };

    if (words_have(words, "storm*|rain*|fog*|mist*|snow*|grey sky|overcast|gale"))
        overcast(&p);
    if (p.dark && !indoors) // the moon is kinder to skin than to anything else
        p.light = ink_mix(p.light, p.lamp, .14);
    if (indoors && p.dark) { // lamps are lit: it is dark, but not blue
        p.light = ink_mix(p.light, p.lamp, .38);
        p.rim = ink_mix(p.rim, p.lamp, .55);
        p.wall = ink_mix(p.wall, ink_scale(p.lamp, .32), .25);
    }
    return p;
}
