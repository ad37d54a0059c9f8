// SPDX-License-Identifier: MIT
#include "runtime/media/set.h"

#include <math.h>

#include <cairo.h>

#include "runtime/media/easel.h"
#include "runtime/media/words.h"

static void moon(struct easel *e, double x, double y)
{
    easel_glow(e, x, y, .36, e->p.rim, .34);
    easel_ellipse(e, x, y, .036, .036);
    easel_fill(e, ink_mix(e->p.rim, INK(0xffffff), .45));
}

static void stars(struct easel *e)
{
    for (int i = 0; i < 90; i++) {
        double r = easel_between(e, .0006, .0019);

        easel_ellipse(e, easel_between(e, 0, e->wide), easel_between(e, 0, e->horizon * .85), r, r);
        easel_fill(e, ink_fade(e->p.rim, easel_between(e, .15, .7)));
    }
}

// Long flat banks, brighter below where the light comes from.
static void clouds(struct easel *e, int n, double thick)
{
    for (int i = 0; i < n; i++) {
        double x = easel_between(e, -.2, e->wide), y = easel_between(e, .06, e->horizon * .8);
        double w = easel_between(e, .35, .95), h = thick * easel_between(e, .5, 1.2);
        struct ink bank = ink_mix(e->p.far, e->p.low, easel_between(e, .1, .7));

        for (int k = 0; k < 6; k++) {
            easel_ellipse(e, x + w * (k / 5. - .5) * .8, y - h * .5 * sin(3.14 * k / 5.), w * .24,
                          h * (.35 + .3 * sin(3.14 * k / 5.)));
            easel_fade(e, y - h, ink_fade(bank, n > 6 ? .16 : .26), y + h * .7, ink_fade(bank, 0));
        }
    }
}

void outdoors_sky(struct easel *e)
{
    bool heavy = words_have(e->words, "storm*|rain*|gale|overcast|thunder*|snow*");
    double x = e->wide * easel_between(e, .66, .82);

    easel_box(e, -.2, -.2, e->wide + .4, 1.4);
    easel_fade(e, 0, e->p.sky, fmax(.12, e->horizon), e->p.low);
    if (e->p.dark && !heavy)
        stars(e);
    if (!heavy && e->p.dark)
        moon(e, x, fmax(.1, e->horizon * .32));
    else if (!heavy)
        easel_glow(e, x, fmax(.1, e->horizon * .62), .7, e->p.rim, .75);
    clouds(e, heavy ? 12 : 4, heavy ? .16 : .07);
}

static void glitter(struct easel *e, double x, double wide)
{
    for (int i = 0; i < 60; i++) {
        double t = easel_chance(e), y = e->horizon + .004 + (1 - e->horizon) * t * t;
        double w = (.006 + .05 * t) * easel_between(e, .4, 1.2);

        easel_box(e, x + easel_between(e, -wide, wide) * (.25 + t) - w / 2, y, w, .0012 + .003 * t);
        easel_fill(e, ink_fade(e->p.rim, .30 * (1 - t * .6)));
    }
}

// A row of waves: lit along its back, foam on the crest when it is high.
static void crest_light(struct easel *e, double amp, double y, double t, double high,
                        struct ink top)
{
    cairo_path_t *path = cairo_copy_path(e->cr);
    struct ink back = ink_mix(top, e->p.low, .10 + .14 * (1 - t) + .30 * high * (1 - .5 * t));

    easel_fade(e, y - amp, back, y + .03 + .13 * t, ink_mix(top, e->p.shade, .12 + .25 * t));
    cairo_append_path(e->cr, path);
    cairo_set_line_width(e->cr, (.0008 + .0022 * t) * (.35 + high));
    ink_use(e->cr, ink_fade(ink_mix(e->p.low, e->p.rim, .4), .10 + .12 * high));
    cairo_stroke(e->cr);
    cairo_path_destroy(path);
}

