// SPDX-License-Identifier: MIT
#include "runtime/media/prop.h"

#include <math.h>
#include <stddef.h>

#include <cairo.h>

#include "runtime/media/easel.h"
#include "runtime/media/figure.h"
#include "runtime/media/tableware.h"
#include "runtime/media/words.h"

static const double lit = -1;

// A colour that words may name, in this light.
struct ink prop_tone(const struct easel *e, unsigned otherwise)
{
    static const struct {
        const char *words;
        unsigned hex;
    } names[] = {
        {"black|iron|cast iron", 0x33353a},
        {"blue", 0x45678f},
        {"brass|gold*", 0xc1944c},
        {"copper", 0xb06f45},
        {"cream|white", 0xe6dfd0},
        {"green", 0x66805a},
        {"grey|gray|steel|silver|dented", 0x9aa0a3},
        {"leather|brown", 0x80583a},
        {"red", 0xb14a3f},
        {"wood*|maple|beech|walnut|end grain", 0xa9805a},
        {"yellow", 0xd8ad45},
    };
    unsigned hex = otherwise;
    const char *first = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *at = words_find(e->words, names[i].words);

        if (at && (!first || at < first)) {
            first = at;
            hex = names[i].hex;
        }
    }
    return ink_times(INK(hex), e->p.light);
}

void prop_solid(struct easel *e, struct ink ink, double y0, double y1)
{
    figure_cut(e, ink_mix(ink, e->p.rim, .08), ink_mix(ink, e->p.shade, .52), y0, y1, lit, .03);
}

// Round things are darkest not at their edge but before it.
void prop_turned(struct easel *e, struct ink ink, double x0, double x1)
{
    cairo_pattern_t *g = cairo_pattern_create_linear(x0, 0, x1, 0);
    struct ink a = ink_mix(ink, e->p.rim, .18), b = ink_mix(ink, e->p.rim, .42),
               c = ink_mix(ink, e->p.shade, .15), d = ink_mix(ink, e->p.shade, .66),
               f = ink_mix(ink, e->p.shade, .45);

    cairo_pattern_add_color_stop_rgba(g, 0, a.r, a.g, a.b, 1);
    cairo_pattern_add_color_stop_rgba(g, .2, b.r, b.g, b.b, 1);
    cairo_pattern_add_color_stop_rgba(g, .45, c.r, c.g, c.b, 1);
    cairo_pattern_add_color_stop_rgba(g, .88, d.r, d.g, d.b, 1);
    cairo_pattern_add_color_stop_rgba(g, 1, f.r, f.g, f.b, 1);
    cairo_set_source(e->cr, g);
    cairo_fill(e->cr);
    cairo_pattern_destroy(g);
}

void prop_ring(struct easel *e, double x, double y, double rx, double ry, double width,
               struct ink ink)
{
    cairo_new_path(e->cr);
    easel_ellipse(e, x, y, rx, ry);
    cairo_set_line_width(e->cr, width);
    ink_use(e->cr, ink);
    cairo_stroke(e->cr);
}

static void finger(struct easel *e, double x0, double y0, double x1, double y1, double x2,
                   double y2, double w, struct ink ink)
{
    for (int pass = 0; pass < 2; pass++) {
        cairo_move_to(e->cr, x0, y0);
        cairo_line_to(e->cr, x1, y1);
        cairo_line_to(e->cr, x2, y2);
        cairo_set_line_join(e->cr, CAIRO_LINE_JOIN_ROUND);
        cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
        cairo_set_line_width(e->cr, pass ? w : w + .035);
        ink_use(e->cr, pass ? ink : ink_mix(ink, e->p.shade, .62));
        cairo_stroke(e->cr);
    }
}

