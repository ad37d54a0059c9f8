// SPDX-License-Identifier: MIT
#include "runtime/media/board.h"

#include <math.h>
#include <string.h>

#include <cairo.h>

#include "base/json.h"
#include "runtime/media/easel.h"
#include "runtime/media/params.h"
#include "runtime/media/prop.h"
#include "runtime/media/set.h"
#include "runtime/media/soften.h"
#include "runtime/media/text.h"
#include "runtime/media/words.h"

static void read_actor(struct actor *a, const json_t *who)
{
    const json_t *region = json_object_get(who, "region");

    a->id = json_get_text(who, "id", "");
    a->name = json_get_text(who, "name", a->id);
    a->looks = looks_read(a->id, json_get_text(who, "looks", ""));
    for (size_t i = 0; i < 4; i++)
        a->region[i] = json_number_value(json_array_get(region, i));
}

void board_init(struct board *b, const json_t *board, const char *prompt)
{
    const json_t *who;
    size_t i;

    *b = (struct board){0};
    json_array_foreach(json_object_get(board, "cast"), i, who) {
        if (b->n < STAGE_MOST)
            read_actor(&b->cast[b->n++], who);
    }
    b->size = stage_size_of(json_get_text(board, "size", NULL), b->n);
    b->angle = stage_angle_of(json_get_text(board, "angle", NULL));
    b->time = json_get_text(board, "time", NULL);
    b->prompt = json_get_text(board, "prompt", prompt ? prompt : "");
    b->location = json_get_text(board, "location", "");
    buf_printf(&b->words, "%s, %s", b->prompt, b->location);
}

void board_release(struct board *b)
{
    buf_release(&b->words);
}

void board_stands(const struct board *b, double wide, struct stand stands[STAGE_MOST])
{
    double regions[STAGE_MOST][4];
    int faces[STAGE_MOST];

    for (int i = 0; i < b->n; i++) {
        memcpy(regions[i], b->cast[i].region, sizeof(regions[i]));
        faces[i] = params_hash(b->cast[i].id) & 1 ? 1 : -1;
    }
    stage_set(b->size, b->angle, wide, b->n, (const double(*)[4])regions, faces, stands);
}

// A lens that is near people lets the place behind them go soft: by this part of the height.
static double softness(const struct board *b)
{
    if (b->size == STAGE_INSERT || (!b->n && b->size >= STAGE_CLOSE_UP))
        return .022;
    return b->n && b->size >= STAGE_MEDIUM ? .004 + .006 * (b->size - STAGE_MEDIUM) : 0;
}

static void aim(struct easel *e, const struct board *b)
{
    double zoom = stage_zoom(b->size), side = b->n == 1 ? .12 : 0;

    if (b->n == 1 && params_hash(b->cast[0].id) & 1)
        side = -side;
    if (!b->n && b->size != STAGE_INSERT)
        zoom = fmin(zoom, 1.3);
    cairo_translate(e->cr, e->wide / 2, e->horizon);
    cairo_scale(e->cr, zoom, zoom);
    cairo_translate(e->cr, -e->wide / 2 - side * e->wide * (zoom - 1), -e->horizon);
}

static void backdrop(struct easel *e, const struct board *b, const struct set *set)
{
    cairo_save(e->cr);
    aim(e, b);
    set->draw(e);
    cairo_restore(e->cr);
}

static void soft_backdrop(struct easel *e, const struct board *b, const struct set *set, int height)
{
    const double less = 4; // what goes soft needs no more pixels than that
    int w = (int)fmax(8, e->wide * height / less), h = (int)fmax(8, height / less);
    cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    cairo_t *whole = e->cr;

    e->cr = cairo_create(small);
    cairo_scale(e->cr, w / e->wide, h);
    backdrop(e, b, set);
    cairo_destroy(e->cr);
    soften_surface(small, softness(b) * h);
    e->cr = whole;
    cairo_save(whole);
    cairo_scale(whole, e->wide / w, 1. / h);
    cairo_set_source_surface(whole, small, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(whole), CAIRO_FILTER_BILINEAR);
    cairo_pattern_set_extend(cairo_get_source(whole), CAIRO_EXTEND_PAD);
    cairo_paint(whole);
    cairo_restore(whole);
    cairo_surface_destroy(small);
}

static void people(struct easel *e, const struct board *b, const struct face *faces)
{
    struct stand stands[STAGE_MOST];
    static const struct face calm = {0};

    board_stands(b, e->wide, stands);
    for (int back = 0; back < 2; back++)
        for (int i = 0; i < b->n; i++)
            if (stands[i].back == back)
                figure_draw(e, &b->cast[i].looks, &stands[i], faces ? &faces[i] : &calm);
}

// What an insert shows, or a near shot without people.
static void things(struct easel *e, const struct board *b)
{
    const struct prop *prop = prop_find(b->prompt);
    double size = b->size == STAGE_INSERT ? .30 : b->size >= STAGE_CLOSE_UP ? .27 : .20;

    if (b->size < STAGE_MEDIUM || (b->n && b->size != STAGE_INSERT))
        return;
    if (!prop && b->size != STAGE_INSERT && b->size < STAGE_CLOSE_UP)
        return;
    size = fmin(size, e->wide * .23);
    prop_draw(e, prop ? prop : &prop_plain, e->wide / 2, .50, size);
}

