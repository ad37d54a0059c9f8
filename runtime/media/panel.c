// SPDX-License-Identifier: MIT
#include "runtime/media/panel.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/media/ink.h"
#include "runtime/media/move.h"
#include "runtime/media/text.h"

// Printer's colours: warm paper, soft black, and the pencil that directors mark moves with.
#define PAPER  INK(0xf3eee3)
#define BLACK  INK(0x23252a)
#define QUIET  INK(0x7b766b)
#define HAIR   INK(0xcfc7b6)
#define PENCIL INK(0xd4512f)

struct page {
    cairo_t *cr;
    double width, height, unit, margin;
    double x, y, w, h; // of the drawing
};

static void lay_out(struct page *p, cairo_surface_t *frame)
{
    double wide =
        (double)cairo_image_surface_get_width(frame) / cairo_image_surface_get_height(frame);

    p->unit = fmin(p->width, p->height) / 100;
    p->margin = 4.2 * p->unit;
    p->x = p->margin;
    p->y = p->margin + 6.4 * p->unit;
    p->w = p->width * (wide > 1 ? .625 : .56);
    p->h = p->w / wide;
    if (p->h > p->height * .60) {
        p->h = p->height * .60;
        p->w = p->h * wide;
    }
}

static void rule(struct page *p, double x, double y, double w, struct ink ink)
{
    ink_use(p->cr, ink);
    cairo_rectangle(p->cr, x, y, w, fmax(1, .14 * p->unit));
    cairo_fill(p->cr);
}

static void draw_frame(struct page *p, cairo_surface_t *frame)
{
    double scale = p->w / cairo_image_surface_get_width(frame);
    double tick = 2.2 * p->unit, gap = .7 * p->unit;

    cairo_save(p->cr);
    cairo_translate(p->cr, p->x, p->y);
    cairo_scale(p->cr, scale, scale);
    cairo_set_source_surface(p->cr, frame, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(p->cr), CAIRO_FILTER_GOOD);
    cairo_paint(p->cr);
    cairo_restore(p->cr);
    ink_use(p->cr, BLACK);
    cairo_set_line_width(p->cr, fmax(1, .12 * p->unit));
    cairo_rectangle(p->cr, p->x, p->y, p->w, p->h);
    cairo_stroke(p->cr);
    for (int i = 0; i < 4; i++) { // the printer's corners
        double cx = i % 2 ? p->x + p->w : p->x, cy = i / 2 ? p->y + p->h : p->y;
        double dx = i % 2 ? 1 : -1, dy = i / 2 ? 1 : -1;

        cairo_move_to(p->cr, cx + dx * gap, cy);
        cairo_line_to(p->cr, cx + dx * (gap + tick * .5), cy);
        cairo_move_to(p->cr, cx, cy + dy * gap);
        cairo_line_to(p->cr, cx, cy + dy * (gap + tick * .5));
    }
    cairo_stroke(p->cr);
}