// Rows of crests that grow towards us; high from 0 (like glass) to 1 (a storm).
static void waves_between(struct easel *e, double high, double from, double to)
{
    const int rows = 11;

    for (int i = 0; i < rows; i++) {
        double t = (i + 1.) / rows, y = e->horizon + (1.02 - e->horizon) * t * t;
        double amp = (.004 + .055 * t) * high, len = .05 + .30 * t,
               x0 = -len * easel_chance(e) - .2;
        struct ink top =
            ink_mix(ink_mix(e->p.far, e->p.mid, fmin(1, t * 1.6)), e->p.near, fmax(0, t - .35));

        if (y < from || y >= to)
            continue;

        cairo_move_to(e->cr, -.3, 1.2);
        cairo_line_to(e->cr, -.3, y);
        for (double x = x0; x < e->wide + .3; x += len) {
            double a = amp * easel_between(e, .5, 1.25), w = len * easel_between(e, .8, 1.1);

            cairo_curve_to(e->cr, x + w * .25, y + a * .1, x + w * .42, y - a, x + w * .56, y - a);
            cairo_curve_to(e->cr, x + w * .66, y - a, x + w * .75, y + a * .35, x + w, y + a * .1);
        }
        cairo_line_to(e->cr, e->wide + .4, 1.2);
        cairo_close_path(e->cr);
        crest_light(e, amp, y, t, high, top);
    }
}

static void waves(struct easel *e, double high)
{
    waves_between(e, high, -1, 2);
}

static void water(struct easel *e, double high)
{
    easel_box(e, -.2, e->horizon, e->wide + .4, 1.3 - e->horizon);
    easel_fade(e, e->horizon, ink_mix(e->p.far, e->p.low, .45), 1,
               ink_mix(e->p.mid, e->p.near, .65));
    if (high < .5)
        glitter(e, e->wide * .74, .22);
    waves(e, high);
}

static double swell(const struct easel *e)
{
    if (words_have(e->words, "storm*|gale|wild|waves|heavy|rough"))
        return 1;
    return words_have(e->words, "calm|glass|still|smooth|quiet") ? .08 : .35;
}

void outdoors_sea(struct easel *e)
{
    outdoors_sky(e);
    if (words_have(e->words, "coast|harbour|harbor|bay|lake|island|river"))
        easel_ridge(e, e->horizon + .004, .10, .5, ink_mix(e->p.far, e->p.low, .3), e->p.far);
    water(e, swell(e));
    if (words_have(e->words, "beach|shore|pier|quay|harbour|harbor|sand"))
        easel_ridge(e, .93, .10, .1, ink_mix(e->p.ground, e->p.low, .15),
                    ink_mix(e->p.ground, e->p.shade, .5));
    if (words_have(e->words, "boat*|ship*|sail*|trawler|vessel")) {
        double x = e->wide * .34, y = e->horizon + .05;
        const double hull[][2] = {
            {x - .12, y - .03}, {x + .14, y - .035}, {x + .10, y + .025}, {x - .09, y + .025}};

        easel_box(e, x - .05, y - .075, .09, .05);
        easel_fill(e, e->p.mid);
        easel_shape(e, hull, 4, 0);
        easel_fill(e, e->p.shade);
        easel_line(e, x + .01, y - .03, x + .01, y - .19, .004, e->p.shade);
        if (e->p.dark)
            easel_glow(e, x + .01, y - .19, .06, e->p.lamp, .9);
    }
}

// One half of a cone of light: bright along its middle, nothing at its edge.
static void half_beam(cairo_pattern_t *mesh, const double from[2], const double middle[2],
                      const double edge[2], double strength)
{
    const double *corners[] = {from, middle, edge, from};
    const double alpha[] = {strength, strength * .10, 0, 0};

    cairo_mesh_pattern_begin_patch(mesh);
    cairo_mesh_pattern_move_to(mesh, from[0], from[1]);
    for (int i = 1; i < 4; i++)
        cairo_mesh_pattern_line_to(mesh, corners[i][0], corners[i][1]);
    for (unsigned i = 0; i < 4; i++)
        cairo_mesh_pattern_set_corner_color_rgba(mesh, i, 1, .93, .77, alpha[i]);
    cairo_mesh_pattern_end_patch(mesh);
}

static void beam(struct easel *e, double x, double y, double to_x, double to_y, double spread,
                 double strength)
{
    double len = hypot(to_x - x, to_y - y), nx = -(to_y - y) / len * spread,
           ny = (to_x - x) / len * spread;
    const double from[2] = {x, y}, middle[2] = {to_x, to_y};
    const double up[2] = {to_x + nx, to_y + ny}, down[2] = {to_x - nx, to_y - ny};
    cairo_pattern_t *mesh = cairo_pattern_create_mesh();

    half_beam(mesh, from, middle, up, strength);
    half_beam(mesh, from, middle, down, strength);
    cairo_set_source(e->cr, mesh);
    cairo_paint(e->cr);
    cairo_pattern_destroy(mesh);
}

