// SPDX-License-Identifier: MIT
#include "runtime/media/titles.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/media/ink.h"
#include "runtime/media/layers.h"
#include "runtime/media/text.h"

// Inside of it action stays safe.
static double margin(const struct layers *p)
{
    return 5 * p->unit;
}

// A band that is dark where words stand and gone where the picture is.
static void shade(cairo_t *cr, const struct layers *p, double edge, double inner, double dark)
{
    cairo_pattern_t *g = cairo_pattern_create_linear(0, edge, 0, inner);

    for (int i = 0; i <= 8; i++) {
        double t = i / 8.;

        cairo_pattern_add_color_stop_rgba(g, t, .035, .04, .05, dark * (1 - t * t * (3 - 2 * t)));
    }
    cairo_set_source(cr, g);
    cairo_rectangle(cr, 0, fmin(edge, inner), p->width, fabs(inner - edge));
    cairo_fill(cr);
    cairo_pattern_destroy(g);
}

static void tag(cairo_t *cr, const struct layers *p, double right, double y, const char *word)
{
    struct text_style style = {.size_px = 1.75 * p->unit, .weight = 700, .tracking = .14};
    struct text_size size = text_set(cr, 0, 0, word, &style, false);
    double pad = .95 * p->unit, h = 3.1 * p->unit;
    double x = right - size.width - 2 * pad;

    ink_use(cr, ink_fade(INK(0xf2b24c), .95));
    cairo_rectangle(cr, x, y, size.width + 2 * pad, h);
    cairo_fill(cr);
    ink_use(cr, INK(0x14161a));
    text_set(cr, x + pad + .07 * style.size_px, y + (h - size.height) / 2, word, &style, true);
}

static void add_head(struct layers *p, const json_t *slate)
{
    const char *slug = json_get_text(slate, "slug", ""), *shot = json_get_text(slate, "shot", "");
    const char *size = json_get_text(slate, "size", "");
    struct text_style first = {.size_px = 2.25 * p->unit, .weight = 600, .tracking = .05};
    struct text_style second = {.size_px = 2.25 * p->unit, .tracking = .02};
    struct buf words = {0};
    double y = margin(p) * .8, room = p->width - 2 * margin(p) - 13 * p->unit;
    struct text_size taken;
    cairo_t *cr = layers_sheet(p, p->height);

    shade(cr, p, 0, y + 8.5 * p->unit, .72);
    buf_printf(&words, "%s%s%s", shot, *shot && *size ? "  ·  " : "", size);
    first.width_px = room;
    ink_use(cr, ink_fade(INK(0xf4f1ea), .96));
    taken = text_set(cr, margin(p), y, slug, &first, true);
    ink_use(cr, ink_fade(INK(0xf4f1ea), .66));
    second.width_px = room;
    if (taken.width + text_set(cr, 0, 0, buf_text(&words), &second, false).width + 2.4 * p->unit <
        room)
        text_set(cr, margin(p) + taken.width + (taken.width > 0 ? 2.4 * p->unit : 0), y,
                 buf_text(&words), &second, true);
    else
        text_set(cr, margin(p), y + 1.35 * first.size_px, buf_text(&words), &second, true);
    if (json_get_flag(slate, "draft", true))
        tag(cr, p, p->width - margin(p), y - .15 * p->unit, "DRAFT");
    buf_release(&words);
    layers_add(p, cr, 0, p->frames - 1, 0);
}

// The words at the foot: a speaker's name in their colour and what they say, or a quiet note.
static void add_foot(struct layers *p, const char *id, const char *who, const char *words,
                     int64_t from, int64_t to)
{
    bool upright = p->height > p->width;
    double column = fmin(p->width - 2 * margin(p), 118 * p->unit);
    struct text_style name = {.size_px = 2.0 * p->unit, .weight = 700, .tracking = .12};
    struct text_style line = {.size_px = (who ? 3.5 : 2.15) * p->unit,
                              .weight = who ? 500 : 400,
                              .width_px = column,
                              .lines = upright ? 5 : 3,
                              .align = TEXT_CENTRE};
    struct text_size size;
    double y, left = (p->width - column) / 2, foot = upright ? 8 * p->unit : 0;
    struct buf caps = {0};
    cairo_t *cr;

    if (!*words || from > to)
        return;
    cr = layers_sheet(p, p->height);
    if (!who) {
        line.align = TEXT_LEFT;
        line.width_px = p->width - 2 * margin(p);
        left = margin(p);
    }
    size = text_set(cr, 0, 0, words, &line, false);
    y = p->height - margin(p) * .85 - foot - size.height;
    shade(cr, p, p->height, y - (who ? 9.5 : 5) * p->unit, who ? .86 : .7);
    if (who) {
        struct text_size w;

        for (const char *c = who; *c; c++)
            buf_char(&caps, (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c));
        w = text_set(cr, 0, 0, buf_text(&caps), &name, false);
        ink_use(cr, ink_of(id));
        text_set(cr, (p->width - w.width) / 2, y - 1.5 * name.size_px, buf_text(&caps), &name,
                 true);
    }
    ink_use(cr, ink_fade(INK(0xf7f4ee), who ? .98 : .74));
    text_set(cr, left, y, words, &line, true);
    buf_release(&caps);
    layers_add(p, cr, from, to, 0);
}

// Lines in order, with the note wherever nobody speaks.
static void add_words(struct layers *p, const json_t *slate)
{
    const char *note = json_get_text(slate, "note", "");
    const json_t *line;
    size_t i;
    int64_t free_from = 0;

    json_array_foreach(json_object_get(slate, "lines"), i, line) {
        double start = json_get_number(line, "start", 0),
               seconds = json_get_number(line, "seconds", 0);
        int64_t from = rate_frames(p->rate, start), to = rate_frames(p->rate, start + seconds) - 1;
        const char *name = json_get_text(line, "name", "");

        from = from < free_from ? free_from : from;
        to = to >= p->frames ? p->frames - 1 : to;
        if (from - free_from > p->rate.num / p->rate.den) // in a shorter pause it would flicker
            add_foot(p, NULL, NULL, note, free_from, from - 1);
        add_foot(p, json_get_text(line, "who", name), name, json_get_text(line, "text", ""), from,
                 to);
        free_from = to + 1 > free_from ? to + 1 : free_from;
    }
    if (free_from == 0 || p->frames - free_from > p->rate.num / p->rate.den)
        add_foot(p, NULL, NULL, note, free_from, p->frames - 1);
}

bool slate_add(struct layers *l, const json_t *said, struct err *err)
{
    (void)err;
    add_head(l, said);
    add_words(l, said);
    return true;
}