static void place(struct easel *e, const struct board *b, const struct set *set, int height)
{
    if (softness(b) > 0)
        soft_backdrop(e, b, set, height);
    else
        backdrop(e, b, set);
    things(e, b);
}

// What stands between us and the people, and what falls from the sky.
static void foreground(struct easel *e, const struct board *b, const struct set *set)
{
    if (set->front && b->n && b->size <= STAGE_FULL) {
        cairo_save(e->cr);
        aim(e, b);
        set->front(e);
        cairo_restore(e->cr);
    }
    set_weather(e, set->indoors);
}

// The lens and the paper: edges fall off, and a grain too fine to see keeps gradients from banding.
static void finish(struct easel *e, const struct palette *p)
{
    double r = hypot(e->wide, 1) / 2;
    cairo_pattern_t *g =
        cairo_pattern_create_radial(e->wide / 2, .5, r * .45, e->wide / 2, .5, r * 1.05);

    cairo_pattern_add_color_stop_rgba(g, 0, p->shade.r, p->shade.g, p->shade.b, 0);
    cairo_pattern_add_color_stop_rgba(g, 1, p->shade.r, p->shade.g, p->shade.b,
                                      p->dark ? .52 : .34);
    cairo_set_source(e->cr, g);
    cairo_paint(e->cr);
    cairo_pattern_destroy(g);
}

static void grain(cairo_surface_t *surface, const int box[4])
{
    unsigned char *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);

    cairo_surface_flush(surface);
    for (int y = box[1]; y < box[1] + box[3]; y++) {
        unsigned char *p = data + (ptrdiff_t)y * stride + (ptrdiff_t)box[0] * 4;

        for (int x = box[0]; x < box[0] + box[2]; x++, p += 4) {
            uint32_t h = (uint32_t)x * 0x9e3779b1u ^ (uint32_t)y * 0x85ebca77u;
            int d;

            h = (h ^ h >> 15) * 0x2c1b3c6du;
            d = (int)(h >> 13 & 1) + (int)(h >> 21 & 1) -
                1; // what keeps 8 bits from banding, and no more
            for (int c = 0; c < 3; c++) {
                int v = p[c] + d;

                p[c] = (unsigned char)(v < 0 ? 0 : v > 255 ? 255 : v);
            }
        }
    }
    cairo_surface_mark_dirty(surface);
}

static void draft_mark(struct easel *e)
{
    struct text_style style = {.size_px = .0135, .weight = 600, .tracking = .18};
    struct text_size size;

    // Pango rounds what is smaller than a pixel: it sets in thousandths of the height.
    cairo_save(e->cr);
    cairo_scale(e->cr, .001, .001);
    style.size_px *= 1000;
    size = text_set(e->cr, 0, 0, "DRAFT", &style, false);
    ink_use(e->cr, ink_fade(e->p.dark ? e->p.rim : e->p.shade, .38));
    text_set(e->cr, e->wide * 1000 - size.width - 26, 1000 - size.height - 22, "DRAFT", &style,
             true);
    cairo_restore(e->cr);
}

// An insert is about what it shows: a stair in its words is nearer than the room around.
static const struct set *find_set(const struct board *b)
{
    const struct set *near = set_find("", b->prompt);

    return b->size == STAGE_INSERT && *near->words ? near : set_find(b->location, b->prompt);
}

void board_draw(const struct board *b, cairo_surface_t *surface, const struct face *faces,
                const int clip[4])
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);
    const struct set *set = find_set(b);
    struct easel e = {.cr = cairo_create(surface),
                      .wide = (double)width / height,
                      .words = buf_text(&b->words),
                      .horizon = stage_horizon(b->size, b->angle),
                      .chance = params_hash(b->location) | 1};
    int box[4] = {0, 0, width, height};

    if (clip && clip[2] > 0)
        memcpy(box, clip, sizeof(box));
    cairo_rectangle(e.cr, box[0], box[1], box[2], box[3]);
    cairo_clip(e.cr);
    e.p = palette_of(b->time, e.words, set->indoors);
    cairo_scale(e.cr, height, height);
    if (b->angle == STAGE_DUTCH) {
        cairo_translate(e.cr, e.wide / 2, .5);
        cairo_rotate(e.cr, -.11);
        cairo_scale(e.cr, 1.22, 1.22);
        cairo_translate(e.cr, -e.wide / 2, -.5);
    }
    if (!b->bare)
        place(&e, b, set, height);
    people(&e, b, faces);
    if (!b->bare)
        foreground(&e, b, set);
    cairo_identity_matrix(e.cr);
    cairo_scale(e.cr, height, height);
    finish(&e, &e.p);
    draft_mark(&e);
    cairo_destroy(e.cr);
    grain(surface, box);
}
