// SPDX-License-Identifier: MIT
#include "runtime/media/titles.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/media/layers.h"
#include "runtime/media/theme.h"

static const double fade_seconds = .3;

// A name and what they are, as on television: a box with a bar on the side where reading begins.
struct third {
    struct theme theme;
    struct text_style name, role;
    struct text_size name_size, role_size;
    struct area box;
    double pad, bar, gap; // gap: from the bar to the words
    bool mirrored;
};

static void measure(struct third *t, struct layers *l, cairo_t *cr, const char *name,
                    const char *role)
{
    struct area safe = layers_inside(l, t->theme.title_safe);

    t->name = t->role = theme_letters(&t->theme, l->unit);
    t->pad = t->theme.ground.a > 0 ? .42 * t->name.size_px : 0;
    t->bar = t->theme.accent.a > 0 ? .14 * t->name.size_px : 0;
    t->gap = fmax(1.3 * t->pad, t->bar > 0 ? .32 * t->name.size_px : 0);
    t->role.size_px *= t->theme.rest;
    t->role.weight = 400;
    t->name.lines = 2;
    t->role.lines = 3;
    t->name.width_px = t->role.width_px =
        fmin(safe.width, 110 * l->unit) - t->gap - 1.3 * t->pad - t->bar;
    t->name_size = text_set(cr, 0, 0, name, &t->name, false);
    if (*role)
        t->role_size = text_set(cr, 0, 0, role, &t->role, false);
    // The box is as wide as its words, and words that run left begin at its right edge.
    t->name.width_px = t->role.width_px = ceil(fmax(t->name_size.width, t->role_size.width)) + 1;
    t->mirrored = text_runs_left(cr, name);
    t->box.width = t->name.width_px + t->gap + 1.3 * t->pad + t->bar;
    t->box.height = t->name_size.height + t->role_size.height + 1.7 * t->pad;
}

static void place(struct third *t, const struct layers *l)
{
    struct area safe = layers_inside(l, t->theme.title_safe);
    const double side[] = {[TEXT_LEFT] = t->mirrored ? 1 : 0, [TEXT_CENTRE] = .5, [TEXT_RIGHT] = 1};
    const double height[] = {[THEME_TOP] = 0, [THEME_MIDDLE] = .5, [THEME_BOTTOM] = 1};
    // Two lines of subtitles have room below it, and what players of upright films have there.
    double foot = 17 * l->unit + (l->height > l->width ? .12 * l->height : 0);

    t->box.x = safe.x + side[t->theme.align] * (safe.width - t->box.width);
    t->box.y = safe.y + height[t->theme.position] * (safe.height - t->box.height) -
               (t->theme.position == THEME_BOTTOM ? foot : 0);
}

static void draw(const struct third *t, cairo_t *cr, const char *name, const char *role)
{
    const struct area *b = &t->box;
    double x = b->x + (t->mirrored ? 1.3 * t->pad : t->bar + t->gap), y = b->y + .8 * t->pad;

    ink_use(cr, t->theme.ground);
    cairo_rectangle(cr, b->x, b->y, b->width, b->height);
    cairo_fill(cr);
    ink_use(cr, t->theme.accent);
    cairo_rectangle(cr, t->mirrored ? b->x + b->width - t->bar : b->x, b->y, t->bar, b->height);
    cairo_fill(cr);
    ink_use(cr, t->theme.ink);
    text_set(cr, x, y, name, &t->name, true);
    ink_use(cr, ink_fade(t->theme.ink, .8 * t->theme.ink.a));
    if (*role)
        text_set(cr, x, y + t->name_size.height, role, &t->role, true);
}

bool lower_third_add(struct layers *l, const json_t *said, struct err *err)
{
    struct str rest = str_trim(str_of(json_get_text(said, "text", ""))),
               first = str_trim(str_cut(&rest, '\n'));
    double at = json_get_number(said, "at", 0), fade = json_get_number(said, "fade", fade_seconds);
    double end = at + json_get_number(said, "seconds", rate_seconds(l->rate, l->frames));
    struct third t = {0};
    struct buf name = {0}, role = {0};
    cairo_t *cr;

    if (!theme_read(&t.theme, "lower-third", json_object_get(said, "theme"), err))
        return false;
    if (!first.len)
        return true;
    buf_str(&name, first);
    buf_str(&role, str_trim(rest.ptr ? rest : (struct str){"", 0}));
    cr = layers_sheet(l, l->height);
    layers_check(l, cr, json_get_text(said, "text", ""), &t.name);
    measure(&t, l, cr, buf_text(&name), buf_text(&role));
    place(&t, l);
    draw(&t, cr, buf_text(&name), buf_text(&role));
    layers_add(l, cr, rate_frames(l->rate, at), rate_frames(l->rate, end) - 1,
               rate_frames(l->rate, fade));
    buf_release(&name);
    buf_release(&role);
    return true;
}
