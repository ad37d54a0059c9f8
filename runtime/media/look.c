// SPDX-License-Identifier: MIT
#include "runtime/media/look.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

enum {
    MOST_CUBE_BYTES = 64 << 20,
    MOST_SIDE = 129,
    LEVELS = 1 << 16,
    BYTE_STEP = 257, // from one level of 8 bits to the next
};

static const char byte_order_mark[] = "\xef\xbb\xbf"; // some editors begin text with it

struct cube {
    float *at; // size * size * size (3D, red fastest) or size (1D) triples
    int size;
    bool flat; // 1D
    float low[3], high[3];
};

struct look {
    bool colour;            // whether any of these changes one
    float curve[3][LEVELS]; // of red, green and blue: the CDL's slope, offset and power
    float saturation;       // the CDL's
    struct cube cube;       // after these; without entries: none
    double grain;
};

static float clamp(float v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

// Reads n numbers from line; false when there are others or anything else.
static bool numbers(struct str line, float *out, int n)
{
    char text[128] = "", *at = text, *end;

    if (line.len >= sizeof(text))
        return false;
    memcpy(text, line.ptr, line.len);
    for (int i = 0; i < n; i++, at = end) {
        out[i] = strtof(at, &end);
        if (end == at || !isfinite(out[i]))
            return false;
    }
    return strspn(at, " \t\r") == strlen(at);
}

static bool set_size(struct cube *c, struct str value, bool flat, const char *name, struct err *err)
{
    float size;

    if (c->size || !numbers(value, &size, 1) || size < 2 || size > (flat ? 65536 : MOST_SIDE))
        return err_set(err, ERR_FILM, "%s: a LUT has one size, from 2 to %d", name, MOST_SIDE);
    c->size = (int)size;
    c->flat = flat;
    return true;
}

// What an entry's ends stand for, the same for all colours.
static bool set_range(struct cube *c, struct str value, const char *name, struct err *err)
{
    float range[2];

    if (!numbers(value, range, 2))
        return err_set(err, ERR_FILM, "%s: its input range is not two numbers", name);
    for (int i = 0; i < 3; i++) {
        c->low[i] = range[0];
        c->high[i] = range[1];
    }
    return true;
}

static size_t entries(const struct cube *c)
{
    size_t side = (size_t)c->size;

    return c->flat ? side : side * side * side;
}

static struct str cut_word(struct str *rest)
{
    struct str word = {rest->ptr, 0};

    while (word.len < rest->len && rest->ptr[word.len] != ' ' && rest->ptr[word.len] != '\t')
        word.len++;
    *rest = str_trim((struct str){rest->ptr + word.len, rest->len - word.len});
    return word;
}

// One line of an Adobe .cube, or one of Resolve's: a keyword, a comment, or three numbers.
static bool read_line(struct cube *c, struct str line, size_t *n, const char *name, struct err *err)
{
    struct str rest = line, word = cut_word(&rest);

    if (!line.len || line.ptr[0] == '#' || str_is(word, "TITLE"))
        return true;
    if (str_is(word, "LUT_3D_SIZE") || str_is(word, "LUT_1D_SIZE"))
        return set_size(c, rest, str_is(word, "LUT_1D_SIZE"), name, err);
    if (str_is(word, "DOMAIN_MIN") || str_is(word, "DOMAIN_MAX"))
        return numbers(rest, str_is(word, "DOMAIN_MIN") ? c->low : c->high, 3) ||
               err_set(err, ERR_FILM, "%s: its domain is not three numbers", name);
    if (str_is(word, "LUT_3D_INPUT_RANGE") || str_is(word, "LUT_1D_INPUT_RANGE"))
        return set_range(c, rest, name, err);
    if (!c->size)
        return err_set(err, ERR_FILM, "%s is no .cube file: LUT_3D_SIZE comes before the numbers",
                       name);
    if (!c->at)
        c->at = mem_resize(NULL, entries(c) * 3, sizeof(*c->at));
    if (*n >= entries(c) || !numbers(line, c->at + *n * 3, 3))
        return err_set(err, ERR_FILM,
                       "%s: entry %zu of the LUT is not three numbers, or one too many", name,
                       *n + 1);
    ++*n;
    return true;
}

static bool read_cube(struct cube *c, const char *path, struct err *err)
{
    struct buf text = {0};
    struct str rest;
    const char *name = path_base(path);
    size_t n = 0;
    bool ok = file_read(path, &text, MOST_CUBE_BYTES, err);

    c->high[0] = c->high[1] = c->high[2] = 1;
    rest = buf_view(&text);
    if (str_starts(rest, byte_order_mark))
        rest = (struct str){rest.ptr + 3, rest.len - 3};
    while (ok && rest.ptr)
        ok = read_line(c, str_trim(str_cut(&rest, '\n')), &n, name, err);
    for (int i = 0; ok && i < 3; i++)
        if (!(c->low[i] < c->high[i]))
            ok = err_set(err, ERR_FILM, "%s: its domain ends before it begins", name);
    if (ok && (!c->size || n != entries(c)))
        ok = err_set(err, ERR_FILM,
                     "%s has %zu entries where %zu belong: it is no .cube file, or cut short", name,
                     n, c->size ? entries(c) : 0);
    buf_release(&text);
    return ok;
}

// Between the eight entries around rgb (0 to 1), of a grid of side entries with red fastest.
static void look_up(const float *at, int side, const float rgb[3], float out[3])
{
    int base[3];
    float part[3];

    for (int c = 0; c < 3; c++) {
        float v = clamp(rgb[c]) * (float)(side - 1);

        base[c] = v >= (float)(side - 1) ? side - 2 : (int)v;
        part[c] = v - (float)base[c];
        out[c] = 0;
    }
    for (int i = 0; i < 8; i++) {
        int r = base[0] + (i & 1), g = base[1] + (i >> 1 & 1), b = base[2] + (i >> 2);
        float w = (i & 1 ? part[0] : 1 - part[0]) * (i & 2 ? part[1] : 1 - part[1]) *
                  (i & 4 ? part[2] : 1 - part[2]);
        const float *entry =
            at + (((size_t)b * (size_t)side + (size_t)g) * (size_t)side + (size_t)r) * 3;

        for (int c = 0; c < 3; c++)
            out[c] += w * entry[c];
    }
}

static void through_cube(const struct cube *c, const float rgb[3], float out[3])
{
    float in[3];

    for (int i = 0; i < 3; i++)
        in[i] = clamp((rgb[i] - c->low[i]) / (c->high[i] - c->low[i]));
    if (!c->flat) {
        look_up(c->at, c->size, in, out);
        return;
    }
    for (int i = 0; i < 3; i++) {
        float v = in[i] * (float)(c->size - 1);
        int base = v >= (float)(c->size - 1) ? c->size - 2 : (int)v;

        out[i] = c->at[base * 3 + i] * (1 - (v - (float)base)) +
                 c->at[(base + 1) * 3 + i] * (v - (float)base);
    }
}

static double nth(const json_t *list, size_t i, double fallback)
{
    return list ? json_number_value(json_array_get(list, i)) : fallback;
}

// ASC CDL: slope, offset, power. A table of what all levels become is exact, even where a power is
// steep.
static void set_curves(struct look *l, const json_t *cdl)
{
    const json_t *slope = json_object_get(cdl, "slope"), *offset = json_object_get(cdl, "offset"),
                 *power = json_object_get(cdl, "power");

    for (size_t c = 0; c < 3; c++)
        for (int i = 0; i < LEVELS; i++) {
            double v = i / (LEVELS - 1.) * nth(slope, c, 1) + nth(offset, c, 0);

            l->curve[c][i] = (float)pow(fmin(1, fmax(0, v)), nth(power, c, 1));
        }
}

// By the luma of BT.709, as ASC CDL has it.
static void saturate(float rgb[3], float saturation)
{
    float luma = .2126f * rgb[0] + .7152f * rgb[1] + .0722f * rgb[2];

    for (int c = 0; c < 3; c++)
        rgb[c] = clamp(luma + saturation * (rgb[c] - luma));
}

bool look_new(struct look **look, const json_t *params, const char *lut, struct err *err)
{
    const json_t *cdl = json_object_get(params, "cdl");
    struct cube cube = {0};
    double grain = json_get_number(params, "grain", 0);

    *look = NULL;
    if (lut && !read_cube(&cube, lut, err)) {
        mem_free(cube.at);
        return false;
    }
    if (!lut && !cdl && grain <= 0)
        return true;
    *look = mem_new(sizeof(**look));
    (*look)->colour = lut || cdl;
    (*look)->saturation = (float)json_get_number(cdl, "saturation", 1);
    (*look)->cube = cube;
    (*look)->grain = grain;
    set_curves(*look, cdl);
    return true;
}

void look_free(struct look *l)
{
    if (l)
        mem_free(l->cube.at);
    mem_free(l);
}

bool look_has_colour(const struct look *l)
{
    return l && l->colour;
}

bool look_has_grain(const struct look *l)
{
    return l && l->grain > 0;
}

// What red, green and blue at these levels of 16 bits become, from 0 to 1.
static void grade(const struct look *l, const unsigned level[3], float out[3])
{
    float rgb[3];

    for (int c = 0; c < 3; c++)
        out[c] = l->curve[c][level[c]];
    if (l->saturation != 1)
        saturate(out, l->saturation);
    if (l->cube.at)
        through_cube(&l->cube, memcpy(rgb, out, sizeof(rgb)), out);
}

void look_colour(const struct look *l, cairo_surface_t *surface)
{
    int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);

    cairo_surface_flush(surface);
    for (int y = 0; y < h; y++) {
        unsigned char *p = cairo_image_surface_get_data(surface) +
                           (ptrdiff_t)y * cairo_image_surface_get_stride(surface);

        for (int x = 0; x < w; x++, p += 4) {
            const unsigned level[3] = {p[2] * BYTE_STEP, p[1] * BYTE_STEP, p[0] * BYTE_STEP};
            float out[3];

            grade(l, level, out);
            for (int c = 0; c < 3; c++)
                p[2 - c] = (unsigned char)(clamp(out[c]) * 255 + .5f);
        }
    }
    cairo_surface_mark_dirty(surface);
}

