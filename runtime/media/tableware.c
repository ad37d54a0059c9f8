// SPDX-License-Identifier: MIT
#include "runtime/media/tableware.h"

#include <cairo.h>

#include "runtime/media/easel.h"
#include "runtime/media/figure.h"
#include "runtime/media/words.h"

void tableware_mug(struct easel *e)
{
    struct ink clay = prop_tone(e, 0x55738d);

    prop_ring(e, .78, .22, .38, .42, .17, ink_mix(clay, e->p.shade, .4));
    easel_rounded(e, -.75, -.55, 1.5, 1.55, .22);
    prop_turned(e, clay, -.75, .75);
    easel_ellipse(e, 0, -.55, .75, .17);
    easel_fill(e, ink_mix(clay, e->p.rim, .45));
    easel_ellipse(e, 0, -.53, .66, .13);
    easel_fill(e, ink_mix(INK(0x2c1c14), e->p.shade, .3));
    for (int i = 0; i < 40 && words_have(e->words, "speckle*"); i++) {
        easel_ellipse(e, easel_between(e, -.68, .68), easel_between(e, -.3, .9), .014, .014);
        easel_fill(e, ink_fade(e->p.shade, .5));
    }
}

static void steam(struct easel *e, double x, double y)
{
    for (int i = 0; i < 3; i++) {
        cairo_move_to(e->cr, x + i * .06, y);
        cairo_curve_to(e->cr, x + .3 + i * .08, y - .3, x - .2 + i * .05, y - .55, x + .15 + i * .1,
                       y - .95);
        cairo_set_line_width(e->cr, .07 - .015 * i);
        cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
        ink_use(e->cr, ink_fade(INK(0xffffff), .20));
        cairo_stroke(e->cr);
    }
}

void tableware_kettle(struct easel *e)
{
    struct ink enamel = prop_tone(e, 0xe6dfd0);
    const double spout[][2] = {{.65, .25},   {1.05, .05}, {1.35, -.48},
                               {1.55, -.42}, {1.25, .35}, {.75, .75}};
    bool can = words_have(e->words, "watering can|long spout|long thin spout");

    prop_ring(e, can ? -.75 : 0, can ? 0 : -.62, can ? .6 : .72, can ? .75 : .66, .11,
              ink_mix(e->p.shade, enamel, .2));
    if (can) {
        easel_line(e, .6, .6, 2.0, -.8, .15, ink_mix(enamel, e->p.shade, .3));
        easel_line(e, 1.86, -.93, 2.12, -.68, .12, ink_mix(enamel, e->p.shade, .2));
        easel_rounded(e, -.8, -.45, 1.6, 1.45, .12);
        prop_turned(e, enamel, -.8, .8);
        return;
    }
    easel_shape(e, spout, 6, 1);
    prop_solid(e, enamel, -.5, .8);
    easel_ellipse(e, 0, .30, .98, .72);
    prop_turned(e, enamel, -.98, .98);
    easel_ellipse(e, 0, -.34, .48, .12);
    easel_fill(e, ink_mix(enamel, e->p.shade, .3));
    easel_ellipse(e, 0, -.48, .10, .10);
    easel_fill(e, e->p.shade);
    if (words_have(e->words, "steam"))
        steam(e, 1.45, -.55);
}

void tableware_bottle(struct easel *e)
{
    struct ink glass = prop_tone(e, 0x47695a);

    easel_rounded(e, -.20, -1.45, .40, 1.0, .06);
    prop_turned(e, ink_mix(glass, e->p.shade, .25), -.2, .2);
    easel_rounded(e, -.50, -.75, 1.0, 1.75, .26);
    prop_turned(e, glass, -.5, .5);
    easel_box(e, -.50, -.05, 1.0, .55);
    easel_fill(e, ink_fade(ink_times(INK(0xeae2d0), e->p.light), .85));
}

void tableware_pan(struct easel *e)
{
    struct ink iron = prop_tone(e, 0x33353a);

    easel_line(e, .8, .25, 2.1, -.35, .24, ink_mix(iron, e->p.rim, .15));
    easel_ellipse(e, 0, .42, 1.15, .55);
    prop_solid(e, iron, 0, 1);
    easel_ellipse(e, 0, .36, 1.0, .44);
    easel_fill(e, ink_mix(iron, e->p.shade, .45));
    if (words_have(e->words, "egg*")) {
        easel_ellipse(e, -.1, .38, .55, .25);
        easel_fill(e, ink_times(INK(0xf6f1e6), e->p.light));
        easel_ellipse(e, -.05, .34, .21, .11);
        easel_fill(e, ink_times(INK(0xeeab34), e->p.light));
    }
}

void tableware_knife(struct easel *e)
{
    struct ink steel = ink_times(INK(0xb9c0c4), e->p.light);
    const double blade[][2] = {{-1.7, .30}, {.25, -.02}, {.25, .42}, {-.6, .50}};
    struct ink wood = ink_times(INK(0x6a452d), e->p.light);

    if (words_have(e->words, "board")) {
        easel_rounded(e, -1.6, -.3, 3.2, 1.35, .14);
        prop_solid(
            e, ink_times(INK(words_have(e->words, "dark board") ? 0x4a392f : 0xb08a60), e->p.light),
            -.4, 1.4);
    }
    easel_shape(e, blade, 4, 0);
    prop_solid(e, steel, 0, .7);
    easel_line(e, -1.5, .31, .25, .03, .012, INK(0xffffff));
    easel_rounded(e, .25, -.02, 1.15, .30, .12);
    prop_solid(e, wood, 0, .4);
}