// A hand from the right that closes around something upright at x = 0.
static void one_hand(struct easel *e, struct ink skin, struct ink sleeve, double y, double from)
{
    const double arm[][2] = {{from * 3.2, y - .05},
                             {from * 1.25, y - .20},
                             {from * 1.15, y + .28},
                             {from * 3.2, y + .75}};
    const double palm[][2] = {{from * 1.45, y - .18}, {from * .9, y - .34},  {from * .25, y - .36},
                              {from * .05, y + .05},  {from * .22, y + .42}, {from * .8, y + .44},
                              {from * 1.4, y + .30}};

    easel_shape(e, palm, 7, 1);
    prop_solid(e, skin, y - .4, y + .5);
    easel_shape(e, arm, 4, 0);
    prop_solid(e, sleeve, y - .3, y + .8);
    for (int i = 0; i < 4; i++) {
        double fy = y - .25 + i * .185;

        finger(e, from * .42, fy, from * -.22, fy - .03, from * -.30, fy + .075, .165,
               ink_mix(skin, e->p.shade, .05 + .06 * i));
    }
    finger(e, from * .72, y - .28, from * .28, y - .47, from * -.12, y - .44, .17, skin);
}

static void draw_hand(struct easel *e)
{
    struct ink skin = ink_times(INK(0xd9b394), e->p.light),
               old = ink_times(INK(0xcbb09c), e->p.light);
    struct ink iron = ink_times(INK(0x50545a), e->p.light);

    if (words_have(e->words, "crank|handle|rope|lever|wheel|rail|railing|stick|iron")) {
        easel_rounded(e, -.13, -1.6, .26, 3.4, .12);
        prop_turned(e, iron, -.13, .13);
        easel_rounded(e, -.13, 1.25, 2.6, .24, .12);
        prop_solid(e, iron, 1.2, 1.5);
    }
    if (words_have(e->words, "hands|an old hand|another hand|two hands"))
        one_hand(e, old, ink_times(INK(0x8d8a86), e->p.light), .62, -1);
    one_hand(e, skin, ink_times(INK(0xc79a35), e->p.light), -.12, 1);
}

static void draw_radio(struct easel *e)
{
    struct ink wood = prop_tone(e, 0x7b5238), dark = ink_mix(wood, e->p.shade, .7);

    easel_line(e, .85, -.62, 1.25, -1.5, .03, ink_mix(e->p.rim, e->p.shade, .4));
    easel_rounded(e, -1.25, -.65, 2.5, 1.6, .16);
    prop_solid(e, wood, -.7, 1);
    easel_rounded(e, -1.05, -.45, 1.15, 1.2, .10);
    easel_fill(e, dark);
    for (int i = 0; i < 9; i++)
        easel_line(e, -.98, -.36 + i * .127, .03, -.36 + i * .127, .028,
                   ink_mix(wood, e->p.shade, .35));
    easel_rounded(e, .28, -.42, .78, .36, .05);
    easel_fill(e, ink_mix(e->p.lamp, INK(0xffffff), .25));
    for (int i = 0; i < 8; i++)
        easel_line(e, .34 + i * .09, -.36, .34 + i * .09, i % 2 ? -.28 : -.24, .012, dark);
    easel_line(e, .62, -.42, .62, -.08, .02, INK(0xb0402f));
    easel_glow(e, .67, -.24, 1.1, e->p.lamp, e->p.dark ? .65 : .4);
    for (int i = 0; i < 2; i++) {
        easel_ellipse(e, .46 + i * .42, .42, .16, .16);
        prop_turned(e, ink_mix(wood, e->p.rim, .2), .3 + i * .42, .62 + i * .42);
    }
}

static void draw_footprints(struct easel *e)
{
    struct ink wet = ink_fade(e->p.shade, .62), shine = ink_fade(e->p.rim, .35);

    for (int i = 0; i < 5; i++) {
        double t = i / 4., s = 1.0 - .62 * t, x = (i % 2 ? .42 : -.42) * s + .3 * t,
               y = .85 - 2.0 * t + .45 * t * t;

        cairo_save(e->cr);
        cairo_translate(e->cr, x, y);
        cairo_scale(e->cr, (i % 2 ? s : -s) * .42, s * .24);
        const double sole[][2] = {{-.45, 1.4}, {-.55, .7}, {-.35, .1}, {-.6, -.6}, {-.4, -1.1},
                                  {.2, -1.15}, {.55, -.6}, {.35, .2},  {.45, .9},  {.2, 1.5}};

        easel_shape(e, sole, 10, 1);
        easel_fill(e, wet);
        for (int k = 0; k < 5; k++) {
            easel_ellipse(e, -.48 + k * .25, -1.45 + .02 * k * k - .05 * (k == 0), .17 - .018 * k,
                          .23 - .02 * k);
            easel_fill(e, wet);
        }
        easel_ellipse(e, -.12, -.75, .2, .16);
        easel_fill(e, shine);
        cairo_restore(e->cr);
    }
}

