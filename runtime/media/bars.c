// SPDX-License-Identifier: MIT
#include "runtime/media/bars.h"

#include <math.h>
#include <stdlib.h>

#include <cairo.h>
#include <libavutil/frame.h>

#include "base/mem.h"
#include "runtime/media/ink.h"
#include "runtime/media/overlay.h"

enum { LEVELS = 9, N_BARS = 5 };

struct bars {
    const struct speaker *speaker;
    struct overlay *levels[LEVELS];
};

static void pill(cairo_t *cr, double x, double y, double w, double h)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + h / 2, y + h / 2, h / 2, 1.5708, 4.7124);
    cairo_arc(cr, x + w - h / 2, y + h / 2, h / 2, -1.5708, 1.5708);
    cairo_close_path(cr);
}

// Five bars in a dark pill, the middle one the highest.
static void draw(cairo_t *cr, double x, double y, double unit, struct ink ink, double level)
{
    static const double weight[N_BARS] = {.45, .8, 1, .7, .4};

    pill(cr, x - 5.5 * unit, y - 2.6 * unit, 11 * unit, 5.2 * unit);
    ink_use(cr, ink_fade(INK(0x0b0d11), .58));
    cairo_fill(cr);
    cairo_set_line_width(cr, .85 * unit);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    ink_use(cr, ink);
    for (int i = 0; i < N_BARS; i++) {
        double bx = x + (i - N_BARS / 2) * 1.5 * unit, h = (.12 + 1.45 * weight[i] * level) * unit;

        cairo_move_to(cr, bx, y - h);
        cairo_line_to(cr, bx, y + h);
        cairo_stroke(cr);
    }
}

struct bars *bars_new(const struct speaker *speaker, size_t i, size_t n, const AVFrame *frame)
{
    struct bars *m = mem_new(sizeof(*m));
    double unit = fmin(frame->width, frame->height) / 110.;
    double x = frame->width * ((double)i + .5) / (double)n, y = frame->height * .76;

    m->speaker = speaker;
    if (speaker->region[2] > 0) {
        x = (speaker->region[0] + speaker->region[2] / 2) * frame->width;
        y = fmin(.78, speaker->region[1] + speaker->region[3] * .86) * frame->height;
    }
    for (int level = 0; level < LEVELS; level++) {
        cairo_surface_t *sheet =
            cairo_image_surface_create(CAIRO_FORMAT_ARGB32, frame->width, frame->height);
        cairo_t *cr = cairo_create(sheet);

        draw(cr, x, y, unit, ink_of(speaker->who), (double)level / (LEVELS - 1));
        cairo_destroy(cr);
        m->levels[level] = overlay_new(sheet, frame->format);
        cairo_surface_destroy(sheet);
    }
    return m;
}

void bars_free(struct bars *m)
{
    for (int i = 0; m && i < LEVELS; i++)
        overlay_free(m->levels[i]);
    mem_free(m);
}

void bars_draw(const struct bars *m, AVFrame *frame, long long n)
{
    double open = mouth_open(&m->speaker->mouth, n), near = 0;

    for (int i = -6; i <= 6; i++) // it comes and goes with the voice, not with each word
        near = fmax(near, mouth_open(&m->speaker->mouth, n + i) * (1 - abs(i) / 8.));
    if (near > .03)
        overlay_blend(m->levels[(int)lround(open * (LEVELS - 1))], frame, 0, 0, fmin(1, near * 4));
}
