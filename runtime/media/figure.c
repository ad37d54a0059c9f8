// SPDX-License-Identifier: MIT
#include "runtime/media/figure.h"

#include <math.h>

#include <cairo.h>

#include "runtime/media/easel.h"

// Where the light of every board comes from: the left, a little from above.
static const double lit = -1;

void figure_cut(struct easel *e, struct ink top, struct ink foot, double y0, double y1, double side,
                double width)
{
    cairo_path_t *path = cairo_copy_path(e->cr);

    ink_use(e->cr, ink_mix(e->p.rim, top, .30));
    cairo_fill(e->cr);
    cairo_save(e->cr);
    cairo_append_path(e->cr, path);
    cairo_clip(e->cr);
    cairo_translate(e->cr, -side * width, width * .55);
    cairo_append_path(e->cr, path);
    easel_fade(e, y0, top, y1, foot);
    cairo_restore(e->cr);
    cairo_path_destroy(path);
}

static struct ink in_light(const struct easel *e, struct ink ink)
{
    return ink_times(ink, e->p.light);
}

// Half a torso, from the neck down the outer side of the arm to the hand and up to the hip; the
// other half is its mirror.
static const double half_torso[][2] = {
    {.17, .40},   {.24, .60},   {.62, .72},  {.94, .84},  {1.06, 1.12}, {1.13, 1.75}, {1.16, 2.40},
    {1.11, 3.05}, {1.03, 3.42}, {.90, 3.40}, {.88, 3.05}, {.83, 2.75},  {.74, 2.9},   {.72, 3.3},
};

static void torso_path(struct easel *e, double slim)
{
    const int n = (int)(sizeof(half_torso) / sizeof(*half_torso));
    double points[2 * sizeof(half_torso) / sizeof(*half_torso)][2];

    for (int i = 0; i < n; i++) {
        points[i][0] = half_torso[i][0] * slim;
        points[i][1] = half_torso[i][1];
        points[2 * n - 1 - i][0] = -half_torso[i][0] * slim;
        points[2 * n - 1 - i][1] = half_torso[i][1];
    }
    easel_shape(e, (const double(*)[2])points, 2 * n, 1);
}

static void legs(struct easel *e, const struct looks *l, double slim)
{
    struct ink cloth = ink_scale(ink_mix(in_light(e, l->cloth), e->p.shade, .55), .9);

    for (int side = -1; side <= 1; side += 2) {
        const double leg[][2] = {{side * .08, 3.1},  {side * .74, 3.1},  {side * .70, 4.6},
                                 {side * .56, 6.55}, {side * .62, 6.75}, {side * .20, 6.75},
                                 {side * .22, 6.4},  {side * .14, 4.7}};

        cairo_save(e->cr);
        cairo_scale(e->cr, slim, 1);
        easel_shape(e, leg, 8, 1);
        figure_cut(e, cloth, ink_mix(cloth, e->p.shade, .5), 3, 6.6, lit, .022);
        cairo_restore(e->cr);
    }
    for (int side = -1; side <= 1; side += 2) {
        easel_ellipse(e, side * .42 * slim, 6.76, .27, .10);
        easel_fill(e, e->p.shade);
    }
}

static void skirt(struct easel *e, struct ink cloth, double slim, double hem, double flare)
{
    const double path[][2] = {{-.62 * slim, 2.6}, {.62 * slim, 2.6},       {.74 * slim, 3.4},
                              {flare, hem},       {flare * .5, hem + .08}, {-flare * .5, hem + .08},
                              {-flare, hem},      {-.74 * slim, 3.4}};

    easel_shape(e, path, 8, 0);
    figure_cut(e, cloth, ink_mix(cloth, e->p.shade, .45), 2.4, hem, lit, .04);
}

// Where the arms part from the body, and a fold or two.
static void arm_lines(struct easel *e, double slim)
{
    struct ink line = ink_fade(e->p.shade, .34);

    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(e->cr, side * .74 * slim, 1.32);
        cairo_curve_to(e->cr, side * .80 * slim, 1.8, side * .84 * slim, 2.3, side * .83 * slim,
                       2.8);
        cairo_set_line_width(e->cr, .026);
        cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
        ink_use(e->cr, line);
        cairo_stroke(e->cr);
    }
}

static void hands(struct easel *e, const struct looks *l, double slim)
{
    for (int side = -1; side <= 1; side += 2) {
        const double hand[][2] = {{side * .90 * slim, 3.30},
                                  {side * 1.06 * slim, 3.32},
                                  {side * 1.05 * slim, 3.62},
                                  {side * .95 * slim, 3.80},
                                  {side * .88 * slim, 3.6}};

        easel_shape(e, hand, 5, 1);
        easel_fill(e, ink_scale(in_light(e, l->skin), side == lit ? .95 : .7));
    }
}

static void neck(struct easel *e, const struct looks *l, double turn)
{
    struct ink skin = in_light(e, l->skin);
    const double path[][2] = {{-.18, .2}, {.18, .2},   {.19, .55}, {.30, .74},
                              {0, .98},   {-.30, .74}, {-.19, .55}};

    cairo_save(e->cr);
    cairo_translate(e->cr, -turn * .02, 0);
    easel_shape(e, path, 7, 0);
    easel_across(e, -.22, ink_scale(skin, .82), .22, ink_scale(skin, .55));
    const double shadow[][2] = {{-.2, .36}, {.2, .36}, {.2, .5}, {.05, .62}, {-.17, .52}};
    easel_shape(e, shadow, 5, 1);
    easel_fill(e, ink_fade(e->p.shade, .30));
    cairo_restore(e->cr);
}