static void draw_paper(struct easel *e)
{
    struct ink paper = ink_times(INK(0xeee4cf), e->p.light);
    const double sheet[][2] = {{-1.2, -.55}, {.95, -.85}, {1.3, .75}, {-.9, 1.05}};
    const double fold[][2] = {{-.15, -.69}, {.95, -.85}, {1.3, .75}, {.2, .9}};

    easel_shape(e, sheet, 4, 0);
    prop_solid(e, paper, -.9, 1.5);
    easel_shape(e, fold, 4, 0);
    easel_fill(e, ink_fade(e->p.shade, .10));
    for (int i = 0; i < 9; i++)
        easel_line(e, -.95 + i * .035, -.32 + i * .135, (i % 4 == 3 ? .2 : .92) + i * .03,
                   -.58 + i * .135, .022, ink_fade(ink_mix(e->p.shade, INK(0x31405e), .5), .55));
    if (words_have(e->words, "pen|pencil|fountain")) {
        struct ink pen = prop_tone(e, 0x34507c);
        const double body[][2] = {{-.3, .62}, {1.35, -.5}, {1.45, -.36}, {-.2, .74}};
        const double nib[][2] = {{-.3, .62}, {-.2, .74}, {-.52, .86}};

        easel_shape(e, body, 4, 0);
        prop_solid(e, pen, -.5, .7);
        easel_shape(e, nib, 3, 0);
        easel_fill(e, ink_times(INK(0xc7a355), e->p.light));
    }
}

static void draw_book(struct easel *e)
{
    struct ink cloth = prop_tone(e, 0x6b3f3a), paper = ink_times(INK(0xece3cf), e->p.light);

    for (int side = -1; side <= 1; side += 2) {
        const double cover[][2] = {{0, .45}, {side * 1.45, .15}, {side * 1.5, .85}, {0, 1.05}};
        const double page[][2] = {{0, .30},           {side * .5, .06}, {side * 1.38, .08},
                                  {side * 1.42, .72}, {side * .5, .74}, {0, .95}};

        easel_shape(e, cover, 4, 0);
        easel_fill(e, cloth);
        easel_shape(e, page, 6, 0);
        easel_across(e, side < 0 ? -1.4 : 0, side < 0 ? paper : ink_mix(paper, e->p.shade, .4),
                     side < 0 ? 0 : 1.4, side < 0 ? ink_mix(paper, e->p.shade, .28) : paper);
    }
}

static void draw_clock(struct easel *e)
{
    easel_ellipse(e, 0, 0, 1.0, 1.0);
    prop_solid(e, prop_tone(e, 0xe9e4d8), -1, 1.6);
    prop_ring(e, 0, 0, .98, .98, .09, ink_mix(e->p.shade, e->p.rim, .2));
    for (int i = 0; i < 12; i++) {
        double a = i * .5235987756, in = i % 3 ? .80 : .72;

        easel_line(e, in * sin(a), -in * cos(a), .87 * sin(a), -.87 * cos(a), i % 3 ? .025 : .05,
                   e->p.shade);
    }
    easel_line(e, 0, 0, .42, -.28, .06, e->p.shade);
    easel_line(e, 0, 0, -.12, -.74, .04, e->p.shade);
    easel_ellipse(e, 0, 0, .06, .06);
    easel_fill(e, INK(0xb0402f));
}

