// SPDX-License-Identifier: MIT
#include "runtime/media/set.h"

#include <math.h>

#include <cairo.h>

#include "runtime/media/easel.h"
#include "runtime/media/words.h"

// The far wall of a room seen in one-point perspective.
struct wall {
    double left, right, top, foot;
};

static struct wall back_wall(const struct easel *e, double depth)
{
    double half = e->wide / 2 * depth, v = e->horizon;

    return (struct wall){e->wide / 2 - half, e->wide / 2 + half, v - v * depth * .94,
                         v + (1 - v) * depth * .62};
}

static void shell(struct easel *e, struct wall w)
{
    const double left[][2] = {{-.3, -.3}, {w.left, w.top}, {w.left, w.foot}, {-.3, 1.3}};
    const double right[][2] = {
        {e->wide + .3, -.3}, {w.right, w.top}, {w.right, w.foot}, {e->wide + .3, 1.3}};
    const double ceiling[][2] = {
        {-.3, -.3}, {e->wide + .3, -.3}, {w.right, w.top}, {w.left, w.top}};
    const double floor[][2] = {
        {-.3, 1.3}, {w.left, w.foot}, {w.right, w.foot}, {e->wide + .3, 1.3}};

    easel_box(e, -.3, -.3, e->wide + .6, 1.6);
    easel_fill(e, e->p.wall);
    easel_shape(e, ceiling, 4, 0);
    easel_fade(e, 0, ink_mix(e->p.wall, e->p.shade, .5), w.top,
               ink_mix(e->p.wall, e->p.shade, .25));
    easel_shape(e, floor, 4, 0);
    easel_fade(e, w.foot, ink_mix(e->p.floor, e->p.wall, .3), 1,
               ink_mix(e->p.floor, e->p.shade, .4));
    easel_shape(e, left, 4, 0);
    easel_across(e, 0, ink_mix(e->p.wall, e->p.shade, .45), w.left,
                 ink_mix(e->p.wall, e->p.shade, .16));
    easel_shape(e, right, 4, 0);
    easel_across(e, w.right, ink_mix(e->p.wall, e->p.shade, .28), e->wide,
                 ink_mix(e->p.wall, e->p.shade, .6));
    easel_box(e, w.left, w.top, w.right - w.left, w.foot - w.top);
    easel_fade(e, w.top, ink_mix(e->p.wall, e->p.shade, .08), w.foot,
               ink_mix(e->p.wall, e->p.rim, .06));
    easel_box(e, w.left, w.foot - .012, w.right - w.left, .012);
    easel_fill(e, ink_fade(e->p.shade, .22));
}

// What is seen through glass: the sky of the hour, and its weather.
static void view_out(struct easel *e, double x, double y, double w, double h)
{
    cairo_save(e->cr);
    cairo_rectangle(e->cr, x, y, w, h);
    cairo_clip(e->cr);
    easel_box(e, x, y, w, h);
    easel_fade(e, y, e->p.sky, y + h, e->p.low);
    easel_box(e, x, y + h * .78, w, h * .22);
    easel_fade(e, y + h * .78, e->p.far, y + h, e->p.mid);
    if (words_have(e->words, "storm*|rain*|gale|thunder|lightning"))
        for (int i = 0; i < 60; i++) {
            double rx = x + w * easel_chance(e), ry = y + h * easel_chance(e);

            easel_line(e, rx, ry, rx + .010, ry + .035, .0012, ink_fade(e->p.rim, .3));
        }
    cairo_restore(e->cr);
}

static void window(struct easel *e, double x, double y, double w, double h)
{
    struct ink frame = ink_mix(e->p.wall, e->p.shade, .55);

    view_out(e, x, y, w, h);
    for (int i = 0; i <= 2; i++)
        easel_line(e, x + w * i / 2, y, x + w * i / 2, y + h, .007, frame);
    for (int i = 0; i <= 2; i++)
        easel_line(e, x, y + h * i / 2, x + w, y + h * i / 2, .007, frame);
    easel_box(e, x - .014, y + h, w + .028, .014);
    easel_fill(e, ink_mix(e->p.wall, e->p.rim, .3));
}

// Light that a window throws on the floor.
static void pool(struct easel *e, double x, double w, double foot)
{
    const double path[][2] = {
        {x, foot + .03}, {x + w, foot + .03}, {x + w + .28, 1.02}, {x + .05, 1.02}};

    easel_shape(e, path, 4, 0);
    easel_fade(e, foot, ink_fade(e->p.rim, e->p.dark ? .12 : .34), 1, ink_fade(e->p.rim, 0));
}

