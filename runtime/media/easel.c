// SPDX-License-Identifier: MIT
#include "runtime/media/easel.h"

#include <math.h>

#include <cairo.h>

double easel_chance(struct easel *e)
{
    e->chance ^= e->chance << 13;
    e->chance ^= e->chance >> 17;
    e->chance ^= e->chance << 5;
    return (e->chance >> 8) / 16777216.;
}

double easel_between(struct easel *e, double low, double high)
{
    return low + (high - low) * easel_chance(e);
}

void easel_fill(struct easel *e, struct ink ink)
{
    ink_use(e->cr, ink);
    cairo_fill(e->cr);
}

static void fill_between(struct easel *e, cairo_pattern_t *g, struct ink a, struct ink b)
{
    cairo_pattern_add_color_stop_rgba(g, 0, a.r, a.g, a.b, a.a);
    cairo_pattern_add_color_stop_rgba(g, 1, b.r, b.g, b.b, b.a);
    cairo_set_source(e->cr, g);
    cairo_fill(e->cr);
    cairo_pattern_destroy(g);
}

void easel_fade(struct easel *e, double y0, struct ink a, double y1, struct ink b)
{
    fill_between(e, cairo_pattern_create_linear(0, y0, 0, y1), a, b);
}

void easel_across(struct easel *e, double x0, struct ink a, double x1, struct ink b)
{
    fill_between(e, cairo_pattern_create_linear(x0, 0, x1, 0), a, b);
}

void easel_box(struct easel *e, double x, double y, double w, double h)
{
    cairo_rectangle(e->cr, x, y, w, h);
}

void easel_rounded(struct easel *e, double x, double y, double w, double h, double r)
{
    const double quarter = 1.5707963268;

    r = fmin(r, fmin(w, h) / 2);
    cairo_new_sub_path(e->cr);
    cairo_arc(e->cr, x + w - r, y + r, r, -quarter, 0);
    cairo_arc(e->cr, x + w - r, y + h - r, r, 0, quarter);
    cairo_arc(e->cr, x + r, y + h - r, r, quarter, 2 * quarter);
    cairo_arc(e->cr, x + r, y + r, r, 2 * quarter, 3 * quarter);
    cairo_close_path(e->cr);
}

void easel_ellipse(struct easel *e, double x, double y, double rx, double ry)
{
    cairo_save(e->cr);
    cairo_translate(e->cr, x, y);
    cairo_scale(e->cr, rx, ry);
    cairo_new_sub_path(e->cr);
    cairo_arc(e->cr, 0, 0, 1, 0, 6.283185307);
    cairo_close_path(e->cr);
    cairo_restore(e->cr);
}

void easel_line(struct easel *e, double x0, double y0, double x1, double y1, double width,
                struct ink ink)
{
    cairo_move_to(e->cr, x0, y0);
    cairo_line_to(e->cr, x1, y1);
    cairo_set_line_width(e->cr, width);
    cairo_set_line_cap(e->cr, CAIRO_LINE_CAP_ROUND);
    ink_use(e->cr, ink);
    cairo_stroke(e->cr);
}

void easel_shape(struct easel *e, const double (*p)[2], int n, int smooth)
{
    if (!smooth) {
        for (int i = 0; i < n; i++)
            cairo_line_to(e->cr, p[i][0], p[i][1]);
        cairo_close_path(e->cr);
        return;
    }
    cairo_move_to(e->cr, (p[n - 1][0] + p[0][0]) / 2, (p[n - 1][1] + p[0][1]) / 2);
    for (int i = 0; i < n; i++) {
        const double *a = p[(i + n - 1) % n], *b = p[i], *c = p[(i + 1) % n];
        double x0 = (a[0] + b[0]) / 2, y0 = (a[1] + b[1]) / 2;
        double x1 = (b[0] + c[0]) / 2, y1 = (b[1] + c[1]) / 2;

        // A quadratic bend at b, as cairo's cubic.
        cairo_curve_to(e->cr, x0 + (b[0] - x0) * 2 / 3, y0 + (b[1] - y0) * 2 / 3,
                       x1 + (b[0] - x1) * 2 / 3, y1 + (b[1] - y1) * 2 / 3, x1, y1);
    }
    cairo_close_path(e->cr);
}

void easel_glow(struct easel *e, double x, double y, double r, struct ink ink, double strength)
{
    cairo_pattern_t *g = cairo_pattern_create_radial(x, y, 0, x, y, r);

    for (int i = 0; i <= 8; i++) {
        double t = i / 8., fall = (1 - t) * (1 - t);

        cairo_pattern_add_color_stop_rgba(g, t, ink.r, ink.g, ink.b, strength * fall);
    }
    cairo_set_source(e->cr, g);
    cairo_rectangle(e->cr, x - r, y - r, 2 * r, 2 * r);
    cairo_fill(e->cr);
    cairo_pattern_destroy(g);
}

// Value noise of a few octaves along x.
static double noise(uint32_t chance, double x)
{
    double f = floor(x), t = x - f;
    uint32_t a = (uint32_t)(int)f * 0x9e3779b1u ^ chance,
             b = (uint32_t)((int)f + 1) * 0x9e3779b1u ^ chance;

    a = (a ^ a >> 15) * 0x85ebca6bu;
    b = (b ^ b >> 15) * 0x85ebca6bu;
    t = t * t * (3 - 2 * t);
    return ((a >> 8) * (1 - t) + (b >> 8) * t) / 16777216.;
}

void easel_ridge(struct easel *e, double base, double height, double rough, struct ink top,
                 struct ink foot)
{
    uint32_t chance = (uint32_t)(easel_chance(e) * 4e9);
    double least = base;

    cairo_move_to(e->cr, -.2, 1.2);
    for (double x = -.2; x <= e->wide + .2; x += .006) {
        double up = noise(chance, x * 1.7) + .5 * noise(chance ^ 77, x * 4.1) +
                    rough * (.35 * noise(chance ^ 5, x * 11) + .14 * noise(chance ^ 9, x * 31));
        double y = base - height * up / (1.3 + .35 * rough);

        least = fmin(least, y);
        cairo_line_to(e->cr, x, y);
    }
    cairo_line_to(e->cr, e->wide + .2, 1.2);
    cairo_close_path(e->cr);
    easel_fade(e, least, top, fmin(1, base + height * .8), foot);
}