static void draw_lamp(struct easel *e)
{
    struct ink brass = prop_tone(e, 0xb98b48);
    const double shade[][2] = {{-.95, -.30}, {-.42, -1.15}, {.42, -1.15}, {.95, -.30}};

    if (words_have(e->words, "book*"))
        for (int i = 0; i < 3; i++) {
            easel_rounded(e, -1.1 + .12 * i, .78 - .2 * i, 2.0 - .1 * i, .19, .03);
            prop_solid(e, ink_times(ink_hue(.03 + .26 * i, .4, .55), e->p.light), .2, 1.2);
        }
    easel_rounded(e, -.55, words_have(e->words, "book*") ? .26 : .86, 1.1, .13, .06);
    prop_turned(e, brass, -.55, .55);
    easel_line(e, 0, .3, 0, -.4, .09, brass);
    easel_glow(e, 0, -.25, 2.6, e->p.lamp, .55);
    easel_shape(e, shade, 4, 0);
    easel_fade(e, -1.15, ink_mix(brass, e->p.lamp, .35), -.3,
               ink_mix(e->p.lamp, INK(0xffffff), .55));
}

static void draw_candle(struct easel *e)
{
    easel_rounded(e, -.24, -.35, .48, 1.35, .05);
    prop_turned(e, ink_times(INK(0xe9dfc8), e->p.light), -.24, .24);
    easel_glow(e, 0, -.65, 2.2, e->p.lamp, .65);
    easel_ellipse(e, 0, -.62, .10, .26);
    easel_fill(e, INK(0xfff4cf));
}

static void draw_key(struct easel *e)
{
    struct ink brass = ink_times(INK(0xb48a4a), e->p.light);

    prop_ring(e, -.85, .1, .40, .40, .16, brass);
    easel_line(e, -.45, .1, 1.2, .1, .15, brass);
    easel_line(e, .85, .15, .85, .45, .13, brass);
    easel_line(e, 1.12, .15, 1.12, .38, .13, brass);
}

static void draw_box(struct easel *e)
{
    struct ink card = prop_tone(e, 0xa9865f);
    bool round = words_have(e->words, "hatbox|drum|tin");
    bool open = words_have(e->words, "leaking|open|light from*|glow*");

    if (round) {
        easel_rounded(e, -1.05, -.2, 2.1, 1.2, .14);
        prop_turned(e, card, -1.05, 1.05);
        if (open)
            easel_glow(e, 0, -.22, 2.0, e->p.lamp, .8);
        easel_ellipse(e, 0, -.28, 1.14, .24);
        easel_fill(e, open ? INK(0xfff3cf) : ink_mix(card, e->p.shade, .4));
        easel_rounded(e, -1.14, -.62, 2.28, .36, .16);
        prop_turned(e, ink_mix(card, e->p.rim, .15), -1.14, 1.14);
    } else {
        const double side[][2] = {{.45, -.45}, {1.25, -.65}, {1.25, .6}, {.45, .95}};
        const double lid[][2] = {{-1.2, -.45}, {-.35, -.68}, {1.25, -.65}, {.45, -.45}};

        easel_box(e, -1.2, -.45, 1.65, 1.4);
        prop_solid(e, card, -.5, 1.4);
        easel_shape(e, side, 4, 0);
        easel_fill(e, ink_mix(card, e->p.shade, .55));
        easel_shape(e, lid, 4, 0);
        easel_fill(e, ink_mix(card, e->p.rim, .3));
    }
    easel_box(e, -.75, .15, .62, .36);
    easel_fill(e, ink_times(INK(0xf0e7d2), e->p.light));
    easel_line(e, -.66, .27, -.25, .27, .025, ink_fade(e->p.shade, .6));
    easel_line(e, -.66, .38, -.40, .38, .025, ink_fade(e->p.shade, .6));
}

static void draw_bag(struct easel *e)
{
    struct ink canvas = prop_tone(e, 0x7c6a4a);
    const double body[][2] = {{-1.35, .95}, {-1.25, -.15}, {-.8, -.38},
                              {.8, -.38},   {1.25, -.15},  {1.35, .95}};

    prop_ring(e, 0, -.42, .55, .52, .10, ink_times(INK(0x6a4128), e->p.light));
    easel_shape(e, body, 6, 0);
    prop_solid(e, canvas, -.4, 1.3);
    for (int side = -1; side <= 1; side += 2)
        easel_line(e, side * .55, -.36, side * .55, .95, .13, ink_times(INK(0x6a4128), e->p.light));
}