static void tower(struct easel *e, double x, double foot, double tall, bool burns)
{
    double w = tall * .105, top = foot - tall, lamp = top - tall * .085;
    const double trunk[][2] = {
        {x - w, foot}, {x - w * .56, top}, {x + w * .56, top}, {x + w, foot}};
    const double roof[][2] = {{x - w * .62, lamp - tall * .035},
                              {x, lamp - tall * .12},
                              {x + w * .62, lamp - tall * .035}};
    struct ink white = ink_times(INK(0xe9e6de), e->p.light);

    if (burns)
        beam(e, x, lamp, x - e->wide * .9, lamp + .10, .30, .9);
    if (burns)
        beam(e, x, lamp, x + e->wide * .6, lamp - .05, .20, .7);
    easel_shape(e, trunk, 4, 0);
    easel_across(e, x - w, white, x + w, ink_mix(white, e->p.shade, .72));
    for (int i = 0; i < 3; i++) {
        easel_box(e, x - w * .02, foot - tall * (.25 + i * .24), w * .16, tall * .04);
        easel_fill(e, i == 1 && e->p.dark ? e->p.lamp : ink_mix(white, e->p.shade, .8));
    }
    easel_box(e, x - w * .82, top - tall * .012, w * 1.64, tall * .022);
    easel_fill(e, e->p.shade);
    easel_box(e, x - w * .44, lamp - tall * .04, w * .88, tall * .115);
    easel_fill(e, burns ? ink_mix(e->p.lamp, INK(0xffffff), .5) : ink_mix(e->p.mid, e->p.low, .25));
    for (int i = -1; i <= 1; i++)
        easel_line(e, x + i * w * .3, lamp - tall * .04, x + i * w * .3, top, tall * .006,
                   e->p.shade);
    easel_shape(e, roof, 3, 0);
    easel_fill(e, e->p.shade);
    if (burns) {
        easel_glow(e, x, lamp, tall * .75, e->p.lamp, .5);
        easel_glow(e, x, lamp, tall * .16, INK(0xfff6df), .95);
    }
}

static void crag(struct easel *e, double x, double foot, double wide, double tall)
{
    const double rock[][2] = {{x - wide, 1.2},
                              {x - wide * .92, foot + tall * .6},
                              {x - wide * .55, foot + tall * .25},
                              {x - wide * .40, foot + tall * .02},
                              {x - wide * .12, foot - tall * .05},
                              {x + wide * .22, foot},
                              {x + wide * .45, foot + tall * .22},
                              {x + wide * .62, foot + tall * .5},
                              {x + wide, foot + tall * .8},
                              {x + wide * 1.05, 1.2}};
    const double plane[][2] = {{x + wide * .05, foot - tall * .02},
                               {x + wide * .45, foot + tall * .22},
                               {x + wide * .62, foot + tall * .5},
                               {x + wide, foot + tall * .8},
                               {x + wide * 1.05, 1.2},
                               {x + wide * .3, 1.2},
                               {x + wide * .2, foot + tall * .5}};

    easel_shape(e, rock, 10, 0);
    easel_fade(e, foot, ink_mix(e->p.near, e->p.mid, .55), foot + tall, e->p.near);
    easel_shape(e, plane, 7, 0);
    easel_fill(e, ink_fade(e->p.shade, .5));
}

void outdoors_lighthouse(struct easel *e)
{
    double x = e->wide * (e->wide > 1.2 ? .60 : .54), swelling = swell(e);
    double foot = fmin(.80, e->horizon + (e->horizon < .4 ? .20 : .06)),
           tall = fmin(.46, (foot - .05) / 1.24);
    bool burns = !words_have(
        e->words, "beam is out|dark tower|tower is dark|light is out|unlit|extinguished");

    outdoors_sky(e);
    easel_box(e, -.2, e->horizon, e->wide + .4, 1.3 - e->horizon);
    easel_fade(e, e->horizon, ink_mix(e->p.far, e->p.low, .45), 1,
               ink_mix(e->p.mid, e->p.near, .65));
    waves_between(e, swelling, -1, foot + .05);
    tower(e, x, foot, tall, burns && (e->p.dark || words_have(e->words, "beam|lit")));
    crag(e, x, foot, fmin(.42, e->wide * .4), .24);
    cairo_save(e->cr);
    cairo_rectangle(e->cr, -.2, e->horizon, e->wide + .4, 1.2);
    cairo_clip(e->cr);
    waves_between(e, swelling, foot + .05, 2);
    cairo_restore(e->cr);
    if (swelling < .5)
        glitter(e, e->wide * .74, .20);
    if (swelling > .9)
        for (int i = 0; i < 36; i++) { // spray where the sea meets the rock
            double a = easel_between(e, -.34, .36), r = easel_between(e, .002, .012);

            easel_ellipse(e, x + a, foot + .10 + .16 * fabs(a) - easel_between(e, 0, .07), r, r);
            easel_fill(e, ink_fade(e->p.low, .22));
        }
}

