// SPDX-License-Identifier: MIT
#include "runtime/media/exposure.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <libavutil/common.h>
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/mem.h"

enum { WHOLE = 1 << 14, MOST_PLANES = 3 }; // 16 bits of a sample fit above it

struct exposure {
    uint32_t *light; // of all planes, one after the other
    size_t n;
    uint32_t weight; // added so far, of WHOLE
};

static int plane_width(const AVFrame *frame, int plane)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    return plane ? AV_CEIL_RSHIFT(frame->width, d->log2_chroma_w) : frame->width;
}

static int plane_height(const AVFrame *frame, int plane)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    return plane ? AV_CEIL_RSHIFT(frame->height, d->log2_chroma_h) : frame->height;
}

static bool is_deep(const AVFrame *frame)
{
    return av_pix_fmt_desc_get((enum AVPixelFormat)frame->format)->comp[0].depth > 8;
}

struct exposure *exposure_new(const AVFrame *like)
{
    struct exposure *e = mem_new(sizeof(*e));

    for (int plane = 0; plane < MOST_PLANES; plane++)
        e->n += (size_t)plane_width(like, plane) * (size_t)plane_height(like, plane);
    e->light = mem_new(e->n * sizeof(*e->light));
    return e;
}

void exposure_free(struct exposure *e)
{
    if (e)
        mem_free(e->light);
    mem_free(e);
}

void exposure_begin(struct exposure *e)
{
    memset(e->light, 0, e->n * sizeof(*e->light));
    e->weight = 0;
}

void exposure_add(struct exposure *e, const AVFrame *frame, double part)
{
    uint32_t weight = (uint32_t)lround(part * WHOLE), *light = e->light;
    bool deep = is_deep(frame);

    e->weight += weight;
    for (int plane = 0; plane < MOST_PLANES; plane++) {
        int w = plane_width(frame, plane), h = plane_height(frame, plane);

        for (int y = 0; y < h; y++, light += w) {
            const void *at = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];
            const uint8_t *row = at;
            const uint16_t *deep_row = at;

            for (int x = 0; x < w; x++)
                light[x] += weight * (deep ? deep_row[x] : row[x]);
        }
    }
}

void exposure_end(struct exposure *e, AVFrame *to)
{
    const uint32_t *light = e->light;
    uint32_t weight = e->weight ? e->weight : 1;
    bool deep = is_deep(to);

    for (int plane = 0; plane < MOST_PLANES; plane++) {
        int w = plane_width(to, plane), h = plane_height(to, plane);

        for (int y = 0; y < h; y++, light += w) {
            void *at = to->data[plane] + (ptrdiff_t)y * to->linesize[plane];
            uint8_t *row = at;
            uint16_t *deep_row = at;

            for (int x = 0; x < w; x++)
                if (deep)
                    deep_row[x] = (uint16_t)((light[x] + weight / 2) / weight);
                else
                    row[x] = (uint8_t)((light[x] + weight / 2) / weight);
        }
    }
}
