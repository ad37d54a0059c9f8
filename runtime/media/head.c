// SPDX-License-Identifier: MIT
#include "runtime/media/figure.h"

#include <math.h>

#include <cairo.h>

#include "runtime/media/easel.h"

static const double lit = -1; // as in figure.c

static struct ink in_light(const struct easel *e, struct ink ink)
{
    return ink_times(ink, e->p.light);
}

static void skull_path(struct easel *e, double turn)
{
    const double t = turn * .045;
    const double path[][2] = {{0, -.52},      {.30, -.50},    {.405, -.22},    {.385, .10},
                              {.31 + t, .34}, {.15 + t, .50}, {-.15 + t, .50}, {-.31 + t, .34},
                              {-.385, .10},   {-.405, -.22},  {-.30, -.50}};

    easel_shape(e, path, 11, 1);
}

static void strand(struct easel *e, double x0, double y0, double bend, double x1, double y1,
                   double w, struct ink ink)
{
    cairo_move_to(e->cr, x0, y0);
    cairo_curve_to(e->cr, x0 + bend, y0 + (y1 - y0) * .3, x1 + bend, y0 + (y1 - y0) * .7, x1, y1);
    cairo_set_line_width(e->cr, w);
    cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
    ink_use(e->cr, ink);
    cairo_stroke(e->cr);
}

// Hair that falls behind the shoulders.
void head_behind(struct easel *e, const struct looks *l, const struct stand *s)
{
    struct ink hair = ink_scale(in_light(e, l->hair_ink), .72);
    const double longer[][2] = {{-.36, -.4}, {.36, -.4},   {.47, .1},  {.52, .8}, {.40, 1.25},
                                {0, 1.3},    {-.40, 1.25}, {-.52, .8}, {-.47, .1}};
    const double bob[][2] = {{-.36, -.42}, {.36, -.42}, {.47, 0},    {.47, .40},
                             {.34, .56},   {-.34, .56}, {-.47, .40}, {-.47, 0}};

    if (l->hair == HAIR_LONG)
        easel_shape(e, longer, 9, 1);
    else if (l->hair == HAIR_BOB)
        easel_shape(e, bob, 8, 1);
    else if (l->hair == HAIR_BUN)
        easel_ellipse(e, -s->turn * .16, -.60, .19, .17);
    else if (l->hair == HAIR_TAIL)
        easel_ellipse(e, -s->turn * .46, .12, .14, .44);
    else if (l->hair == HAIR_CURLS)
        easel_ellipse(e, 0, -.14, .55, .52);
    else
        return;
    figure_cut(e, hair, ink_mix(hair, e->p.shade, .4), -.5, .9, lit, .02);
}

// Over the crown, down to the temples; the parting lies on the side that is turned away.
static void crown_path(struct easel *e, const struct looks *l, double turn)
{
    double part = -turn * .14, low = l->hair == HAIR_SHORT ? -.02 : .16;
    double full = l->hair == HAIR_CURLS ? .05 : 0;
    const double path[][2] = {
        {-.40 - full, low},      {-.455 - full, -.25}, {-.30, -.57 - full},      {0, -.615 - full},
        {.30, -.57 - full},      {.455 + full, -.25},  {.40 + full, low},        {.355, -.12},
        {.26 + part * .3, -.27}, {part, -.345},        {-.22 + part * .4, -.29}, {-.345, -.12}};

    easel_shape(e, path, 12, 1);
}

// The light on the outer edge alone: the inner one is a hairline, not an edge.
static void crown_light(struct easel *e, const struct looks *l, double turn, struct ink hair)
{
    double full = l->hair == HAIR_CURLS ? .05 : 0;

    cairo_save(e->cr);
    crown_path(e, l, turn);
    cairo_clip(e->cr);
    cairo_move_to(e->cr, lit * (.415 + full), .1);
    cairo_curve_to(e->cr, lit * (.47 + full), -.30, lit * .36, -.60 - full, 0, -.61 - full);
    cairo_set_line_width(e->cr, .045);
    ink_use(e->cr, ink_mix(e->p.rim, hair, .25));
    cairo_stroke(e->cr);
    cairo_restore(e->cr);
}

static void braid(struct easel *e, const struct looks *l, double turn)
{
    struct ink hair = in_light(e, l->hair_ink);
    double side = turn < 0 ? 1 : -1;

    for (int i = 12; i >= 0; i--) { // plaits lie over each other, the upper on the lower
        double t = i / 12., x = side * (.36 + .22 * t - .12 * t * t) + (i % 2 ? .030 : -.030);

        cairo_save(e->cr);
        cairo_translate(e->cr, x, .26 + 1.15 * t);
        cairo_rotate(e->cr, i % 2 ? .55 : -.55);
        easel_ellipse(e, 0, 0, .088 - .030 * t, .125 - .03 * t);
        figure_cut(e, ink_mix(hair, e->p.shade, i % 2 ? .16 : .04), ink_mix(hair, e->p.shade, .5),
                   -.12, .14, lit, .012);
        cairo_restore(e->cr);
    }
    easel_ellipse(e, side * .46, 1.47, .035, .09);
    easel_fill(e, ink_mix(hair, e->p.shade, .4));
}

