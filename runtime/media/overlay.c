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
#include "runtime/media/fit.h"

// One plane of the overlay: premultiplied samples, and how much of the frame stays, both of 16
// bits.
struct plane {
    int width, height;
    int shift_x, shift_y; // of a frame's pixels to its samples
    uint16_t *value, *keep;
};

struct overlay {
    struct plane planes[3];
    int x, y; // of its corner on the surface; even
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

// The part of a surface that is not clear, its corner and size even; nothing: {0}.
static struct box inked(cairo_surface_t *surface)
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface),
        stride = cairo_image_surface_get_stride(surface);
    const uint8_t *pixels = cairo_image_surface_get_data(surface);
    int left = width, right = 0, top = height, bottom = 0;

    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            if (pixels[(ptrdiff_t)y * stride + (ptrdiff_t)x * 4 + 3]) {
                left = x < left ? x : left;
                right = x + 1 > right ? x + 1 : right;
                top = y < top ? y : top;
                bottom = y + 1;
            }
    left &= ~1;
    top &= ~1;
    if (right <= left)
        return (struct box){0};
    // A last odd row or column has no chroma of its own.
    return (struct box){left, top, ((right + 1 < width ? right + 1 : width) - left) & ~1,
                        ((bottom + 1 < height ? bottom + 1 : height) - top) & ~1};
}

static void fill(struct plane *plane, const uint8_t *pixels, int stride, int component)
{
    size_t n = (size_t)plane->width * (size_t)plane->height;
    const float *parts = weights[component];
    int w = 1 << plane->shift_x, h = 1 << plane->shift_y;

    plane->value = mem_resize(NULL, n, sizeof(*plane->value));
    plane->keep = mem_resize(NULL, n, sizeof(*plane->keep));
    for (int y = 0; y < plane->height; y++)
        for (int x = 0; x < plane->width; x++) {
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

struct overlay *overlay_new(cairo_surface_t *surface, int format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)format);
    struct overlay *o = mem_new(sizeof(*o));
    int stride = cairo_image_surface_get_stride(surface);
    struct box box;

    cairo_surface_flush(surface);
    box = inked(surface);
    o->depth = d->comp[0].depth;
    o->x = box.x;
    o->y = box.y;
    for (int i = 0; i < 3 && box.w && box.h; i++) {
        struct plane *p = &o->planes[i];

        p->shift_x = i ? d->log2_chroma_w : 0;
        p->shift_y = i ? d->log2_chroma_h : 0;
        p->width = box.w >> p->shift_x;
        p->height = box.h >> p->shift_y;
        fill(p,
             cairo_image_surface_get_data(surface) + (ptrdiff_t)box.y * stride +
                 (ptrdiff_t)box.x * 4,
             stride, i);
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

// Blends plane i, whose corner is to be at x, y of frame's pixels, where frame has samples.
static void blend_plane(const struct plane *p, AVFrame *frame, int i, int x, int y, unsigned part,
                        int depth)
{
    int wide = frame->width >> p->shift_x, high = frame->height >> p->shift_y;
    int from, to, left = x >> p->shift_x, top = y >> p->shift_y;

    from = left < 0 ? -left : 0;
    to = left + p->width > wide ? wide - left : p->width;
    for (int row = top < 0 ? -top : 0; row < p->height && top + row < high && from < to; row++) {
        size_t at = (size_t)row * (size_t)p->width + (size_t)from;
        uint8_t *out = frame->data[i] + (ptrdiff_t)(top + row) * frame->linesize[i];

        if (depth > 8)
            blend_row16((uint16_t *)(void *)out + left + from, p->value + at, p->keep + at,
                        to - from, part, depth - 8);
        else
            blend_row8(out + left + from, p->value + at, p->keep + at, to - from, part);
    }
}

void overlay_blend(const struct overlay *o, AVFrame *frame, int x, int y, double part)
{
    unsigned whole = (unsigned)lround(fmin(fmax(part, 0), 1) * 256);

    for (int i = 0; i < 3 && whole; i++)
        if (o->planes[i].width)
            blend_plane(&o->planes[i], frame, i, x + o->x, y + o->y, whole, o->depth);
}