static void hanging_lamp(struct easel *e, double x, double y)
{
    const double shade[][2] = {
        {x - .018, y - .04}, {x + .018, y - .04}, {x + .055, y}, {x - .055, y}};

    easel_line(e, x, -.05, x, y - .04, .003, e->p.shade);
    if (e->p.dark) {
        easel_glow(e, x, y + .02, .55, e->p.lamp, .40);
        easel_glow(e, x, y, .13, e->p.lamp, .85);
    }
    easel_shape(e, shade, 4, 0);
    easel_fill(e, ink_mix(e->p.shade, e->p.lamp, .14));
    easel_ellipse(e, x, y, .030, .008);
    easel_fill(e, e->p.dark ? INK(0xfff3d2) : ink_mix(e->p.wall, e->p.rim, .6));
}

void indoors_room(struct easel *e)
{
    struct wall w = back_wall(e, .62);
    double wide = w.right - w.left, tall = w.foot - w.top;

    shell(e, w);
    window(e, w.left + wide * .10, w.top + tall * .20, fmin(.30, wide * .34), tall * .46);
    pool(e, w.left + wide * .10, fmin(.30, wide * .34), w.foot);
    easel_box(e, w.left + wide * .70, w.top + tall * .26, wide * .18, tall * .74);
    easel_fade(e, w.top, ink_mix(e->p.wall, e->p.shade, .45), w.foot,
               ink_mix(e->p.wall, e->p.shade, .6));
    easel_ellipse(e, w.left + wide * .725, w.top + tall * .66, .006, .006);
    easel_fill(e, e->p.lamp);
    easel_box(e, w.left + wide * .50, w.top + tall * .24, wide * .12,
              tall * .22); // a picture on the wall
    easel_fill(e, ink_mix(e->p.wall, e->p.shade, .34));
    easel_box(e, w.left + wide * .51, w.top + tall * .26, wide * .10, tall * .18);
    easel_fill(e, ink_mix(e->p.wall, e->p.far, .6));
    hanging_lamp(e, e->wide * .56, w.top + tall * .18);
}

// Panes all around, and in the middle the great lens on its pedestal.
static void lens(struct easel *e, double x, double y, double r, bool burns)
{
    struct ink brass = ink_times(INK(0xc08f45), ink_mix(e->p.light, INK(0xffffff), .25));
    struct ink glass = ink_mix(e->p.low, e->p.rim, .4);

    if (burns)
        easel_glow(e, x, y, r * 4.2, e->p.lamp, .55);
    easel_box(e, x - r * .42, y + r * 1.18, r * .84, r * 1.5);
    easel_across(e, x - r * .42, brass, x + r * .42, ink_mix(brass, e->p.shade, .75));
    easel_box(e, x - r * .78, y + r * 1.1, r * 1.56, r * .12);
    easel_across(e, x - r * .78, ink_mix(brass, e->p.rim, .3), x + r * .78,
                 ink_mix(brass, e->p.shade, .6));
    for (int i = 6; i >= 0; i--) {
        double t = (i + 1) / 7.;

        easel_ellipse(e, x, y, r * .74 * t, r * 1.1 * t);
        easel_fill(e, ink_fade(ink_mix(burns ? ink_mix(e->p.lamp, INK(0xffffff), 1 - t) : glass,
                                       e->p.mid, t * (burns ? .35 : .55)),
                               .80));
        easel_ellipse(e, x, y, r * .74 * t, r * 1.1 * t);
        cairo_set_line_width(e->cr, r * .022);
        ink_use(e->cr, ink_fade(e->p.rim, .45));
        cairo_stroke(e->cr);
    }
    if (burns)
        easel_glow(e, x, y, r * .6, INK(0xfff7e2), .95);
    for (int i = -1; i <= 1; i += 2)
        easel_line(e, x + i * r * .74, y - r * 1.05, x + i * r * .74, y + r * 1.1, r * .06, brass);
    easel_box(e, x - r * .82, y - r * 1.2, r * 1.64, r * .13);
    easel_across(e, x - r * .82, ink_mix(brass, e->p.rim, .3), x + r * .82,
                 ink_mix(brass, e->p.shade, .6));
}

