// SPDX-License-Identifier: MIT
#include "runtime/media/slate.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/vec.h"
#include "runtime/media/ink.h"
#include "runtime/media/overlay.h"
#include "runtime/media/text.h"

// Something shown from frame `from` to `to`, both included.
struct layer {
    struct overlay *overlay;
    int64_t from, to;
};

struct slate {
    VEC(struct layer) layers;
    int64_t frames;
};

// The page that everything is measured by.
struct page {
    int width, height, format;
    double unit;   // a hundredth of the shorter side, so that upright and wide look alike
    double margin; // inside of which action stays safe
    struct rate rate;
    int64_t frames;
};

static cairo_surface_t *sheet(const struct page *p, cairo_t **cr)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, p->width, p->height);

    *cr = cairo_create(surface);
    return surface;
}

static void lay(struct slate *s, const struct page *p, cairo_surface_t *surface, cairo_t *cr,
                int64_t from, int64_t to)
{
    cairo_destroy(cr);
    vec_push(&s->layers, (struct layer){overlay_new(surface, p->format), from, to});
    cairo_surface_destroy(surface);
}

// A band that is dark where words stand and gone where the picture is.
static void shade(cairo_t *cr, const struct page *p, double edge, double inner, double dark)
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

static void tag(cairo_t *cr, const struct page *p, double right, double y, const char *word)
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

static void add_head(struct slate *s, const struct page *p, const json_t *slate)
{
    const char *slug = json_get_text(slate, "slug", ""), *shot = json_get_text(slate, "shot", "");
    const char *size = json_get_text(slate, "size", "");
    struct text_style first = {.size_px = 2.25 * p->unit, .weight = 600, .tracking = .05};
    struct text_style second = {.size_px = 2.25 * p->unit, .tracking = .02};
    struct buf words = {0};
    double y = p->margin * .8, room = p->width - 2 * p->margin - 13 * p->unit;
    struct text_size taken;
    cairo_t *cr;
    cairo_surface_t *surface = sheet(p, &cr);

    shade(cr, p, 0, y + 8.5 * p->unit, .72);
    buf_printf(&words, "%s%s%s", shot, *shot && *size ? "  ·  " : "", size);
    first.width_px = room;
    ink_use(cr, ink_fade(INK(0xf4f1ea), .96));
    taken = text_set(cr, p->margin, y, slug, &first, true);
    ink_use(cr, ink_fade(INK(0xf4f1ea), .66));
    second.width_px = room;
    if (taken.width + text_set(cr, 0, 0, buf_text(&words), &second, false).width + 2.4 * p->unit <
        room)
        text_set(cr, p->margin + taken.width + (taken.width > 0 ? 2.4 * p->unit : 0), y,
                 buf_text(&words), &second, true);
    else
        text_set(cr, p->margin, y + 1.35 * first.size_px, buf_text(&words), &second, true);
    if (json_get_flag(slate, "draft", true))
        tag(cr, p, p->width - p->margin, y - .15 * p->unit, "DRAFT");
    buf_release(&words);
    lay(s, p, surface, cr, 0, p->frames - 1);
}

// The words at the foot: a speaker's name in their colour and what they say, or a quiet note.
static void add_foot(struct slate *s, const struct page *p, const char *id, const char *who,
                     const char *words, int64_t from, int64_t to)
{
    bool upright = p->height > p->width;
    double column = fmin(p->width - 2 * p->margin, 118 * p->unit);
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
    cairo_surface_t *surface;

    if (!*words || from > to)
        return;
    surface = sheet(p, &cr);
    if (!who) {
        line.align = TEXT_LEFT;
        line.width_px = p->width - 2 * p->margin;
        left = p->margin;
    }
    size = text_set(cr, 0, 0, words, &line, false);
    y = p->height - p->margin * .85 - foot - size.height;
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
    lay(s, p, surface, cr, from, to);
}

// A name and what they are, on the left above the foot, as on television.
static void add_lower_third(struct slate *s, const struct page *p, const char *text)
{
    const char *end = strchr(text, '\n');
    struct text_style first = {.size_px = 4.2 * p->unit, .weight = 600, .width_px = p->width * .6};
    struct text_style second = {.size_px = 2.6 * p->unit, .width_px = p->width * .6, .lines = 2};
    struct buf head = {0};
    double y = p->height * .72, x = p->margin + 2 * p->unit;
    cairo_t *cr;
    cairo_surface_t *surface = sheet(p, &cr);
    struct text_size a, b = {0};

    buf_add(&head, text, end ? (size_t)(end - text) : strlen(text));
    a = text_set(cr, 0, 0, buf_text(&head), &first, false);
    if (end)
        b = text_set(cr, 0, 0, end + 1, &second, false);
    ink_use(cr, ink_fade(INK(0x0c0e12), .62));
    cairo_rectangle(cr, p->margin, y - 1.6 * p->unit, fmax(a.width, b.width) + 5 * p->unit,
                    a.height + b.height + 3.2 * p->unit);
    cairo_fill(cr);
    ink_use(cr, INK(0xf2b24c));
    cairo_rectangle(cr, p->margin, y - 1.6 * p->unit, .55 * p->unit,
                    a.height + b.height + 3.2 * p->unit);
    cairo_fill(cr);
    ink_use(cr, INK(0xf7f4ee));
    text_set(cr, x, y, buf_text(&head), &first, true);
    if (end) {
        ink_use(cr, ink_fade(INK(0xf7f4ee), .78));
        text_set(cr, x, y + a.height, end + 1, &second, true);
    }
    buf_release(&head);
    lay(s, p, surface, cr, 0, p->frames - 1);
}

