// SPDX-License-Identifier: MIT
#include "runtime/media/card_words.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/media/credits.h"
#include "runtime/media/layers.h"
#include "runtime/media/titles.h"

bool card_words_read(struct card_words *c, const json_t *params, struct err *err)
{
    const char *style = json_get_text(params, "style", "");
    bool plain = !*style || strcmp(style, "plain") == 0;

    *c = (struct card_words){.text = json_get_text(params, "text", ""),
                             .credits = strcmp(style, "credits") == 0};
    return theme_read(&c->theme, plain ? "card" : style, json_object_get(params, "theme"), err);
}

void card_words_ground(cairo_t *cr, const struct theme *t, int width, int height)
{
    double r = hypot(width, height) / 2;
    cairo_pattern_t *g =
        cairo_pattern_create_radial(width / 2., height * .46, 0, width / 2., height * .46, r);
    double light = ink_light(t->ground); // of paper little is seen, for it soon looks dirty
    struct ink in = ink_mix(t->ground, t->ink, .055 * (1 - light)),
               out = ink_scale(t->ground, .72 + .24 * light);

    cairo_pattern_add_color_stop_rgba(g, 0, in.r, in.g, in.b, 1);
    cairo_pattern_add_color_stop_rgba(g, 1, out.r, out.g, out.b, 1);
    cairo_set_source(cr, g);
    cairo_paint(cr);
    cairo_pattern_destroy(g);
}

// The first line, which is the large one, and what stands below it.
struct parts {
    struct buf head, rest;
    struct text_style head_style, rest_style;
    struct text_size head_size, rest_size;
    double gap;
};

static void split(struct parts *p, const char *text)
{
    struct str left = str_trim(str_of(text)), first = str_cut(&left, '\n');

    buf_str(&p->head, str_trim(first));
    buf_str(&p->rest, str_trim(left.ptr ? left : (struct str){"", 0}));
    buf_puts(&p->head, "");
    buf_puts(&p->rest, "");
}

static void measure(struct parts *p, cairo_t *cr, const struct layers *l, const struct theme *t,
                    double width)
{
    p->head_style = p->rest_style = theme_letters(t, l->unit);
    p->head_style.lines = 4;
    p->head_style.balanced = p->rest_style.balanced = true;
    p->head_style.width_px = p->rest_style.width_px = width;
    p->rest_style.size_px *= t->rest;
    p->rest_style.lines = 24;
    p->rest_style.weight = 400;
    p->rest_style.tracking = fmin(t->tracking, .02);
    p->rest_style.leading *= 1.16;
    p->rest_style.upper = false;
    p->head_size = text_set(cr, 0, 0, buf_text(&p->head), &p->head_style, false);
    while (p->head_size.width >= width * .98 && p->head_style.size_px > 3 * l->unit &&
           !strchr(buf_text(&p->head), ' ')) { // one long word
        p->head_style.size_px *= .9;
        p->head_size = text_set(cr, 0, 0, buf_text(&p->head), &p->head_style, false);
    }
    if (p->rest.len) {
        p->gap = (t->rule ? .75 : .5) * p->head_style.size_px;
        p->rest_size = text_set(cr, 0, 0, buf_text(&p->rest), &p->rest_style, false);
    }
}

// A short line between both, where lines of text begin.
static void draw_rule(cairo_t *cr, const struct layers *l, const struct theme *t,
                      const struct area *safe, double y)
{
    const double side[] = {[TEXT_LEFT] = 0, [TEXT_CENTRE] = .5, [TEXT_RIGHT] = 1};
    double width = 8 * l->unit;

    ink_use(cr, t->accent);
    cairo_rectangle(cr, safe->x + side[t->align] * (safe->width - width), y, width,
                    fmax(1.5, .22 * l->unit));
    cairo_fill(cr);
}