static void trunk(struct easel *e, double x, double w, struct ink ink)
{
    const double path[][2] = {{x - w * .5, -.1},  {x + w * .5, -.1},  {x + w * .62, .8},
                              {x + w * 1.1, 1.1}, {x - w * 1.1, 1.1}, {x - w * .62, .8}};

    easel_shape(e, path, 6, 0);
    easel_across(e, x - w, ink_mix(ink, e->p.rim, .10), x + w, ink_mix(ink, e->p.shade, .35));
}

void outdoors_forest(struct easel *e)
{
    easel_box(e, -.2, -.2, e->wide + .4, 1.4);
    easel_fade(e, 0, ink_mix(e->p.far, e->p.sky, .3), e->horizon, ink_mix(e->p.low, e->p.far, .35));
    easel_glow(e, e->wide * .62, e->horizon * .7, .6, e->p.rim, .6);
    for (int layer = 0; layer < 4; layer++) {
        struct ink ink =
            ink_mix(ink_mix(e->p.far, e->p.mid, layer / 2.), e->p.near, fmax(0, layer - 1.5) / 1.5);
        int n = 16 - layer * 4;

        for (int i = 0; i < n; i++)
            trunk(e, e->wide * (i + easel_between(e, -.35, .35)) / (n - 1),
                  (.010 + .014 * layer) * easel_between(e, .7, 1.4), ink);
        easel_ridge(e, e->horizon + .07 + layer * .10, .05 + .02 * layer, .8,
                    ink_mix(ink, e->p.low, .05), ink_mix(ink, e->p.shade, .35));
    }
    for (int i = 0; i < 3 && !e->p.dark; i++) {
        double x = e->wide * (.35 + .18 * i);
        const double shaft[][2] = {{x, -.1}, {x + .08, -.1}, {x - .10, 1}, {x - .30, 1}};

        easel_shape(e, shaft, 4, 0);
        easel_fade(e, 0, ink_fade(e->p.rim, .20), .9, ink_fade(e->p.rim, 0));
    }
}

static void block(struct easel *e, double x, double w, double top, struct ink ink,
                  double lit_windows)
{
    easel_box(e, x, top, w, 1.2 - top);
    easel_fade(e, top, ink, e->horizon + .1, ink_mix(ink, e->p.low, .22));
    for (double wy = top + .02; wy < e->horizon + .02; wy += .026)
        for (double wx = x + .010; wx < x + w - .014; wx += .020)
            if (easel_chance(e) < lit_windows) {
                easel_box(e, wx, wy, .008, .012);
                easel_fill(e, ink_fade(e->p.dark ? e->p.lamp : e->p.low,
                                       easel_between(e, .25, e->p.dark ? .9 : .5)));
            }
}

