// SPDX-License-Identifier: MIT
#include "runtime/media/blend.h"

#include <math.h>
#include <stdint.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"

// Weights count to this.
enum { WHOLE = 4096 };

// A plane's width and height in samples, and whether they take two bytes.
struct grid {
    int width, height, deep;
};

static struct grid grid_of(const AVFrame *frame, int plane)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    return (struct grid){plane ? AV_CEIL_RSHIFT(frame->width, d->log2_chroma_w) : frame->width,
                         plane ? AV_CEIL_RSHIFT(frame->height, d->log2_chroma_h) : frame->height,
                         d->comp[0].depth > 8};
}

static void *row_of(const AVFrame *frame, int plane, int y)
{
    return frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];
}

// weight[x] of WHOLE is b's.
static void sum_row(void *to, const void *a, const void *b, const unsigned *weight, struct grid g)
{
    if (g.deep) {
        uint16_t *t = to;
        const uint16_t *p = a, *q = b;

        for (int x = 0; x < g.width; x++)
            t[x] = (uint16_t)((p[x] * (WHOLE - weight[x]) + q[x] * weight[x] + WHOLE / 2) / WHOLE);
    } else {
        uint8_t *t = to;
        const uint8_t *p = a, *q = b;

        for (int x = 0; x < g.width; x++)
            t[x] = (uint8_t)((p[x] * (WHOLE - weight[x]) + q[x] * weight[x] + WHOLE / 2) / WHOLE);
    }
}

static void sum(AVFrame *to, const AVFrame *a, const AVFrame *b, int plane, const unsigned *weight)
{
    struct grid g = grid_of(to, plane);

    for (int y = 0; y < g.height; y++)
        sum_row(row_of(to, plane, y), row_of(a, plane, y), row_of(b, plane, y), weight, g);
}

void blend_two(AVFrame *to, const AVFrame *a, const AVFrame *b, unsigned i, unsigned of)
{
    unsigned *weight = mem_resize(NULL, (size_t)to->width, sizeof(*weight));

    for (int x = 0; x < to->width; x++)
        weight[x] = (i * WHOLE + of / 2) / of;
    for (int plane = 0; plane < 3; plane++)
        sum(to, a, b, plane, weight);
    mem_free(weight);
}

void blend_wipe(AVFrame *to, const AVFrame *a, const AVFrame *b, double part)
{
    unsigned *weight = mem_resize(NULL, (size_t)to->width, sizeof(*weight));
    const double soft = .12;

    for (int plane = 0; plane < 3; plane++) {
        int width = grid_of(to, plane).width;

        for (int x = 0; x < width; x++) {
            double t = (part * (1 + soft) - (x + .5) / width) / soft;

            t = fmin(1, fmax(0, t));
            weight[x] = (unsigned)lround(t * t * (3 - 2 * t) * WHOLE);
        }
        sum(to, a, b, plane, weight);
    }
    mem_free(weight);
}

// The sample of colour in plane, in the limited range of BT.709.
static double sample(struct ink c, int plane)
{
    double luma = .2126 * c.r + .7152 * c.g + .0722 * c.b;

    if (plane == 0)
        return 16 + 219 * luma;
    return 128 + 224 * (plane == 1 ? (c.b - luma) / 1.8556 : (c.r - luma) / 1.5748);
}

void blend_tint(AVFrame *frame, struct ink colour, double part)
{
    unsigned keep = (unsigned)lround(fmin(1, fmax(0, part)) * WHOLE);
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    for (int plane = 0; plane < 3; plane++) {
        struct grid g = grid_of(frame, plane);
        unsigned add = (unsigned)lround(sample(colour, plane) * (1 << (d->comp[0].depth - 8)) *
                                        (WHOLE - keep));

        add += WHOLE / 2;
        for (int y = 0; y < g.height; y++) {
            uint8_t *row = row_of(frame, plane, y);
            uint16_t *deep = row_of(frame, plane, y);

            for (int x = 0; x < g.width && g.deep; x++)
                deep[x] = (uint16_t)((deep[x] * keep + add) / WHOLE);
            for (int x = 0; x < g.width && !g.deep; x++)
                row[x] = (uint8_t)((row[x] * keep + add) / WHOLE);
        }
    }
}
