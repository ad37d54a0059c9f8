// SPDX-License-Identifier: MIT
#include "runtime/media/overlay.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"

// One plane of the overlay: premultiplied samples, and how much of the frame stays, both of 16
// bits.
struct plane {
    int width, height;
    uint16_t *value, *keep;
    bool *used; // by row
};

struct overlay {
    struct plane planes[3];
    int depth;
};

// What a sample is made of: parts of blue, green, red and alpha (premultiplied, as in memory), for
// values of 256 to the unit. BT.709, limited range; the offsets are weighed by alpha too.
static const float weights[3][4] = {
    {256 * 219 * .0722f / 255, 256 * 219 * .7152f / 255, 256 * 219 * .2126f / 255,
     256 * 16 / 255.f},
    {256 * 224 * .5f / 255, 256 * 224 * -.385428f / 255, 256 * 224 * -.114572f / 255,
     256 * 128 / 255.f},
    {256 * 224 * -.045847f / 255, 256 * 224 * -.454153f / 255, 256 * 224 * .5f / 255,
     256 * 128 / 255.f},
};

// The sum of w x h pixels at x, y.
static void add_up(const uint8_t *pixels, int stride, int x, int y, int w, int h, unsigned sum[4])
{
    for (int c = 0; c < 4; c++)
        sum[c] = 0;
    for (int j = 0; j < h; j++) {
        const uint8_t *p = pixels + (ptrdiff_t)(y + j) * stride + (ptrdiff_t)x * 4;

        for (int i = 0; i < w; i++, p += 4)
            for (int c = 0; c < 4; c++)
                sum[c] += p[c];
    }
}

static bool row_is_clear(const uint8_t *pixels, int stride, int y, int h, int width)
{
    for (int j = 0; j < h; j++) {
        const uint8_t *p = pixels + (ptrdiff_t)(y + j) * stride;

        for (int x = 0; x < width; x++)
            if (p[x * 4 + 3])
                return false;
    }
    return true;
}

static void fill(struct plane *plane, const uint8_t *pixels, int stride, int component, int w,
                 int h)
{
    size_t n = (size_t)plane->width * (size_t)plane->height;
    const float *parts = weights[component];

    plane->value = mem_resize(NULL, n, sizeof(*plane->value));
    plane->keep = mem_resize(NULL, n, sizeof(*plane->keep));
    plane->used = mem_resize(NULL, (size_t)plane->height, sizeof(*plane->used));
    for (int y = 0; y < plane->height; y++) {
        plane->used[y] = !row_is_clear(pixels, stride, y * h, h, plane->width * w);
        for (int x = 0; plane->used[y] && x < plane->width; x++) {
            size_t at = (size_t)y * (size_t)plane->width + (size_t)x;
            unsigned sum[4];
            float value;

            add_up(pixels, stride, x * w, y * h, w, h, sum);
            value = ((float)sum[0] * parts[0] + (float)sum[1] * parts[1] +
                     (float)sum[2] * parts[2] + (float)sum[3] * parts[3]) /
                    (float)(w * h);
            plane->value[at] = (uint16_t)(value > 0 ? value + .5f : 0);
            plane->keep[at] = (uint16_t)(256 - (sum[3] * 256 / (unsigned)(w * h) + 127) / 255);
        }
    }
}

struct overlay *overlay_new(cairo_surface_t *surface, int format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    struct overlay *o = mem_new(sizeof(*o));
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);

    cairo_surface_flush(surface);
    o->depth = d->comp[0].depth;
    for (int i = 0; i < 3; i++) {
        int w = i ? 1 << d->log2_chroma_w : 1, h = i ? 1 << d->log2_chroma_h : 1;

        o->planes[i].width = width / w;
        o->planes[i].height = height / h;
        fill(&o->planes[i], cairo_image_surface_get_data(surface),
             cairo_image_surface_get_stride(surface), i, w, h);
    }
    return o;
}

void overlay_free(struct overlay *o)
{
    if (!o)
        return;
    for (int i = 0; i < 3; i++) {
        mem_free(o->planes[i].value);
        mem_free(o->planes[i].keep);
        mem_free(o->planes[i].used);
    }
    mem_free(o);
}

// part counts to 256, so that all is done in whole numbers.
static void blend_row8(uint8_t *to, const uint16_t *value, const uint16_t *keep, int width,
                       unsigned part)
{
    for (int x = 0; x < width; x++) {
        unsigned k = 256 - (((256u - keep[x]) * part) >> 8);

        to[x] = (uint8_t)((to[x] * k + ((value[x] * part) >> 8) + 128) >> 8);
    }
}

static void blend_row16(uint16_t *to, const uint16_t *value, const uint16_t *keep, int width,
                        unsigned part, int more_bits)
{
    for (int x = 0; x < width; x++) {
        unsigned k = 256 - (((256u - keep[x]) * part) >> 8);

        to[x] = (uint16_t)((to[x] * k + (((value[x] * part) >> 8) << more_bits) + 128) >> 8);
    }
}

void overlay_blend(const struct overlay *o, AVFrame *frame, double part)
{
    unsigned whole = (unsigned)lround(fmin(fmax(part, 0), 1) * 256);

    for (int i = 0; i < 3; i++) {
        const struct plane *p = &o->planes[i];

        for (int y = 0; y < p->height; y++) {
            size_t at = (size_t)y * (size_t)p->width;
            uint8_t *row = frame->data[i] + (ptrdiff_t)y * frame->linesize[i];

            if (!p->used[y])
                continue;
            if (o->depth > 8)
                blend_row16((void *)row, p->value + at, p->keep + at, p->width, whole,
                            o->depth - 8);
            else
                blend_row8(row, p->value + at, p->keep + at, p->width, whole);
        }
    }
}