// Lines in order, with the note wherever nobody speaks.
static void add_words(struct slate *s, const struct page *p, const json_t *slate)
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
            add_foot(s, p, NULL, NULL, note, free_from, from - 1);
        add_foot(s, p, json_get_text(line, "who", name), name, json_get_text(line, "text", ""),
                 from, to);
        free_from = to + 1 > free_from ? to + 1 : free_from;
    }
    if (free_from == 0 || p->frames - free_from > p->rate.num / p->rate.den)
        add_foot(s, p, NULL, NULL, note, free_from, p->frames - 1);
}

// Burnt-in subtitles: white, with an edge that any picture leaves legible. In upright pictures they
// keep clear of the foot, where players have their buttons.
static void add_subtitle(struct slate *s, const struct page *p, const char *words, int64_t from,
                         int64_t to)
{
    bool upright = p->height > p->width;
    double column = fmin(p->width - 2 * p->margin, (upright ? 84 : 110) * p->unit);
    struct text_style style = {.size_px = (upright ? 5.0 : 4.4) * p->unit,
                               .weight = 600,
                               .width_px = column,
                               .lines = upright ? 5 : 3,
                               .align = TEXT_CENTRE,
                               .leading = 1.15};
    double x = (p->width - column) / 2, y, edge = .34 * p->unit;
    cairo_t *cr;
    cairo_surface_t *surface;

    if (!*words || from > to)
        return;
    surface = sheet(p, &cr);
    y = p->height * (upright ? .80 : .935) - text_set(cr, 0, 0, words, &style, false).height;
    for (int i = 0; i < 16; i++) {
        double a = i * .3926990817;

        ink_use(cr, ink_fade(INK(0x000000), .30));
        text_set(cr, x + edge * cos(a), y + edge * sin(a), words, &style, true);
    }
    ink_use(cr, INK(0xffffff));
    text_set(cr, x, y, words, &style, true);
    lay(s, p, surface, cr, from, to);
}

static void add_subtitles(struct slate *s, const struct page *p, const json_t *lines)
{
    const json_t *line;
    size_t i;

    json_array_foreach(lines, i, line) {
        double start = json_get_number(line, "start", 0),
               seconds = json_get_number(line, "seconds", 0);
        int64_t from = rate_frames(p->rate, start), to = rate_frames(p->rate, start + seconds) - 1;

        add_subtitle(s, p, json_get_text(line, "text", ""), from < 0 ? 0 : from,
                     to >= p->frames ? p->frames - 1 : to);
    }
}

struct slate *slate_new(const json_t *params, int width, int height, int format, struct rate rate,
                        int64_t frames)
{
    const json_t *slate = json_object_get(params, "slate"),
                 *subtitles = json_object_get(params, "subtitles");
    const char *text = json_get_text(params, "text", NULL);
    double shorter = fmin(width, height);
    struct page page = {.width = width,
                        .height = height,
                        .format = format,
                        .unit = shorter / 100,
                        .margin = .05 * shorter,
                        .rate = rate,
                        .frames = frames};
    struct slate *s;

    if (!json_is_object(slate) && !(text && *text) && !json_array_size(subtitles))
        return NULL;
    s = mem_new(sizeof(*s));
    s->frames = frames;
    if (text && *text)
        add_lower_third(s, &page, text);
    if (json_is_object(slate)) {
        add_head(s, &page, slate);
        add_words(s, &page, slate);
    }
    add_subtitles(s, &page, subtitles);
    return s;
}

void slate_free(struct slate *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->layers.n; i++)
        overlay_free(s->layers.at[i].overlay);
    vec_release(&s->layers);
    mem_free(s);
}

void slate_draw(const struct slate *s, AVFrame *frame, int64_t n)
{
    n = n < 0 ? 0 : n >= s->frames ? s->frames - 1 : n; // in a join a shot goes on
    for (size_t i = 0; i < s->layers.n; i++)
        if (n >= s->layers.at[i].from && n <= s->layers.at[i].to)
            overlay_blend(s->layers.at[i].overlay, frame, 1);
}
