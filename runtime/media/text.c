// SPDX-License-Identifier: MIT
#include "runtime/media/text.h"

#include <math.h>

#include <pango/pangocairo.h>

#include "runtime/media/ink.h"

// The first of each that the machine has: all are free, the last comes with every Debian desktop.
static const char *const families[] = {
    [TEXT_SANS] = "Inter, Lato, Helvetica Neue, Noto Sans, DejaVu Sans, sans-serif",
    [TEXT_SERIF] = "EB Garamond, Iowan Old Style, Noto Serif, DejaVu Serif, serif",
    [TEXT_MONO] = "JetBrains Mono, Menlo, Noto Sans Mono, DejaVu Sans Mono, monospace",
};

static PangoFontDescription *describe(const struct text_style *style)
{
    PangoFontDescription *font = pango_font_description_new();

    pango_font_description_set_family(font, style->family ? style->family : families[style->face]);
    pango_font_description_set_absolute_size(font, style->size_px * PANGO_SCALE);
    pango_font_description_set_weight(font, (PangoWeight)(style->weight ? style->weight : 400));
    if (style->italic)
        pango_font_description_set_style(font, PANGO_STYLE_ITALIC);
    return font;
}

// Shapes are drawn where they are, not where a grid of pixels would like them.
static void free_of_grid(PangoLayout *layout)
{
    cairo_font_options_t *options = cairo_font_options_create();

    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(pango_layout_get_context(layout), options);
    pango_context_set_round_glyph_positions(pango_layout_get_context(layout), FALSE);
    cairo_font_options_destroy(options);
}

static void space_out(PangoLayout *layout, const struct text_style *style)
{
    PangoAttrList *list = pango_attr_list_new();

    pango_attr_list_insert(
        list, pango_attr_letter_spacing_new((int)(style->tracking * style->size_px * PANGO_SCALE)));
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
}

// The narrowest width that needs no more lines than all of it does: no last line of one word.
static void balance(PangoLayout *layout)
{
    int lines = pango_layout_get_line_count(layout), most = pango_layout_get_width(layout);
    int low = most / lines / 2, high = most;

    while (lines > 1 && high - low > most / 100) {
        int middle = low + (high - low) / 2;

        pango_layout_set_width(layout, middle);
        if (pango_layout_get_line_count(layout) > lines || pango_layout_is_ellipsized(layout))
            low = middle;
        else
            high = middle;
    }
    pango_layout_set_width(layout, high);
}

static void confine(PangoLayout *layout, const struct text_style *style)
{
    pango_layout_set_width(layout, (int)(style->width_px * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_height(layout, style->lines > 1 ? -style->lines : -1);
    if (style->balanced)
        balance(layout);
}

static PangoLayout *lay_out(cairo_t *cr, const char *words, const struct text_style *style)
{
    static const PangoAlignment aligns[] = {
        [TEXT_LEFT] = PANGO_ALIGN_LEFT,
        [TEXT_CENTRE] = PANGO_ALIGN_CENTER,
        [TEXT_RIGHT] = PANGO_ALIGN_RIGHT,
    };
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = describe(style);
    char *upper = style->upper ? g_utf8_strup(words, -1) : NULL;

    free_of_grid(layout);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, upper ? upper : words, -1);
    pango_layout_set_alignment(layout, aligns[style->align]);
    if (style->tracking != 0)
        space_out(layout, style);
    if (style->leading > 0)
        pango_layout_set_line_spacing(layout, (float)style->leading);
    if (style->width_px > 0)
        confine(layout, style);
    pango_font_description_free(font);
    g_free(upper);
    return layout;
}

// An edge is dark around letters that are light, and light around dark ones.
static double edge_light(cairo_t *cr)
{
    struct ink ink = {1, 1, 1, 1};

    cairo_pattern_get_rgba(cairo_get_source(cr), &ink.r, &ink.g, &ink.b, &ink.a);
    return ink_light(ink) < .4 ? 1 : 0;
}

// Strokes around the letters of layout, as strong as alpha says.
static void stroke(cairo_t *cr, PangoLayout *layout, double x, double y, double width, double alpha)
{
    double light = edge_light(cr);

    cairo_save(cr);
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    pango_cairo_layout_path(cr, layout);
    cairo_set_source_rgba(cr, light, light, light, alpha);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, 2 * width);
    cairo_stroke(cr);
    cairo_restore(cr);
}

static void set_off(cairo_t *cr, PangoLayout *layout, double x, double y,
                    const struct text_style *style)
{
    enum { SOFT = 6 };
    double step = .055 * style->size_px;

    for (int i = SOFT; style->shadow > 0 && i > 0; i--)
        stroke(cr, layout, x, y + step, style->outline * style->size_px + i * step,
               style->shadow / SOFT / 1.6);
    if (style->outline > 0)
        stroke(cr, layout, x, y, style->outline * style->size_px, .9);
}

// Whether words may have letters that are pictures in colour, not outlines.
static bool has_emoji(const char *words)
{
    for (; *words; words += g_utf8_skip[(unsigned char)*words]) {
        gunichar c = g_utf8_get_char(words);

        if (c >= 0x1f000 || (c >= 0x2190 && c <= 0x2bff) || c == 0x20e3)
            return true;
    }
    return false;
}

// As outlines, letters stand where they are to a part of a pixel; else Cairo moves each to a whole
// one, and small words fall apart.
static void show(cairo_t *cr, PangoLayout *layout, double x, double y)
{
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    if (has_emoji(pango_layout_get_text(layout))) {
        pango_cairo_show_layout(cr, layout);
        return;
    }
    pango_cairo_layout_path(cr, layout);
    cairo_fill(cr);
}

struct text_size text_set(cairo_t *cr, double x, double y, const char *words,
                          const struct text_style *style, bool draw)
{
    PangoLayout *layout = lay_out(cr, words, style);
    PangoRectangle box;
    struct text_size size;

    pango_layout_get_extents(layout, NULL, &box);
    size = (struct text_size){(double)box.width / PANGO_SCALE, (double)box.height / PANGO_SCALE};
    // A line that was broken early stands where the whole width would have it.
    if (style->balanced && style->width_px > 0 && style->align == TEXT_CENTRE)
        x += (style->width_px - (double)pango_layout_get_width(layout) / PANGO_SCALE) / 2;
    if (draw) {
        set_off(cr, layout, x, y, style);
        show(cr, layout, x, y);
    }
    g_object_unref(layout);
    return size;
}

bool text_runs_left(cairo_t *cr, const char *words)
{
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoDirection direction;

    pango_layout_set_text(layout, words, -1);
    direction = pango_layout_get_direction(layout, 0);
    g_object_unref(layout);
    return direction == PANGO_DIRECTION_RTL;
}

static uint32_t unknown_of(const PangoGlyphString *glyphs)
{
    for (int i = 0; i < glyphs->num_glyphs; i++)
        if (glyphs->glyphs[i].glyph & PANGO_GLYPH_UNKNOWN_FLAG)
            return glyphs->glyphs[i].glyph & ~PANGO_GLYPH_UNKNOWN_FLAG;
    return 0;
}

uint32_t text_unknown(cairo_t *cr, const char *words, const struct text_style *style)
{
    PangoLayout *layout = lay_out(cr, words, style);
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    uint32_t unknown = 0;

    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(at);

        unknown = run ? unknown_of(run->glyphs) : 0;
    } while (!unknown && pango_layout_iter_next_run(at));
    pango_layout_iter_free(at);
    g_object_unref(layout);
    return unknown;
}