void indoors_lamp_room(struct easel *e)
{
    bool out =
        words_have(e->words, "dead|unlit|light is out|dark lamp|first light|dawn|morning|asleep");
    double sill = fmin(.80, e->horizon + .17), top = fmax(.03, e->horizon - .47);
    struct ink iron = ink_mix(e->p.shade, e->p.wall, .25);

    easel_box(e, -.3, -.3, e->wide + .6, 1.6);
    easel_fade(e, top, e->p.sky, e->horizon, e->p.low);
    if (words_have(e->words, "storm*|rain*|lightning|thunder|gale")) {
        view_out(e, -.3, top, e->wide + .6, sill - top);
        if (words_have(e->words, "lightning"))
            easel_glow(e, e->wide * .74, top + .05, .5, INK(0xe6eeff), .7);
    }
    easel_box(e, -.3, e->horizon + .015, e->wide + .6, sill - e->horizon);
    easel_fade(e, e->horizon, e->p.far, sill, e->p.mid);
    for (int i = -5; i <= 5; i++) { // mullions crowd together where the round wall turns away
        double x = e->wide / 2 + e->wide * .60 * sin(i * .30);

        easel_line(e, x, top, x, sill, .012 - .0010 * fabs((double)i), iron);
    }
    for (int i = 0; i < 3; i++) {
        double y = top + (sill - top) * i / 2;

        cairo_move_to(e->cr, -.3, y + (i - 1) * .035);
        cairo_curve_to(e->cr, e->wide * .3, y - (i - 1) * .012, e->wide * .7, y - (i - 1) * .012,
                       e->wide + .3, y + (i - 1) * .035);
        cairo_set_line_width(e->cr, i == 1 ? .007 : .02);
        ink_use(e->cr, iron);
        cairo_stroke(e->cr);
    }
    easel_box(e, -.3, -.3, e->wide + .6, top + .3);
    easel_fade(e, 0, e->p.shade, top, ink_mix(e->p.shade, e->p.wall, .45));
    easel_box(e, -.3, sill, e->wide + .6, 1.3 - sill);
    easel_fade(e, sill, ink_mix(e->p.wall, e->p.shade, .2), 1,
               ink_mix(e->p.floor, e->p.shade, .62));
    for (int i = 0; i < 5; i++) { // rings of the iron floor
        easel_ellipse(e, e->wide / 2, sill + .30, e->wide * (.14 + .12 * i), .06 + .055 * i);
        cairo_set_line_width(e->cr, .0022);
        ink_use(e->cr, ink_fade(e->p.rim, .10));
        cairo_stroke(e->cr);
    }
    lens(e, e->wide * .5, (top + sill) / 2 + .02, (sill - top) * .33, !out);
    if (!out)
        easel_glow(e, e->wide / 2, sill + .08, .7, e->p.lamp, .22);
}

void indoors_corridor(struct easel *e)
{
    struct wall w = back_wall(e, .26);

    shell(e, w);
    for (int i = 1; i < 6; i++) { // frames that shrink into the distance
        struct wall f = back_wall(e, .26 + .15 * i);

        cairo_rectangle(e->cr, f.left, f.top, f.right - f.left, f.foot - f.top);
        cairo_set_line_width(e->cr, .004 + .004 * i);
        ink_use(e->cr, ink_fade(e->p.shade, .28));
        cairo_stroke(e->cr);
        if (e->p.dark)
            easel_glow(e, e->wide / 2, f.top + .01, .05 + .03 * i, e->p.lamp, .5);
        easel_box(e, e->wide / 2 - .02 * i, f.top, .04 * i, .006 * i);
        easel_fill(e, ink_mix(e->p.lamp, INK(0xffffff), .5));
    }
    easel_glow(e, e->wide / 2, e->horizon, .3, e->p.rim, .6);
}

void indoors_hall(struct easel *e)
{
    struct wall w = back_wall(e, .40);
    double wide = w.right - w.left, tall = w.foot - w.top;

    shell(e, w);
    for (int i = 0; i < 3; i++) { // tall arched windows
        double x = w.left + wide * (.14 + .27 * i), y = w.top + tall * .30, ww = wide * .18;

        easel_ellipse(e, x + ww / 2, y, ww / 2, ww / 2);
        easel_fill(e, e->p.sky);
        view_out(e, x, y, ww, tall * .42);
    }
    for (int i = 1; i < 5; i++)
        for (int side = -1; side <= 1; side += 2) { // columns
            struct wall f = back_wall(e, .40 + .14 * i);
            double x = side < 0 ? f.left : f.right, cw = .012 + .013 * i;

            easel_box(e, x - cw, f.top, 2 * cw, f.foot - f.top);
            easel_across(e, x - cw, ink_mix(e->p.wall, e->p.rim, side < 0 ? .15 : .3), x + cw,
                         ink_mix(e->p.wall, e->p.shade, .6));
        }
    for (int i = 0; i < 3 && !e->p.dark; i++)
        pool(e, w.left + wide * (.14 + .27 * i), wide * .16, w.foot);
    easel_glow(e, e->wide / 2, w.top + tall * .5, .5, e->p.dark ? e->p.lamp : e->p.rim, .25);
}

