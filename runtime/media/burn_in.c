// SPDX-License-Identifier: MIT
#include "runtime/media/burn_in.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/layers.h"
#include "runtime/media/overlay.h"
#include "runtime/media/theme.h"

// Drawn once each, and put together for every frame.
static const char glyphs[] = "0123456789:+-";

enum { N_GLYPHS = sizeof(glyphs) - 1, CLOCK_CHARS = 12 }; // "+00:00:03:12"

struct burn_in {
    struct overlay *glyphs[N_GLYPHS];
    int x, y, step; // of the first glyph, and from one to the next; even
    struct rate rate;
};

// A label with its corner at a part of the safe area: 0, 0 is its top left.
struct corner {
    double x, y;
};

static double pad_of(const struct text_style *style)
{
    return .35 * style->size_px;
}

static void label(struct layers *l, const struct theme *t, cairo_t *cr, struct corner corner,
                  const char *words)
{
    struct area safe = layers_inside(l, t->action_safe);
    struct text_style style = theme_letters(t, l->unit);
    double pad = pad_of(&style), most = safe.width * .48 - 2 * pad;
    struct text_size size;
    double x, y;

    if (!*words)
        return;
    layers_check(l, cr, words, &style);
    size = text_set(cr, 0, 0, words, &style, false);
    style.width_px = fmin(ceil(size.width) + 1, most);
    style.align = TEXT_LEFT;
    x = safe.x + corner.x * (safe.width - style.width_px - 2 * pad);
    y = safe.y + corner.y * (safe.height - size.height - pad);
    ink_use(cr, t->ground);
    cairo_rectangle(cr, x, y, style.width_px + 2 * pad, size.height + pad);
    cairo_fill(cr);
    ink_use(cr, t->ink);
    text_set(cr, x + pad, y + pad / 2, words, &style, true);
}

static void add_labels(struct layers *l, const struct theme *t, const json_t *said)
{
    const char *scene = json_get_text(said, "scene", ""), *shot = json_get_text(said, "shot", "");
    json_int_t take = json_get_integer(said, "take", 0);
    cairo_t *cr = layers_sheet(l, l->height);
    struct buf words = {0};

    label(l, t, cr, (struct corner){0, 0}, json_get_text(said, "film", ""));
    buf_printf(&words, "%s%s%s", scene, *scene && *shot ? "  /  " : "", shot);
    label(l, t, cr, (struct corner){0, 1}, buf_text(&words));
    buf_clear(&words);
    if (take)
        buf_printf(&words, "take %lld", (long long)take);
    buf_puts(&words, "");
    label(l, t, cr, (struct corner){1, 1}, buf_text(&words));
    buf_release(&words);
    layers_add(l, cr, 0, l->frames - 1, 0);
}

static int even(double x)
{
    return 2 * (int)ceil(x / 2);
}

static struct overlay *glyph(const struct layers *l, const struct theme *t,
                             const struct text_style *style, char c, int width, int height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t *cr = cairo_create(surface);
    const char word[] = {c, 0};
    struct text_size size = text_set(cr, 0, 0, word, style, false);
    struct overlay *overlay;

    ink_use(cr, t->ground);
    cairo_paint(cr);
    ink_use(cr, t->ink);
    text_set(cr, (width - size.width) / 2, (height - size.height) / 2, word, style, true);
    cairo_destroy(cr);
    overlay = overlay_new(surface, l->format);
    cairo_surface_destroy(surface);
    return overlay;
}

static struct burn_in *new_clock(const struct layers *l, const struct theme *t)
{
    struct burn_in *b = mem_new(sizeof(*b));
    struct area safe = layers_inside(l, t->action_safe);
    struct text_style style = theme_letters(t, l->unit);
    cairo_t *cr = layers_sheet(l, 2);
    struct text_size size;

    style.tracking = 0;
    size = text_set(cr, 0, 0, "0", &style, false);
    cairo_destroy(cr);
    b->rate = l->rate;
    b->step = 2 * (int)lround(size.width * .54);
    b->x = even(safe.x + safe.width) - CLOCK_CHARS * b->step;
    b->y = even(safe.y);
    for (size_t i = 0; i < N_GLYPHS; i++)
        b->glyphs[i] = glyph(l, t, &style, glyphs[i], b->step, even(size.height + pad_of(&style)));
    return b;
}

bool burn_in_new(struct burn_in **out, struct layers *l, const json_t *said, struct err *err)
{
    struct theme theme;

    *out = NULL;
    if (!theme_read(&theme, "slate", json_object_get(said, "theme"), err))
        return false;
    add_labels(l, &theme, said);
    if (json_get_flag(said, "timecode", false))
        *out = new_clock(l, &theme);
    return true;
}

void burn_in_free(struct burn_in *b)
{
    for (size_t i = 0; b && i < N_GLYPHS; i++)
        overlay_free(b->glyphs[i]);
    mem_free(b);
}

void burn_in_draw(const struct burn_in *b, struct AVFrame *frame, int64_t n)
{
    int64_t base = llround((double)b->rate.num / b->rate.den), at = n < 0 ? -n : n,
            seconds = at / base;
    char clock[40];

    snprintf(clock, sizeof(clock), "%c%02d:%02d:%02d:%02d", n < 0 ? '-' : '+',
             (int)(seconds / 3600 % 100), (int)(seconds / 60 % 60), (int)(seconds % 60),
             (int)(at % base));
    for (int i = 0; i < CLOCK_CHARS; i++)
        overlay_blend(b->glyphs[strchr(glyphs, clock[i]) - glyphs], frame, b->x + i * b->step, b->y,
                      1);
}
