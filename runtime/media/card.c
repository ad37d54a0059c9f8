// SPDX-License-Identifier: MIT
// Title cards: words set for reading in the dark.
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/media/ink.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/still.h"
#include "runtime/media/text.h"
#include "runtime/media/theme.h"

// How a style sets the first paragraph and those after it.
static const struct card_style {
    const char *name;
    double head, rest, tracking; // sizes in hundredths of the shorter side
    int weight;
    bool rule, caps, low; // a line between; capitals; set below the middle
} styles[] = {
    {"title", 9.6, 3.9, .06, 500, true, false, false},
    {"chapter", 6.4, 3.4, .16, 500, true, true, false},
    {"credits", 3.3, 3.3, .02, 400, false, false, false},
    {"end", 7.6, 3.4, .08, 500, false, false, false},
    {"", 6.6, 3.6, .03, 500, false, false, false}, // a plain card
};

static const struct card_style *find_style(const char *name, struct err *err)
{
    const size_t n = sizeof(styles) / sizeof(*styles);

    if (!*name || strcmp(name, "plain") == 0)
        return &styles[n - 1];
    for (size_t i = 0; i + 1 < n; i++)
        if (strcmp(styles[i].name, name) == 0)
            return &styles[i];
    err_set(err, ERR_FILM,
            "no style \"%s\" of cards: plain, title, chapter, credits and end are known", name);
    return NULL;
}

static void ground(cairo_t *cr, const struct theme *t, int width, int height)
{
    double r = hypot(width, height) / 2;
    cairo_pattern_t *g =
        cairo_pattern_create_radial(width / 2., height * .46, 0, width / 2., height * .46, r);
    struct ink in = ink_mix(t->ground, t->ink, .055), out = ink_scale(t->ground, .72);

    cairo_pattern_add_color_stop_rgba(g, 0, in.r, in.g, in.b, 1);
    cairo_pattern_add_color_stop_rgba(g, 1, out.r, out.g, out.b, 1);
    cairo_set_source(cr, g);
    cairo_paint(cr);
    cairo_pattern_destroy(g);
}

// The words before the first line's end, and those after it.
static void split(const char *text, struct buf *head, struct buf *rest)
{
    struct str left = str_trim(str_of(text)), first = str_cut(&left, '\n');

    buf_str(head, str_trim(first));
    buf_str(rest, str_trim(left.ptr ? left : (struct str){"", 0}));
    buf_puts(head, "");
    buf_puts(rest, "");
}

static void draw_card(cairo_t *cr, const struct card_style *style, const struct theme *theme,
                      const char *text, int width, int height)
{
    double unit = fmin(width, height) / 100., column = width - 16 * unit,
           gap = style->rule ? 7.2 * unit : 3.4 * unit;
    struct text_style head = {.size_px = style->head * unit,
                              .weight = style->weight,
                              .width_px = column,
                              .lines = 4,
                              .align = TEXT_CENTRE,
                              .tracking = style->tracking,
                              .face = TEXT_SERIF,
                              .family = theme->family,
                              .leading = 1.12};
    struct text_style rest = {.size_px = style->rest * unit,
                              .width_px = column,
                              .lines = 24,
                              .align = TEXT_CENTRE,
                              .tracking = .02,
                              .face = TEXT_SERIF,
                              .family = theme->family,
                              .leading = 1.3};
    struct buf first = {0}, more = {0};
    struct text_size a, b = {0};
    double y;

    split(text, &first, &more);
    a = text_set(cr, 0, 0, buf_text(&first), &head, false);
    while (a.width >= column * .98 && head.size_px > 3 * unit &&
           !strchr(buf_text(&first), ' ')) { // one long word
        head.size_px *= .9;
        a = text_set(cr, 0, 0, buf_text(&first), &head, false);
    }
    if (more.len)
        b = text_set(cr, 0, 0, buf_text(&more), &rest, false);
    y = (height - a.height - (more.len ? gap + b.height : 0)) / 2 - (more.len ? 0 : 1.2 * unit);
    ink_use(cr, theme->ink);
    text_set(cr, (width - column) / 2, y, buf_text(&first), &head, true);
    if (style->rule) {
        ink_use(cr, theme->accent);
        cairo_rectangle(cr, width / 2. - 4 * unit, y + a.height + gap * .48, 8 * unit,
                        fmax(1.5, .22 * unit));
        cairo_fill(cr);
    }
    ink_use(cr, ink_fade(theme->ink, .78));
    if (more.len)
        text_set(cr, (width - column) / 2, y + a.height + gap, buf_text(&more), &rest, true);
    buf_release(&first);
    buf_release(&more);
}

bool card_run(const struct media_job *job, struct err *err)
{
    const char *path = media_output_path(job, "image");
    const struct card_style *style = find_style(json_get_text(job->params, "style", ""), err);
    const struct media_input *file = media_input(job, "theme");
    struct theme theme;
    cairo_surface_t *surface;
    cairo_t *cr;
    int width, height;
    bool ok;

    if (!style || !params_pixels(job->params, false, &width, &height, err))
        return false;
    if (!path)
        return err_set(err, ERR_BUG, "a card without an output");
    if (!theme_read(&theme, file ? file->path : NULL, err))
        return false;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    cr = cairo_create(surface);
    ground(cr, &theme, width, height);
    draw_card(cr, style, &theme, json_get_text(job->params, "text", ""), width, height);
    cairo_destroy(cr);
    ok = still_write(surface, path, err);
    cairo_surface_destroy(surface);
    theme_release(&theme);
    return ok;
}