static void parcels(struct easel *e, double x, double y, double w, double h, double fade)
{
    static const unsigned kinds[] = {0xa98f6c, 0x8f7759, 0x9c8a72, 0x7c7264, 0xb49c78, 0x6f6a66};

    for (double at = x; at < x + w - .006;) {
        double bw = fmin(x + w - at, h * easel_between(e, .35, .95)),
               bh = h * easel_between(e, .5, .92);
        unsigned kind = kinds[(int)(easel_chance(e) * 6)];
        struct ink ink = ink_times(INK(kind), e->p.light);

        easel_box(e, at, y + h - bh, bw * .92, bh);
        easel_fill(e, ink_mix(ink, e->p.shade, fade + .2 * easel_chance(e)));
        if (bw > h * .5) {
            easel_box(e, at + bw * .3, y + h - bh * .6, bw * .24, bh * .2);
            easel_fill(e, ink_fade(ink_times(INK(0xe9dfc8), e->p.light), .6 - fade * .5));
        }
        at += bw;
    }
}

// An aisle between shelves: slices, the farthest first.
void indoors_shelves(struct easel *e)
{
    const int slices = 7;

    easel_box(e, -.3, -.3, e->wide + .6, 1.6);
    easel_fade(e, 0, e->p.shade, 1, ink_mix(e->p.floor, e->p.shade, .5));
    easel_glow(e, e->wide / 2, e->horizon, .4, ink_mix(e->p.lamp, e->p.wall, .4), .6);
    for (int i = 0; i < slices; i++) {
        double d = .10 + .9 * pow((i + 1.) / slices, 1.8),
               n = .10 + .9 * pow((i + 2.) / slices, 1.8);
        struct wall a = back_wall(e, d), b = back_wall(e, n);
        double fade = .62 - .5 * i / slices;

        for (int side = 0; side < 2; side++) {
            double x0 = side ? a.right : b.left, x1 = side ? b.right : a.left;

            easel_box(e, x0, a.top, x1 - x0, a.foot - a.top + .02);
            easel_fill(e, ink_mix(e->p.wall, e->p.shade, .72 + .1 * side));
            for (int row = 0; row < 5; row++) {
                double h = (a.foot - a.top) / 5, y = a.top + row * h;

                parcels(e, x0 + .004, y + h * .06, x1 - x0 - .008, h * .84, fade);
                easel_box(e, x0, y + h * .90, x1 - x0, h * .10);
                easel_fill(e, ink_mix(e->p.shade, e->p.floor, .4));
            }
        }
        if (i % 2)
            hanging_lamp(e, e->wide / 2, a.top + (a.foot - a.top) * .06);
    }
}

void indoors_counter_front(struct easel *e)
{
    double top = fmin(.86, e->horizon + .13);

    easel_box(e, -.3, top, e->wide + .6, .03);
    easel_fade(e, top, ink_mix(e->p.floor, e->p.rim, .42), top + .03, e->p.floor);
    easel_box(e, -.3, top + .03, e->wide + .6, 1.3 - top);
    easel_fade(e, top + .03, ink_mix(e->p.floor, e->p.shade, .38), 1,
               ink_mix(e->p.floor, e->p.shade, .72));
    for (double x = .04; x < e->wide; x += .22)
        easel_line(e, x, top + .07, x, 1, .003, ink_fade(e->p.shade, .3));
    if (words_have(e->words, "bell")) {
        double x = e->wide * .76;

        easel_ellipse(e, x, top, .030, .032);
        easel_across(e, x - .03, ink_mix(ink_times(INK(0xc89a4a), e->p.light), e->p.rim, .35),
                     x + .03, ink_times(INK(0x6f4e22), e->p.light));
        easel_box(e, x - .036, top - .004, .072, .008);
        easel_fill(e, e->p.shade);
    }
}