static void hair_front(struct easel *e, const struct looks *l, double turn)
{
    struct ink hair = in_light(e, l->hair_ink);

    if (l->hair == HAIR_NONE)
        return;
    crown_path(e, l, turn);
    easel_fade(e, -.6, ink_mix(hair, e->p.rim, .12), .2, ink_mix(hair, e->p.shade, .35));
    crown_light(e, l, turn, hair);
    if (l->hair == HAIR_CURLS)
        for (int i = 0; i < 11; i++) {
            double a = 3.3 + i * .285;

            easel_ellipse(e, .46 * cos(a), -.16 + .43 * sin(a), .13, .13);
            easel_fill(e, ink_mix(hair, e->p.shade, .08 * (i % 3) + .02 * i));
        }
    for (int i = 0; i < 5; i++) // the comb's traces
        strand(e, -.05 - turn * .12, -.58, (i - 2) * .05, -.34 + i * .17, -.30 - .05 * (i % 2),
               .012, ink_fade(ink_mix(hair, i < 2 ? e->p.rim : e->p.shade, .45), .55));
    if (l->wet)
        for (int i = 0; i < 4; i++)
            strand(e, -.2 + i * .13, -.33, .04, -.24 + i * .145, -.16 - .03 * (i % 2), .026,
                   ink_scale(hair, .8));
    if (l->hair == HAIR_BRAID)
        braid(e, l, turn);
}

// The side away from the light, with the bridge of the nose as its border.
static void shade_side(struct easel *e, double turn)
{
    double t = turn * .07;
    const double path[][2] = {{.10 + t, -.52}, {.09 + t, -.14}, {.055 + t, -.02},
                              {.10 + t, .13},  {.05 + t, .20},  {.08 + t, .32},
                              {.02 + t, .52},  {.5, .52},       {.5, -.52}};

    easel_shape(e, path, 9, 0);
    easel_across(e, .0 + t, ink_fade(e->p.shade, .20), .45, ink_fade(e->p.shade, .44));
}

static void eye(struct easel *e, const struct looks *l, double x, double narrow, double blink,
                double turn)
{
    const double y = -.005, w = .082 * narrow, h = .036 * (1 - blink);
    struct ink skin = in_light(e, l->skin), line = ink_mix(e->p.shade, skin, .12);

    if (blink < .9) {
        cairo_save(e->cr);
        cairo_move_to(e->cr, x - w, y + .006);
        cairo_curve_to(e->cr, x - w * .4, y - h * 1.5, x + w * .5, y - h * 1.4, x + w, y);
        cairo_curve_to(e->cr, x + w * .4, y + h * 1.1, x - w * .5, y + h * 1.1, x - w, y + .006);
        cairo_clip_preserve(e->cr);
        easel_fill(e, ink_mix(INK(0xf3efe6), skin, x * lit > 0 ? .18 : .42));
        easel_ellipse(e, x + turn * .022, y - .004, .038, .040);
        easel_fill(e, ink_mix(line, INK(0x5a4634), .35));
        easel_ellipse(e, x + turn * .022, y - .004, .018, .019);
        easel_fill(e, e->p.shade);
        easel_ellipse(e, x + turn * .022 - .013, y - .018, .0085, .0085);
        easel_fill(e, INK(0xffffff));
        cairo_restore(e->cr);
    }
    cairo_new_path(e->cr);
    cairo_move_to(e->cr, x - w * 1.08, y + .010);
    cairo_curve_to(e->cr, x - w * .4, y - h * 1.55 + blink * .02, x + w * .5,
                   y - h * 1.5 + blink * .02, x + w * 1.08, y);
    cairo_set_line_width(e->cr, .017);
    cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
    ink_use(e->cr, line);
    cairo_stroke(e->cr);
}

static void brow(struct easel *e, const struct looks *l, double x, double narrow, int side)
{
    struct ink ink = ink_mix(in_light(e, l->hair_ink), e->p.shade, l->old ? .3 : .5);

    cairo_move_to(e->cr, x - side * .085 * narrow, -.098);
    cairo_curve_to(e->cr, x - side * .02, -.135, x + side * .06 * narrow, -.135,
                   x + side * .115 * narrow, -.092);
    cairo_set_line_width(e->cr, .026);
    cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
    ink_use(e->cr, ink);
    cairo_stroke(e->cr);
}