static void arrow(struct page *p, double x0, double y0, double x1, double y1)
{
    double a = atan2(y1 - y0, x1 - x0), head = 2.1 * p->unit, len = hypot(x1 - x0, y1 - y0);

    if (len < head * .6)
        return;
    cairo_set_line_width(p->cr, .5 * p->unit);
    cairo_set_line_cap(p->cr, CAIRO_LINE_CAP_BUTT);
    cairo_move_to(p->cr, x0, y0);
    cairo_line_to(p->cr, x1 - cos(a) * head * .8, y1 - sin(a) * head * .8);
    cairo_stroke(p->cr);
    cairo_move_to(p->cr, x1, y1);
    cairo_line_to(p->cr, x1 - head * cos(a - .42), y1 - head * sin(a - .42));
    cairo_line_to(p->cr, x1 - head * cos(a + .42), y1 - head * sin(a + .42));
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

// A view as a box of the drawing. Moves are small; on paper they are drawn larger than they are.
static void box_of(const struct page *p, struct view v, double box[4])
{
    double part = fmax(.3, 1 - (1 - v.part) * 2.6), cx = .5 + (v.x - .5) * 1.7,
           cy = .5 + (v.y - .5) * 1.7;

    box[2] = p->w * part;
    box[3] = p->h * part;
    box[0] = fmin(fmax(p->x + p->w * cx - box[2] / 2, p->x + .6 * p->unit),
                  p->x + p->w - box[2] - .6 * p->unit);
    box[1] = fmin(fmax(p->y + p->h * cy - box[3] / 2, p->y + .6 * p->unit),
                  p->y + p->h - box[3] - .6 * p->unit);
}

static void outline(struct page *p, const double box[4], bool dashed)
{
    double dash[] = {1.3 * p->unit, .9 * p->unit};

    cairo_set_line_width(p->cr, .32 * p->unit);
    cairo_set_dash(p->cr, dash, dashed ? 2 : 0, 0);
    cairo_rectangle(p->cr, box[0], box[1], box[2], box[3]);
    cairo_stroke(p->cr);
    cairo_set_dash(p->cr, NULL, 0, 0);
}

static void shaky_line(struct page *p)
{
    double y = p->y + p->h * .9;

    cairo_move_to(p->cr, p->x + p->w * .34, y);
    for (int i = 0; i < 6; i++) {
        double x = p->x + p->w * (.34 + .055 * i),
               s = (i % 2 ? 1 : -1) * (1.5 + .4 * (i % 3)) * p->unit;

        cairo_curve_to(p->cr, x + p->w * .018, y + s, x + p->w * .036, y + s, x + p->w * .055, y);
    }
    cairo_set_line_width(p->cr, .5 * p->unit);
    cairo_stroke(p->cr);
}

// Corner to corner where the field of view changes, else from one frame's middle to the other's.
static void draw_move(struct page *p, const char *name)
{
    struct move move = move_of(name, 1);
    struct view from = move_view(&move, 0, 6), to = move_view(&move, 1, 6);
    double a[4], b[4];

    if (move_is_static(&move))
        return;
    ink_use(p->cr, PENCIL);
    if (name && strstr(name, "handheld")) {
        shaky_line(p);
        return;
    }
    box_of(p, from, a);
    box_of(p, to, b);
    if (fabs(from.part - to.part) > .02) {
        outline(p, from.part < to.part ? a : b, from.part < to.part);
        for (int i = 0; i < 4; i++) {
            double fx = a[0] + (i % 2 ? a[2] : 0), fy = a[1] + (i / 2 ? a[3] : 0);
            double tx = b[0] + (i % 2 ? b[2] : 0), ty = b[1] + (i / 2 ? b[3] : 0);

            arrow(p, fx + (tx - fx) * .12, fy + (ty - fy) * .12, tx - (tx - fx) * .06,
                  ty - (ty - fy) * .06);
        }
        return;
    }
    outline(p, a, true);
    outline(p, b, false);
    double dx = b[0] - a[0], dy = b[1] - a[1], len = hypot(dx, dy) + 1e-6,
           reach = fmax(len, 16 * p->unit);
    double mx = dx != 0 ? p->x + p->w / 2 : p->x + p->w * .90,
           my = dy != 0 ? p->y + p->h / 2 : p->y + p->h * .90;

    arrow(p, mx - dx / len * reach / 2, my - dy / len * reach / 2, mx + dx / len * reach / 2,
          my + dy / len * reach / 2);
}

static void head_line(struct page *p, const json_t *panel)
{
    struct text_style slug = {
        .size_px = 2.5 * p->unit, .weight = 700, .tracking = .06, .width_px = p->width * .62};
    struct text_style film = {
        .size_px = 1.9 * p->unit, .tracking = .04, .align = TEXT_RIGHT, .width_px = p->width * .26};
    struct text_style mark = {.size_px = 1.6 * p->unit, .weight = 700, .tracking = .16};
    double y = p->margin, pad = .8 * p->unit, right = p->width - p->margin;
    struct text_size size = text_set(p->cr, 0, 0, "DRAFT", &mark, false);

    ink_use(p->cr, BLACK);
    text_set(p->cr, p->margin, y, json_get_text(panel, "slug", ""), &slug, true);
    ink_use(p->cr, PENCIL);
    cairo_rectangle(p->cr, right - size.width - 2 * pad, y - .1 * p->unit, size.width + 2 * pad,
                    2.9 * p->unit);
    cairo_fill(p->cr);
    ink_use(p->cr, PAPER);
    text_set(p->cr, right - size.width - pad + .1 * p->unit,
             y - .1 * p->unit + (2.9 * p->unit - size.height) / 2, "DRAFT", &mark, true);
    ink_use(p->cr, QUIET);
    text_set(p->cr, right - size.width - 2 * pad - 1.4 * p->unit - film.width_px, y + .25 * p->unit,
             json_get_text(panel, "film", ""), &film, true);
    rule(p, p->margin, y + 4.3 * p->unit, p->width - 2 * p->margin, BLACK);
}

// A small caption and what it captions; returns the y below.
static double entry(struct page *p, double x, double y, double w, const char *caption,
                    const char *words, double size, int lines, bool italic)
{
    struct text_style cap = {.size_px = 1.45 * p->unit, .weight = 700, .tracking = .14};
    struct text_style body = {.size_px = size * p->unit,
                              .width_px = w,
                              .lines = lines,
                              .leading = 1.22,
                              .italic = italic,
                              .face = italic ? TEXT_SERIF : TEXT_SANS};

    if (!words || !*words)
        return y;
    ink_use(p->cr, QUIET);
    text_set(p->cr, x, y, caption, &cap, true);
    ink_use(p->cr, BLACK);
    return y + 2.5 * p->unit + text_set(p->cr, x, y + 2.5 * p->unit, words, &body, true).height +
           2.6 * p->unit;
}

static void add_part(struct buf *to, const char *part)
{
    if (part && *part)
        buf_printf(to, "%s%s", to->len ? "  ·  " : "", part);
}

static void side_column(struct page *p, const json_t *board, const json_t *panel)
{
    double x = p->x + p->w + 3.6 * p->unit, y = p->y - .4 * p->unit, w = p->width - p->margin - x;
    struct text_style shot = {.size_px = 5.2 * p->unit, .weight = 600, .width_px = w};
    struct buf framing = {0}, cast = {0};
    const json_t *name;
    size_t i;

    ink_use(p->cr, BLACK);
    y +=
        text_set(p->cr, x, y, json_get_text(panel, "shot", ""), &shot, true).height + 1.2 * p->unit;
    add_part(&framing, json_get_text(board, "size", ""));
    add_part(&framing, json_get_text(board, "angle", ""));
    add_part(&framing, json_get_text(board, "lens", ""));
    json_array_foreach(json_object_get(panel, "cast"), i, name)
        buf_printf(&cast, "%s%s", i ? ", " : "",
                   json_string_value(name) ? json_string_value(name) : "");
    y = entry(p, x, y, w, "FRAMING", buf_text(&framing), 2.0, 2, false);
    y = entry(p, x, y, w, "CAMERA", json_get_text(board, "move", ""), 2.0, 2, false);
    y = entry(p, x, y, w, "CAST", buf_text(&cast), 2.0, 3, false);
    entry(p, x, y, w, "PICTURE", json_get_text(panel, "note", json_get_text(board, "prompt", "")),
          2.05, (int)fmax(3, (p->y + p->h - y) / (2.9 * p->unit) - 1), true);
    buf_release(&framing);
    buf_release(&cast);
}

static double dialogue_line(struct page *p, double y, const json_t *line, double column)
{
    const char *name = json_get_text(line, "name", ""), *how = json_get_text(line, "direction", "");
    const char *mode = json_get_text(line, "mode", "sync");
    struct text_style who = {
        .size_px = 1.75 * p->unit, .weight = 700, .tracking = .1, .width_px = column, .lines = 2};
    struct text_style said = {.size_px = 2.5 * p->unit,
                              .face = TEXT_SERIF,
                              .width_px = p->width - 2 * p->margin - column - 2 * p->unit,
                              .lines = 3,
                              .leading = 1.18};
    struct buf words = {0};
    struct text_size a;

    for (const char *c = name; *c; c++)
        buf_char(&words, (char)toupper((unsigned char)*c));
    if (strcmp(mode, "vo") == 0)
        buf_puts(&words, "  V.O.");
    else if (strcmp(mode, "os") == 0)
        buf_puts(&words, "  O.S.");
    ink_use(p->cr, BLACK);
    text_set(p->cr, p->margin, y + .5 * p->unit, buf_text(&words), &who, true);
    buf_clear(&words);
    if (*how)
        buf_printf(&words, "(%s)  ", how);
    buf_puts(&words, json_get_text(line, "text", ""));
    a = text_set(p->cr, p->margin + column + 2 * p->unit, y, buf_text(&words), &said, true);
    buf_release(&words);
    return y + a.height + 1.2 * p->unit;
}

static void dialogue(struct page *p, const json_t *panel)
{
    double y = p->y + p->h + 4.2 * p->unit, foot = p->height - p->margin - 3 * p->unit,
           column = 22 * p->unit;
    const json_t *lines = json_object_get(panel, "lines"), *line;
    struct text_style more = {.size_px = 1.8 * p->unit};
    size_t i;

    if (json_array_size(lines))
        rule(p, p->margin, y - 1.7 * p->unit, p->width - 2 * p->margin, HAIR);
    json_array_foreach(lines, i, line) {
        if (y > foot) {
            ink_use(p->cr, QUIET);
            text_set(p->cr, p->margin, foot + .6 * p->unit, "…", &more, true);
            return;
        }
        y = dialogue_line(p, y, line, column);
    }
}

void panel_draw(cairo_surface_t *surface, cairo_surface_t *frame, const json_t *board,
                const json_t *panel)
{
    struct page p = {.cr = cairo_create(surface),
                     .width = cairo_image_surface_get_width(surface),
                     .height = cairo_image_surface_get_height(surface)};

    ink_use(p.cr, PAPER);
    cairo_paint(p.cr);
    lay_out(&p, frame);
    head_line(&p, panel);
    draw_frame(&p, frame);
    draw_move(&p, json_get_text(board, "move", NULL));
    side_column(&p, board, panel);
    dialogue(&p, panel);
    cairo_destroy(p.cr);
}