static void set_parts(struct parts *p, cairo_t *cr, const struct layers *l, const struct theme *t)
{
    const double height[] = {[THEME_TOP] = 0, [THEME_MIDDLE] = .48, [THEME_BOTTOM] = 1};
    struct area safe = layers_inside(l, t->title_safe);
    double total, y;

    measure(p, cr, l, t, safe.width);
    total = p->head_size.height + p->gap + p->rest_size.height;
    y = safe.y + height[t->position] * fmax(0, safe.height - total);
    ink_use(cr, t->ink);
    text_set(cr, safe.x, y, buf_text(&p->head), &p->head_style, true);
    if (t->rule && p->rest.len)
        draw_rule(cr, l, t, &safe, y + p->head_size.height + p->gap * .46);
    ink_use(cr, ink_fade(t->ink, .78 * t->ink.a));
    if (p->rest.len)
        text_set(cr, safe.x, y + p->head_size.height + p->gap, buf_text(&p->rest), &p->rest_style,
                 true);
}

static void set_credits(cairo_t *cr, const struct layers *l, const struct card_words *c)
{
    struct area safe = layers_inside(l, c->theme.title_safe);
    struct credits credits;

    credits_init(&credits, cr, l, &c->theme, c->text);
    credits_draw(&credits, cr, safe.y + fmax(0, safe.height - credits.height) / 2);
    credits_release(&credits);
}

void card_words_set(cairo_t *cr, const struct layers *l, const struct card_words *c)
{
    struct parts p = {.gap = 0};

    if (c->credits) {
        set_credits(cr, l, c);
        return;
    }
    split(&p, c->text);
    set_parts(&p, cr, l, &c->theme);
    buf_release(&p.head);
    buf_release(&p.rest);
}

// Over a picture letters need an edge, whatever the theme's cards have.
static const double shadow_over_picture = .6, fade_seconds = .4;

// Goes on by whole pixels, for anything else judders: what is short of the way, or over it, is
// spread over both ends, where a line or two stand in the picture already, or are still to come.
// Cairo's surfaces are not as high as the credits of a long film: these are drawn page by page.
static void roll(struct layers *l, const struct credits *credits)
{
    int height = (int)ceil(credits->height) + 2;
    int64_t way = l->height + height, rise = llround(fmax(1, (double)way / (double)l->frames)),
            start = l->height - (way - rise * l->frames) / 2;

    for (int top = 0; top < height; top += l->height) {
        cairo_t *cr = layers_sheet(l, l->height);

        credits_draw(credits, cr, -top);
        layers_add_rising(l, cr, (int)(start & ~1) + top, (int)rise);
    }
}

// Credits that the page has no room for roll, and bring the card's own ground with them. Returns
// whether they do; *sheet is theirs then.
static bool add_long_credits(struct layers *l, cairo_t *sheet, const struct card_words *c,
                             bool over)
{
    struct credits credits;
    bool long_ones;

    credits_init(&credits, sheet, l, &c->theme, c->text);
    long_ones = credits.height > layers_inside(l, c->theme.title_safe).height;
    if (long_ones) {
        if (!over)
            card_words_ground(sheet, &c->theme, l->width, l->height);
        layers_add(l, sheet, 0, l->frames - 1, 0);
        roll(l, &credits);
    }
    credits_release(&credits);
    return long_ones;
}

bool card_add(struct layers *l, const json_t *said, struct err *err)
{
    bool over = json_get_flag(said, "over", false);
    struct card_words c;
    struct text_style style;
    cairo_t *cr;

    if (!card_words_read(&c, said, err))
        return false;
    if (over)
        c.theme.shadow = fmax(c.theme.shadow, shadow_over_picture);
    cr = layers_sheet(l, l->height);
    style = theme_letters(&c.theme, l->unit);
    layers_check(l, cr, c.text, &style);
    if (c.credits && add_long_credits(l, cr, &c, over))
        return true;
    if (!over) { // the card's picture has them
        cairo_destroy(cr);
        return true;
    }
    card_words_set(cr, l, &c);
    layers_add(l, cr, 0, l->frames - 1, rate_frames(l->rate, fade_seconds));
    return true;
}