void indoors_counter(struct easel *e)
{
    struct wall w = back_wall(e, .80);
    double wide = w.right - w.left, tall = w.foot - w.top;

    shell(e, w);
    for (int i = 0; i < 4; i++) { // pigeon holes, bottles, tins: what stands behind a counter
        double y = w.top + tall * (.16 + .155 * i);

        easel_box(e, w.left + wide * .30, y, wide * .62, tall * .135);
        easel_fill(e, ink_mix(e->p.wall, e->p.shade, .42));
        parcels(e, w.left + wide * .31, y + tall * .015, wide * .60, tall * .11, .12);
    }
    window(e, w.left + wide * .05, w.top + tall * .20, wide * .17, tall * .42);
    pool(e, w.left + wide * .05, wide * .17, w.foot);
    hanging_lamp(e, e->wide * .36, w.top + tall * .10);
    hanging_lamp(e, e->wide * .66, w.top + tall * .10);
    indoors_counter_front(e);
}

void indoors_stairs(struct easel *e)
{
    struct wall w = back_wall(e, .7);
    const int steps = 11;
    struct ink tread = ink_mix(e->p.floor, e->p.rim, .22);

    shell(e, w);
    easel_glow(e, e->wide * .78, .08, .7, e->p.dark ? e->p.lamp : e->p.rim, .5);
    for (int i = steps - 1; i >= 0; i--) {
        double t = (double)i / steps, y = 1.02 - t * .86, x = e->wide * (.12 + .40 * t);
        double ww = e->wide * (.78 - .42 * t), h = .105 - .05 * t;

        easel_box(e, x, y - h, ww, h * .30);
        easel_across(e, x, ink_mix(tread, e->p.shade, .5 * t), x + ww,
                     ink_mix(tread, e->p.shade, .35 + .4 * t));
        easel_box(e, x, y - h * .70, ww, h * .72);
        easel_across(e, x, ink_mix(e->p.floor, e->p.shade, .45), x + ww,
                     ink_mix(e->p.floor, e->p.shade, .75));
    }
    for (int i = 0; i <= steps; i++) {
        double t = (double)i / steps, x = e->wide * (.90 - .02 * t), y = 1.02 - t * .86;

        easel_line(e, x, y, x, y - .30 + .12 * t, .007 - .003 * t, e->p.shade);
    }
    easel_line(e, e->wide * .90, .72, e->wide * .88, -.02, .012, e->p.shade);
}

void indoors_studio(struct easel *e)
{
    struct ink back = ink_mix(e->p.wall, e->p.low, .55);

    easel_box(e, -.3, -.3, e->wide + .6, 1.6);
    easel_fade(e, 0, ink_mix(back, e->p.shade, .16), .72,
               ink_mix(back, INK(0xffffff), e->p.dark ? .04 : .22));
    easel_box(e, -.3, .70, e->wide + .6, .6); // the paper bends into the table
    easel_fade(e, .70, ink_mix(back, INK(0xffffff), e->p.dark ? .05 : .24), 1,
               ink_mix(back, e->p.shade, .20));
    easel_glow(e, e->wide * .26, .18, .85, e->p.rim, .55);
    for (int i = 0; i < 2; i++) { // the window's light, thrown on the wall
        double x = e->wide * .52 + i * .17;
        const double pane[][2] = {{x, .10}, {x + .14, .14}, {x + .14, .52}, {x, .50}};

        easel_shape(e, pane, 4, 0);
        easel_fill(e, ink_fade(e->p.rim, e->p.dark ? .05 : .22));
    }
}

void indoors_paper(struct easel *e)
{
    struct ink low = ink_mix(e->p.low, e->p.wall, .3);

    easel_box(e, -.3, -.3, e->wide + .6, 1.6);
    easel_fade(e, 0, ink_mix(e->p.sky, e->p.wall, .35), fmax(.3, e->horizon + .16), low);
    easel_glow(e, e->wide * .34, e->horizon * .6, .9, e->p.rim, .35);
    easel_box(e, -.3, fmax(.3, e->horizon + .16), e->wide + .6, 1.3);
    easel_fade(e, e->horizon + .16, ink_mix(e->p.ground, e->p.low, .2), 1,
               ink_mix(e->p.ground, e->p.shade, .45));
    easel_ridge(e, e->horizon + .165, .05, .0, ink_mix(e->p.ground, e->p.far, .4),
                ink_mix(e->p.ground, e->p.shade, .4));
}