static void flap(struct easel *e, int side, double inner, double low, double wide, struct ink ink)
{
    const double path[][2] = {{side * .20, .50},
                              {side * (.24 + wide), .74},
                              {side * (.16 + wide), 1.15},
                              {side * inner, low},
                              {side * .10, .95}};

    easel_shape(e, path, 5, 0);
    easel_fill(e, ink);
}

// A collar says what somebody wears better than the rest does.
static void collar(struct easel *e, const struct looks *l)
{
    struct ink cloth = in_light(e, l->cloth), under = in_light(e, l->under);
    const double vee[][2] = {{-.26, .52}, {.26, .52}, {.06, 1.62}, {-.06, 1.62}};
    const double round[][2] = {{-.30, .52}, {.30, .52}, {.24, .86}, {0, .97}, {-.24, .86}};
    struct ink dark = ink_mix(cloth, e->p.shade, .38);

    switch (l->dress) {
    case DRESS_SUIT:
    case DRESS_COAT:
    case DRESS_CARDIGAN:
        easel_shape(e, vee, 4, 0);
        easel_fill(e, l->dress == DRESS_COAT ? ink_mix(under, e->p.shade, .35) : under);
        neck(e, l, 0);
        if (l->dress == DRESS_SUIT) {
            const double tie[][2] = {{-.07, .92}, {.07, .92},  {.05, 1.05},
                                     {.09, 1.6},  {-.09, 1.6}, {-.05, 1.05}};

            easel_shape(e, tie, 6, 0);
            easel_fill(e, ink_mix(dark, e->p.shade, .5));
        }
        flap(e, -1, .03, 1.66, l->dress == DRESS_CARDIGAN ? .02 : .16,
             ink_mix(cloth, e->p.rim, .10));
        flap(e, 1, .03, 1.66, l->dress == DRESS_CARDIGAN ? .02 : .16, dark);
        easel_line(e, 0, 1.64, 0, 3.2, .02, ink_fade(e->p.shade, .4));
        for (int i = 0; i < 3; i++) {
            easel_ellipse(e, .09, 1.9 + i * .45, .028, .028);
            easel_fill(e, ink_fade(e->p.shade, .5));
        }
        break;
    case DRESS_GOWN:
    case DRESS_SWEATER:
        neck(e, l, 0);
        cairo_new_path(e->cr);
        easel_shape(e, round, 5, 1);
        cairo_set_line_width(e->cr, .07);
        ink_use(e->cr, l->dress == DRESS_GOWN ? under : dark);
        cairo_stroke(e->cr);
        break;
    case DRESS_SHIRT:
        neck(e, l, 0);
        flap(e, -1, .02, 1.12, .05, ink_mix(cloth, e->p.rim, .16));
        flap(e, 1, .02, 1.12, .05, dark);
        easel_line(e, 0, 1.1, 0, 3.1, .018, ink_fade(e->p.shade, .35));
        break;
    }
}

static void ground_shadow(struct easel *e)
{
    cairo_save(e->cr);
    cairo_translate(e->cr, .25, 6.8);
    cairo_scale(e->cr, 1, .16);
    easel_glow(e, 0, 0, 1.5, e->p.shade, .75);
    cairo_restore(e->cr);
}

static void body(struct easel *e, const struct looks *l, const struct stand *s)
{
    struct ink cloth = in_light(e, l->cloth);
    double slim = (l->child ? .8 : 1) * (1 - .10 * fabs(s->turn));
    bool far = s->head < .16; // all of them is seen

    if (far) {
        ground_shadow(e);
        legs(e, l, slim);
        hands(e, l, slim);
    }
    if (far && l->skirt)
        skirt(e, l->dress == DRESS_GOWN ? cloth : ink_mix(in_light(e, l->under), e->p.shade, .15),
              slim, 5.7, .98);
    if (far && l->dress == DRESS_COAT)
        skirt(e, ink_mix(cloth, e->p.shade, .50), slim, 4.75, .86);
    torso_path(e, slim);
    figure_cut(e, cloth, ink_mix(cloth, e->p.shade, .62), .5, far ? 3.6 : 2.6, lit, .030);
    arm_lines(e, slim);
    collar(e, l);
}

// From behind: a dark shape in the foreground, only its edge in the light.
static void draw_back(struct easel *e, const struct looks *l, const struct stand *s)
{
    struct ink dark = ink_mix(e->p.shade, in_light(e, l->cloth), .16);
    struct ink hair = ink_mix(e->p.shade, in_light(e, l->hair_ink), .22);

    torso_path(e, 1);
    figure_cut(e, dark, e->p.shade, .5, 2.5, -lit, .03);
    easel_box(e, -.2, .2, .4, .5);
    easel_fill(e, ink_scale(in_light(e, l->skin), .35));
    head_behind(e, l, s);
    easel_ellipse(e, 0, -.06, .41, .49);
    figure_cut(e, hair, ink_mix(hair, e->p.shade, .5), -.5, .5, -lit, .025);
}

void figure_draw(struct easel *e, const struct looks *l, const struct stand *s,
                 const struct face *face)
{
    cairo_save(e->cr);
    cairo_translate(e->cr, s->x, s->y);
    cairo_scale(e->cr, s->head, s->head);
    if (s->back) {
        draw_back(e, l, s);
    } else {
        head_behind(e, l, s);
        body(e, l, s);
        head_draw(e, l, s, face, s->head > .045);
    }
    cairo_restore(e->cr);
}