void outdoors_city(struct easel *e)
{
    bool street = words_have(e->words, "street|alley|square|market|station|road");

    outdoors_sky(e);
    for (int layer = 0; layer < 3; layer++) {
        struct ink ink =
            ink_mix(ink_mix(e->p.far, e->p.mid, layer / 1.5), e->p.near, fmax(0, layer - 1));

        for (double x = -.1; x < e->wide + .1;) {
            double w = easel_between(e, .06, .15),
                   edge = fabs(x + w / 2 - e->wide / 2) / (e->wide / 2);
            double tall = easel_between(e, .10, .30) + layer * .05;

            if (street && layer) // the houses of a street stand at its sides
                tall = edge * edge * (.25 + .35 * layer) * easel_between(e, .85, 1.15) - .02;
            block(e, x, w, e->horizon + .015 - tall, ink, e->p.dark ? .28 : .12);
            x += w * easel_between(e, .95, 1.2);
        }
    }
    const double ground[][2] = {
        {-.2, e->horizon + .03}, {e->wide + .2, e->horizon + .03}, {e->wide + .2, 1.2}, {-.2, 1.2}};
    easel_shape(e, ground, 4, 0);
    easel_fade(e, e->horizon, ink_mix(e->p.ground, e->p.mid, .5), 1,
               ink_mix(e->p.ground, e->p.shade, .55));
    for (int i = -4; i <= 4; i++)
        easel_line(e, e->wide / 2 + i * .02, e->horizon + .03, e->wide / 2 + i * .55, 1.1, .0022,
                   ink_fade(e->p.shade, .18));
    if (e->p.dark)
        for (int i = 0; i < 5; i++) {
            double x = e->wide * (.1 + .2 * i), y = e->horizon - .10 - .02 * (i % 2);

            easel_line(e, x, y, x, e->horizon + .10, .004, e->p.shade);
            easel_glow(e, x, y, .13, e->p.lamp, .75);
        }
}

void outdoors_mountains(struct easel *e)
{
    outdoors_sky(e);
    easel_ridge(e, e->horizon + .02, .44, .9, ink_mix(e->p.far, e->p.low, .28),
                ink_mix(e->p.low, e->p.far, .4));
    easel_ridge(e, e->horizon + .07, .30, .8, e->p.far, ink_mix(e->p.far, e->p.low, .4));
    easel_ridge(e, e->horizon + .15, .22, .6, e->p.mid, ink_mix(e->p.mid, e->p.low, .2));
    easel_ridge(e, e->horizon + .30, .14, .4, ink_mix(e->p.mid, e->p.near, .6), e->p.near);
    if (words_have(e->words, "snow*|glacier|ice"))
        easel_ridge(e, e->horizon + .36, .10, .1, ink_times(INK(0xeef2f6), e->p.light),
                    ink_mix(e->p.far, e->p.mid, .4));
}

void outdoors_desert(struct easel *e)
{
    outdoors_sky(e);
    for (int i = 0; i < 4; i++)
        easel_ridge(e, e->horizon + .02 + i * i * .075, .06 + .05 * i, .02,
                    ink_mix(e->p.ground, e->p.low, .6 - .2 * i),
                    ink_mix(e->p.ground, e->p.shade, .12 + .14 * i));
}

void outdoors_field(struct easel *e)
{
    struct ink grass = ink_mix(e->p.mid, ink_times(INK(0x8f9a5c), e->p.light), .55);

    outdoors_sky(e);
    easel_ridge(e, e->horizon + .01, .14, .3, ink_mix(e->p.far, e->p.low, .3), e->p.far);
    easel_ridge(e, e->horizon + .06, .09, .9, ink_mix(grass, e->p.far, .5), grass);
    easel_ridge(e, e->horizon + .16, .05, .05, ink_mix(grass, e->p.low, .25),
                ink_mix(grass, e->p.near, .6));
    for (int i = 0; i < 150; i++) {
        double t = easel_chance(e), x = easel_between(e, 0, e->wide),
               y = e->horizon + .2 + (.85 - e->horizon) * t;

        easel_line(e, x, y, x + easel_between(e, -.012, .012), y - .012 - .04 * t, .0012 + .002 * t,
                   ink_fade(ink_mix(grass, e->p.shade, .45), .4));
    }
}

void outdoors_road(struct easel *e)
{
    double v = e->wide * .5, y = e->horizon + .015;
    const double tar[][2] = {{v - .012, y}, {v + .012, y}, {v + .62, 1.15}, {v - .62, 1.15}};

    outdoors_field(e);
    easel_shape(e, tar, 4, 0);
    easel_fade(e, y, ink_mix(e->p.mid, e->p.far, .5), 1, ink_mix(e->p.near, e->p.shade, .4));
    for (int i = 0; i < 9; i++) {
        double a = pow(i / 9., 2), b = pow((i + .45) / 9., 2);
        const double dash[][2] = {{v - .002 - .010 * a, y + (1.1 - y) * a},
                                  {v + .002 + .010 * a, y + (1.1 - y) * a},
                                  {v + .002 + .010 * b, y + (1.1 - y) * b},
                                  {v - .002 - .010 * b, y + (1.1 - y) * b}};

        easel_shape(e, dash, 4, 0);
        easel_fill(e, ink_fade(e->p.low, .75));
    }
}