void look_colour_deep(const struct look *l, AVFrame *frame)
{
    static const int plane_of[3] = {2, 0, 1};

    for (int y = 0; y < frame->height; y++) {
        uint16_t *row[3];

        for (int c = 0; c < 3; c++)
            row[c] =
                (void *)(frame->data[plane_of[c]] + (ptrdiff_t)y * frame->linesize[plane_of[c]]);
        for (int x = 0; x < frame->width; x++) {
            const unsigned level[3] = {row[0][x], row[1][x], row[2][x]};
            float out[3];

            grade(l, level, out);
            for (int c = 0; c < 3; c++)
                row[c][x] = (uint16_t)(clamp(out[c]) * (LEVELS - 1) + .5f);
        }
    }
}

// The sum of two bytes of a hash is near enough to a bell.
void look_grain(const struct look *l, AVFrame *frame, int64_t n)
{
    int more = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format)->comp[0].depth - 8;
    int strength = (int)lround(l->grain * 24);

    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + (ptrdiff_t)y * frame->linesize[0];
        uint16_t *deep = (void *)row;
        uint32_t h = ((uint32_t)y * 0x9e3779b1u) ^ ((uint32_t)n * 0x85ebca77u) ^ 0x27d4eb2fu;

        for (int x = 0; x < frame->width; x++) {
            int d, v;

            h ^= h << 13;
            h ^= h >> 17;
            h ^= h << 5;
            d = ((int)(h >> 8 & 255) + (int)(h >> 16 & 255) - 255) * strength / 255;
            v = (more ? deep[x] : row[x]) + d * (1 << more);
            v = v < 16 << more ? 16 << more : v > 235 << more ? 235 << more : v;
            if (more)
                deep[x] = (uint16_t)v;
            else
                row[x] = (uint8_t)v;
        }
    }
}
