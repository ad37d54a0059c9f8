// SPDX-License-Identifier: MIT
#include "runtime/media/text.h"

#include <math.h>

#include <pango/pangocairo.h>

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

struct text_size text_set(cairo_t *cr, double x, double y, const char *words,
                          const struct text_style *style, bool draw)
{
    static const PangoAlignment aligns[] = {
        [TEXT_LEFT] = PANGO_ALIGN_LEFT,
        [TEXT_CENTRE] = PANGO_ALIGN_CENTER,
        [TEXT_RIGHT] = PANGO_ALIGN_RIGHT,
    };
    PangoLayout *layout = pango_cairo_create_layout(cr);
    PangoFontDescription *font = describe(style);
    PangoRectangle box;
    struct text_size size;

    free_of_grid(layout);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, words, -1);
    if (style->tracking > 0)
        space_out(layout, style);
    if (style->leading > 0)
        pango_layout_set_line_spacing(layout, (float)style->leading);
    if (style->width_px > 0) {
        pango_layout_set_width(layout, (int)(style->width_px * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_height(layout, style->lines > 1 ? -style->lines : -1);
    }
    pango_layout_set_alignment(layout, aligns[style->align]);
    pango_layout_get_extents(layout, NULL, &box);
    size = (struct text_size){(double)box.width / PANGO_SCALE, (double)box.height / PANGO_SCALE};
    if (draw) {
        cairo_move_to(cr, x, y);
        pango_cairo_show_layout(cr, layout);
    }
    pango_font_description_free(font);
    g_object_unref(layout);
    return size;
}