static void nose(struct easel *e, const struct looks *l, double t)
{
    struct ink skin = in_light(e, l->skin);
    const double under[][2] = {{t - .055, .165}, {t + .01, .195}, {t + .07, .165}, {t + .02, .150}};

    strand(e, t + .045, -.03, .015, t + .055, .13, .012,
           ink_fade(ink_mix(skin, e->p.shade, .55), .5));
    easel_shape(e, under, 4, 1);
    easel_fill(e, ink_fade(ink_mix(skin, e->p.shade, .6), .75));
    strand(e, t - .012, -.04, -.006, t - .012, .11, .014, ink_fade(e->p.rim, .28));
}

// Closed it is a line with a lower lip; open, a dark shape between two lips.
static void mouth(struct easel *e, const struct looks *l, double t, const struct face *face)
{
    struct ink skin = in_light(e, l->skin);
    struct ink lip = ink_mix(ink_times(skin, INK(0xd9968a)), e->p.shade, l->old ? .12 : .06);
    double y = .300, w = .125 * (1 - .34 * fmax(0, face->round) - .10 * fmin(0, face->round));
    double up = .006 + .022 * face->open, down = .006 + .072 * face->open;

    cairo_move_to(e->cr, t - w, y);
    cairo_curve_to(e->cr, t - w * .5, y - up - .028, t - .02, y - up - .034, t, y - up - .022);
    cairo_curve_to(e->cr, t + .02, y - up - .034, t + w * .5, y - up - .028, t + w, y);
    cairo_curve_to(e->cr, t + w * .6, y + down + .046, t - w * .6, y + down + .046, t - w, y);
    easel_fill(e, lip);
    cairo_move_to(e->cr, t - w * .94, y);
    cairo_curve_to(e->cr, t - w * .45, y - up, t + w * .45, y - up, t + w * .94, y);
    cairo_curve_to(e->cr, t + w * .5, y + down * 1.1, t - w * .5, y + down * 1.1, t - w * .94, y);
    if (face->open > .04) {
        cairo_save(e->cr);
        cairo_clip_preserve(e->cr);
        easel_fill(e, ink_mix(e->p.shade, INK(0x3a1416), .5));
        if (face->open > .2) {
            easel_box(e, t - w * .62, y - up - .02, w * 1.24, .03 + up * .6); // teeth
            easel_fill(e, ink_fade(ink_times(INK(0xefe9dd), e->p.light), .85));
        }
        cairo_restore(e->cr);
    } else {
        easel_fill(e, ink_mix(lip, e->p.shade, .62));
    }
    easel_ellipse(e, t, y + down + .075, .07, .012);
    easel_fill(e, ink_fade(e->p.shade, .16));
}

static void beard(struct easel *e, const struct looks *l, double turn)
{
    struct ink hair = in_light(e, l->hair_ink);
    double t = turn * .06;
    const double path[][2] = {{-.40, .02},     {-.33, .12},    {-.20, .20}, {t - .06, .215},
                              {t + .06, .215}, {.20, .20},     {.33, .12},  {.40, .02},
                              {.38, .32},      {.22 + t, .58}, {t, .64},    {-.22 + t, .58},
                              {-.38, .32}};

    easel_shape(e, path, 13, 1);
    figure_cut(e, ink_mix(hair, e->p.shade, .12), ink_mix(hair, e->p.shade, .4), 0, .6, lit, .015);
}

static void moustache(struct easel *e, const struct looks *l, double t)
{
    const double path[][2] = {{t - .15, .285}, {t - .07, .215}, {t, .225}, {t + .07, .215},
                              {t + .15, .285}, {t + .06, .262}, {t, .255}, {t - .06, .262}};

    easel_shape(e, path, 8, 1);
    easel_fill(e, ink_mix(in_light(e, l->hair_ink), e->p.shade, .25));
}

static void glasses(struct easel *e, double t)
{
    ink_use(e->cr, ink_mix(e->p.shade, e->p.rim, .15));
    for (int side = -1; side <= 1; side += 2) {
        easel_rounded(e, t + side * .165 - .115, -.055, .23, .135, .06);
        cairo_set_line_width(e->cr, .016);
        cairo_stroke(e->cr);
    }
    easel_line(e, t - .05, -.02, t + .05, -.02, .016, ink_mix(e->p.shade, e->p.rim, .15));
    strand(e, t - .24, .03, -.0, t - .12, -.03, .010, ink_fade(e->p.rim, .5));
}