static void draw_chair(struct easel *e)
{
    struct ink wood = ink_times(INK(0x8a623e), e->p.light);
    bool chair = words_have(e->words, "chair|scarf*");

    for (int i = -1; i <= 1; i++)
        easel_line(e, i * .45, .05, i * .72, 1.0, .12, ink_mix(wood, e->p.shade, .2 + .15 * i));
    easel_rounded(e, -.85, -.10, 1.7, .22, .10);
    prop_solid(e, wood, -.1, .3);
    if (chair) {
        easel_line(e, -.75, -.1, -.85, -1.4, .10, wood);
        easel_line(e, .75, -.1, .85, -1.4, .10, wood);
        easel_rounded(e, -.9, -1.45, 1.8, .26, .1);
        prop_solid(e, wood, -1.5, -1);
    }
    if (words_have(e->words, "scarf*")) {
        const double scarf[][2] = {{-.75, -1.5}, {.05, -1.52}, {.0, .55}, {-.7, .62}};

        easel_shape(e, scarf, 4, 0);
        prop_solid(e, prop_tone(e, 0x8d9093), -1.5, .9);
        for (int i = 0; i < 8; i++)
            easel_line(e, -.66 + i * .09, .58, -.66 + i * .09, .80, .03, prop_tone(e, 0x8d9093));
    }
}

static void draw_tool(struct easel *e)
{
    struct ink steel = ink_times(INK(0x8b9094), e->p.light);
    const double blade[][2] = {
        {-1.75, .25}, {-1.35, -.18}, {-.35, -.12}, {-.35, .62}, {-1.35, .68}};

    easel_shape(e, blade, 5, 1);
    prop_solid(e, steel, -.2, .9);
    easel_ellipse(e, -1.3, .34, .30, .17);
    easel_fill(e, ink_fade(INK(0x3b2a1e), .75));
    easel_line(e, -.4, .25, .3, .25, .12, steel);
    easel_rounded(e, .3, .08, 1.25, .34, .16);
    prop_solid(e, ink_times(INK(0x9a6a42), e->p.light), 0, .5);
}

static void draw_gloves(struct easel *e)
{
    struct ink hide = prop_tone(e, 0xc9a36b);

    for (int g = 0; g < 2; g++) {
        double x = g * .75 - .5, y = g * .12 - .2;
        const double palm[][2] = {
            {x - .42, y + .95}, {x - .45, y - .05}, {x + .40, y - .10}, {x + .42, y + .95}};

        for (int i = 0; i < 4; i++)
            finger(e, x - .33 + i * .21, y, x - .36 + i * .23, y - .45, x - .37 + i * .24,
                   y - .68 + .07 * fabs(i - 1.), .19, ink_mix(hide, e->p.shade, .08 * i));
        easel_shape(e, palm, 4, 1);
        prop_solid(e, hide, y - .2, y + 1.2);
        finger(e, x + .32, y + .35, x + .62, y + .10, x + .66, y - .08, .2, hide);
    }
}

static void draw_ball(struct easel *e)
{
    struct ink twine = prop_tone(e, 0x66805a);

    easel_ellipse(e, 0, .15, .85, .85);
    prop_turned(e, twine, -.85, .85);
    cairo_save(e->cr);
    easel_ellipse(e, 0, .15, .85, .85);
    cairo_clip(e->cr);
    for (int i = 0; i < 22; i++) {
        double a = easel_between(e, -.9, .9);

        cairo_save(e->cr);
        cairo_translate(e->cr, 0, .15);
        cairo_rotate(e->cr, a + (i % 2) * 1.2);
        prop_ring(e, 0, (i - 11) * .08, 1.1, .35, .022,
                  ink_fade(i % 3 ? e->p.shade : e->p.rim, .35));
        cairo_restore(e->cr);
    }
    cairo_restore(e->cr);
}

static void draw_phone(struct easel *e)
{
    easel_rounded(e, -.55, -1.1, 1.1, 2.1, .16);
    prop_solid(e, INK(0x22252b), -1.1, 1.2);
    easel_rounded(e, -.47, -.98, .94, 1.86, .10);
    easel_fade(e, -1, ink_mix(e->p.rim, INK(0x9fc3e8), .5), 1,
               ink_mix(e->p.mid, INK(0x31507c), .5));
    easel_glow(e, 0, 0, 1.8, INK(0xa9c8ea), e->p.dark ? .45 : .15);
}

