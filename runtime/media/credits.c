// SPDX-License-Identifier: MIT
#include "runtime/media/credits.h"

#include <math.h>

#include <cairo.h>

#include "base/buf.h"

static void make_columns(struct credits *c, cairo_t *cr, const char *text)
{
    const struct layers *l = c->page;
    struct area safe = layers_inside(l, c->theme->title_safe);
    double width = fmin(safe.width, 120 * l->unit), gutter = 1.1 * c->style.size_px,
           half = (width - gutter) / 2, left = (l->width - width) / 2;
    struct area first = {.x = left, .width = half}, second = {left + half + gutter, 0, half, 0};
    bool mirrored = text_runs_left(cr, text);

    c->line = (struct area){.x = left, .width = width};
    c->role = mirrored ? second : first;
    c->name = mirrored ? first : second;
}

// Words in a column. Returns their height.
static double set(const struct credits *c, cairo_t *cr, const struct area *column, double y,
                  struct str words, enum text_align align, bool draw)
{
    struct text_style style = c->style;
    struct buf text = {0};
    double height;

    style.width_px = column->width;
    style.lines = 4;
    style.align = align;
    style.weight += align == TEXT_CENTRE ? 200 : 0;
    buf_str(&text, words);
    ink_use(cr, ink_fade(c->theme->ink, (align == TEXT_RIGHT ? .7 : 1) * c->theme->ink.a));
    height = text_set(cr, column->x, y, buf_text(&text), &style, draw).height;
    buf_release(&text);
    return words.len ? height : 0;
}

// What stands before ": " is a role, and may be empty; *line keeps the name. False: it has none.
static bool cut_role(struct str *line, struct str *role)
{
    for (size_t i = 0; i < line->len; i++)
        if (line->ptr[i] == ':' && i + 1 < line->len && line->ptr[i + 1] == ' ') {
            *role = str_trim((struct str){line->ptr, i});
            *line = str_trim((struct str){line->ptr + i + 1, line->len - i - 1});
            return true;
        }
    return false;
}

static double set_line(const struct credits *c, cairo_t *cr, struct str line, double y, bool draw)
{
    struct str role;

    if (!line.len)
        return .8 * c->style.size_px;
    if (!cut_role(&line, &role))
        return set(c, cr, &c->line, y, line, TEXT_CENTRE, draw) + .35 * c->style.size_px;
    return fmax(set(c, cr, &c->role, y, role, TEXT_RIGHT, draw),
                set(c, cr, &c->name, y, line, TEXT_LEFT, draw));
}

void credits_init(struct credits *c, cairo_t *cr, const struct layers *page, const struct theme *t,
                  const char *text)
{
    struct str rest = str_trim(str_of(text));
    double spread;

    *c = (struct credits){.page = page, .theme = t, .style = theme_letters(t, page->unit)};
    spread = (t->leading - 1) * c->style.size_px;
    c->style.leading = 0; // between lines of one credit the font's own is enough
    make_columns(c, cr, text);
    while (rest.ptr) {
        struct credit credit = {.line = str_trim(str_cut(&rest, '\n')), .y = c->height};

        credit.height = set_line(c, cr, credit.line, 0, false);
        c->height += credit.height + (rest.ptr ? spread : 0);
        vec_push(&c->list, credit);
    }
}

void credits_release(struct credits *c)
{
    vec_release(&c->list);
}

void credits_draw(const struct credits *c, cairo_t *cr, double y)
{
    double reach = c->style.size_px; // of what hangs over a line, such as its shadow

    for (size_t i = 0; i < c->list.n; i++) {
        const struct credit *credit = &c->list.at[i];
        double top = y + credit->y;

        if (top + credit->height + reach > 0 && top - reach < c->page->height)
            set_line(c, cr, credit->line, top, true);
    }
}