static void hat(struct easel *e, const struct looks *l, double turn)
{
    struct ink felt = ink_mix(in_light(e, l->cloth), e->p.shade, .35);
    const double cap[][2] = {{-.44, -.22}, {-.44, -.50}, {-.2, -.68}, {.2, -.68},
                             {.44, -.50},  {.44, -.22},  {.2, -.27},  {-.2, -.27}};
    const double hood[][2] = {{-.36, .42}, {-.55, .45}, {-.57, -.25}, {-.30, -.70},
                              {.30, -.70}, {.57, -.25}, {.55, .45},   {.36, .42},
                              {.37, -.2},  {.2, -.42},  {-.2, -.42},  {-.37, -.2}};

    switch (l->hat) {
    case HAT_NONE:
        return;
    case HAT_CAP:
        easel_shape(e, cap, 8, 1);
        figure_cut(e, felt, ink_mix(felt, e->p.shade, .4), -.7, -.2, lit, .025);
        easel_ellipse(e, turn * .20, -.26, .36, .065);
        easel_fill(e, ink_mix(felt, e->p.shade, .55));
        return;
    case HAT_BRIM:
        easel_rounded(e, -.36, -.80, .72, .55, .14);
        figure_cut(e, felt, ink_mix(felt, e->p.shade, .4), -.8, -.3, lit, .025);
        easel_ellipse(e, 0, -.30, .68, .095);
        figure_cut(e, ink_mix(felt, e->p.shade, .2), e->p.shade, -.4, -.2, lit, .02);
        return;
    case HAT_HELMET:
        easel_ellipse(e, 0, -.08, .60, .62);
        cairo_set_line_width(e->cr, .09);
        ink_use(e->cr, ink_times(INK(0xd9dde0), e->p.light));
        cairo_stroke(e->cr);
        easel_ellipse(e, 0, -.06, .52, .52);
        easel_fill(e, ink_fade(e->p.sky, .22));
        return;
    case HAT_HOOD:
    case HAT_SCARF:
        easel_shape(e, hood, 12, 1);
        figure_cut(e, felt, ink_mix(felt, e->p.shade, .45), -.7, .45, lit, .03);
        return;
    }
}

static void age(struct easel *e, const struct looks *l, double t)
{
    struct ink line = ink_fade(ink_mix(in_light(e, l->skin), e->p.shade, .6), .38);

    for (int side = -1; side <= 1; side += 2) {
        strand(e, t + side * .10, .17, side * .045, t + side * .185, .31, .010, line);
        strand(e, t + side * .10, .055, side * .01, t + side * .22, .060, .008, line);
        strand(e, t + side * .26, .0, side * .02, t + side * .31, .045, .007, line);
    }
    for (int i = 0; i < 2; i++)
        strand(e, t - .15, -.205 - i * .06, 0, t + .15, -.205 - i * .06, .007, ink_fade(line, .28));
}

static void features(struct easel *e, const struct looks *l, double turn, const struct face *face)
{
    double t = turn * .075, far = 1 - .16 * fabs(turn);

    for (int side = -1; side <= 1; side += 2) {
        double narrow = side * turn > 0 ? far : 1;

        cairo_save(e->cr); // the socket
        cairo_translate(e->cr, t + side * .165, -.03);
        cairo_scale(e->cr, 1, .62);
        easel_glow(e, 0, 0, .17, e->p.shade, .34);
        cairo_restore(e->cr);
        eye(e, l, t + side * .165 * narrow, narrow, face->blink, turn);
        brow(e, l, t + side * .165 * narrow, narrow, side);
    }
    if (l->old)
        age(e, l, t);
    nose(e, l, t + turn * .02);
    if (l->beard)
        beard(e, l, turn);
    mouth(e, l, t, face);
    if (l->moustache)
        moustache(e, l, t);
    if (l->glasses)
        glasses(e, t);
}

void head_draw(struct easel *e, const struct looks *l, const struct stand *s,
               const struct face *face, bool near)
{
    struct ink skin = in_light(e, l->skin);
    static const struct face calm = {0};

    for (int side = -1; side <= 1; side += 2) {
        easel_ellipse(e, side * .395, .03, .055, .10);
        easel_fill(e, ink_scale(skin, side == lit ? .86 : .58));
    }
    skull_path(e, s->turn);
    figure_cut(e, ink_scale(skin, 1.02), ink_scale(skin, .90), -.5, .5, lit, .014);
    cairo_save(e->cr);
    skull_path(e, s->turn);
    cairo_clip(e->cr);
    shade_side(e, s->turn);
    cairo_restore(e->cr);
    cairo_new_path(e->cr);
    if (near)
        features(e, l, s->turn, face ? face : &calm);
    hair_front(e, l, s->turn);
    hat(e, l, s->turn);
}