static void draw_tray(struct easel *e)
{
    struct ink hide = prop_tone(e, 0x80583a), brass = ink_times(INK(0xc1a055), e->p.light);

    easel_ellipse(e, 0, .45, 1.5, .58);
    prop_solid(e, hide, -.1, 1);
    easel_ellipse(e, 0, .40, 1.34, .46);
    easel_fill(e, ink_mix(hide, e->p.shade, .35));
    cairo_save(e->cr);
    cairo_translate(e->cr, -.25, .32);
    cairo_scale(e->cr, .5, .32);
    draw_key(e);
    cairo_restore(e->cr);
    for (int i = 0; i < 3; i++) {
        easel_ellipse(e, .45 + .2 * i, .32 + .09 * (i % 2), .13, .055);
        easel_fill(e, ink_mix(brass, e->p.rim, .2 * i));
    }
    prop_ring(e, .05, .58, .12, .055, .035, brass);
}

static void draw_plain(struct easel *e)
{
    struct ink ink = ink_times(INK(0xcfc6b4), e->p.light);

    easel_ellipse(e, 0, .05, .78, .78);
    prop_turned(e, ink, -.78, .78);
    easel_box(e, -1.15, .83, 2.3, .22);
    easel_across(e, -1.15, ink_mix(ink, e->p.rim, .2), 1.15, ink_mix(ink, e->p.shade, .55));
}

const struct prop prop_plain = {"", draw_plain, false};

static const struct prop props[] = {
    {"bag|suitcase|backpack|satchel|handbag", draw_bag, false},
    {"ball|twine|yarn|wool ball", draw_ball, false},
    {"book|novel|notebook|diary|book stand", draw_book, false},
    {"bottle|flask|vial|thermos|wine|perfume|jar|vase", tableware_bottle, false},
    {"box|hatbox|parcel|package|crate|chest|carton|suit box", draw_box, false},
    {"candle*", draw_candle, false},
    {"chair|stool|bench|armchair|scarf", draw_chair, false},
    {"clock|watch|timer", draw_clock, false},
    {"footprint*|footstep*|barefoot prints", draw_footprints, true},
    {"glove*|gauntlet*", draw_gloves, false},
    {"hand|hands|fingers|fist", draw_hand, false},
    {"kettle|teapot|coffee pot|watering can", tableware_kettle, false},
    {"key|keys|padlock", draw_key, false},
    {"knife|blade|dagger|cutting board|sword", tableware_knife, false},
    {"lamp|lantern|bulb|torch", draw_lamp, false},
    {"letter|paper|map|note|document|envelope|photograph|pen|pencil|newspaper|ticket|card",
     draw_paper, false},
    {"mug|cup|glass|bowl|tea|coffee", tableware_mug, false},
    {"pan|pot|skillet|plate|dish", tableware_pan, false},
    {"phone|smartphone|mobile|tablet|screen", draw_phone, false},
    {"radio|transistor|receiver|speaker", draw_radio, false},
    {"tray|coins|ring|coin", draw_tray, false},
    {"trowel|spade|tool|hammer|shovel|rake", draw_tool, false},
};

const struct prop *prop_find(const char *words)
{
    const struct prop *best = NULL;
    const char *first = NULL;

    for (size_t i = 0; i < sizeof(props) / sizeof(*props); i++) {
        const char *at = words_find(words, props[i].words);

        if (at && (!first || at < first)) {
            first = at;
            best = &props[i];
        }
    }
    return best;
}

void prop_draw(struct easel *e, const struct prop *prop, double x, double y, double size)
{
    cairo_save(e->cr);
    cairo_translate(e->cr, x, y);
    cairo_scale(e->cr, size, size);
    if (prop->flat) {
        prop->draw(e);
        cairo_restore(e->cr);
        return;
    }
    cairo_save(e->cr);
    cairo_translate(e->cr, .22, 1.0);
    cairo_scale(e->cr, 1, .20);
    easel_glow(e, 0, 0, 1.9, e->p.shade, .62);
    cairo_restore(e->cr);
    prop->draw(e);
    cairo_restore(e->cr);
}
