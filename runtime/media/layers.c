// SPDX-License-Identifier: MIT
#include "runtime/media/layers.h"

#include <math.h>

#include <cairo.h>
#include <libavutil/frame.h>

#include "runtime/media/overlay.h"
#include "runtime/media/text.h"

void layers_init(struct layers *l, int width, int height, int format, struct rate rate,
                 int64_t frames)
{
    *l = (struct layers){.width = width,
                         .height = height,
                         .format = format,
                         .unit = fmin(width, height) / 100,
                         .rate = rate,
                         .frames = frames};
}

void layers_release(struct layers *l)
{
    for (size_t i = 0; i < l->list.n; i++) {
        overlay_free(l->list.at[i].overlay);
        overlay_free(l->list.at[i].odd);
    }
    vec_release(&l->list);
}

struct area layers_inside(const struct layers *l, double free)
{
    return (struct area){l->width * free, l->height * free, l->width * (1 - 2 * free),
                         l->height * (1 - 2 * free)};
}

cairo_t *layers_sheet(const struct layers *l, int height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, l->width, height);
    cairo_t *cr = cairo_create(surface);

    cairo_surface_destroy(surface); // cr has it
    return cr;
}

void layers_add(struct layers *l, cairo_t *sheet, int64_t from, int64_t to, int64_t fade)
{
    from = from < 0 ? 0 : from;
    to = to >= l->frames ? l->frames - 1 : to;
    if (from <= to)
        vec_push(&l->list,
                 (struct layer){.overlay = overlay_new(cairo_get_target(sheet), l->format),
                                .from = from,
                                .to = to,
                                .fade = fade});
    cairo_destroy(sheet);
}

// Where chroma is halved, an odd row begins between two of its samples.
static struct overlay *lower_by_a_row(const struct layers *l, cairo_surface_t *surface)
{
    cairo_t *cr = layers_sheet(l, cairo_image_surface_get_height(surface) + 2);
    struct overlay *overlay;

    cairo_set_source_surface(cr, surface, 0, 1);
    cairo_paint(cr);
    overlay = overlay_new(cairo_get_target(cr), l->format);
    cairo_destroy(cr);
    return overlay;
}

void layers_add_rising(struct layers *l, cairo_t *sheet, int y, int rise)
{
    cairo_surface_t *surface = cairo_get_target(sheet);

    vec_push(&l->list, (struct layer){.overlay = overlay_new(surface, l->format),
                                      .odd = rise % 2 ? lower_by_a_row(l, surface) : NULL,
                                      .to = l->frames - 1,
                                      .y = y,
                                      .rise = rise});
    cairo_destroy(sheet);
}

void layers_check(struct layers *l, cairo_t *cr, const char *words, const struct text_style *style)
{
    if (!l->unknown)
        l->unknown = text_unknown(cr, words, style);
}

// How much of a layer is seen at frame n, between its coming and its going.
static double seen(const struct layer *layer, int64_t n)
{
    double in = (double)(n - layer->from) + .5, out = (double)(layer->to - n) + .5;

    return layer->fade > 0 ? fmin(in, out) / (double)layer->fade : 1;
}

void layers_draw(const struct layers *l, AVFrame *frame, int64_t n)
{
    n = n < 0 ? 0 : n >= l->frames ? l->frames - 1 : n; // in a join a shot goes on
    for (size_t i = 0; i < l->list.n; i++) {
        const struct layer *layer = &l->list.at[i];
        int y = layer->y - layer->rise * (int)(n - layer->from);
        bool odd = y % 2 != 0;

        if (n >= layer->from && n <= layer->to)
            overlay_blend(odd ? layer->odd : layer->overlay, frame, 0, odd ? y - 1 : y,
                          seen(layer, n));
    }
}
