// SPDX-License-Identifier: MIT
#include "runtime/media/watch.h"

#include <stdint.h>
#include <stdlib.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/findings.h"

// Black is at most a tenth of the way up to white, everywhere, as ffmpeg's blackdetect has it.
// Frozen is what differs less than a codec does between two pictures of one still: on the average,
// and in no place by more.
enum { SMALL_PX = 160, BLACK_MOST = 25, FROZEN_MOST = 12 };
static const double frozen_most_mean = 0.5; // of 255: -54 dB

// A pixel of the small picture is the mean of so many samples by so many of its block: cheaper than
// a scaler, which would look at all of them.
enum { SIDE = 3 };

struct watch {
    struct SwsContext *scaler;
    int width, height, stride;                // of the small pictures
    uint8_t *now, *still;                     // this one; the first of those that look alike
    int from_width, columns[SMALL_PX * SIDE]; // of a frame so wide, where samples are taken
    bool any_still;
};

// The brightness of a frame, where it lies in a plane of its own.
struct luma {
    const uint8_t *rows;
    int stride, bytes, down; // bytes a sample; bits by which those of two are shifted to eight
    bool full;               // from 0 to 255, not from 16 to 235
};

struct watch *watch_new(void)
{
    return mem_new(sizeof(struct watch));
}

void watch_free(struct watch *w)
{
    if (!w)
        return;
    sws_freeContext(w->scaler);
    mem_free(w->now);
    mem_free(w->still);
    mem_free(w);
}

// Small pictures keep the shape, and a large one is never made of a small one.
static void size_small(struct watch *w, const AVFrame *frame)
{
    int width = frame->width < SMALL_PX ? frame->width : SMALL_PX;
    int height = (int)((int64_t)frame->height * width / frame->width);

    height = height < 1 ? 1 : height;
    if (w->now && w->width == width && w->height == height)
        return;
    w->width = width;
    w->height = height;
    w->stride = (width + 63) / 64 * 64;
    w->now = mem_resize(w->now, (size_t)w->stride * (size_t)height, 1);
    w->still = mem_resize(w->still, (size_t)w->stride * (size_t)height, 1);
    w->any_still = false;
}

static bool is_full_range(const AVFrame *frame)
{
    switch (frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
        return true;
    default:
        return frame->color_range == AVCOL_RANGE_JPEG;
    }
}

static bool find_luma(const AVFrame *frame, struct luma *l)
{
    const unsigned other = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                           AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT;
    const AVPixFmtDescriptor *form = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);

    if (!form || form->flags & other || form->comp[0].plane != 0 || form->comp[0].offset != 0 ||
        form->comp[0].depth < 8 || form->comp[0].step != (form->comp[0].depth > 8 ? 2 : 1))
        return false;
    *l = (struct luma){.rows = frame->data[0],
                       .stride = frame->linesize[0],
                       .bytes = form->comp[0].step,
                       .down = form->comp[0].shift + form->comp[0].depth - 8,
                       .full = is_full_range(frame)};
    return true;
}

// Where sample i of n lies among so many pixels.
static int place_sample(int i, int n, int pixels)
{
    return (int)((2 * (int64_t)i + 1) * pixels / (2 * (int64_t)n));
}

static void place_columns(struct watch *w, int width)
{
    int n = w->width * SIDE;

    for (int i = 0; i < n && w->from_width != width; i++)
        w->columns[i] = place_sample(i, n, width);
    w->from_width = width;
}

static unsigned sum_bytes(const uint8_t *row, const int *at)
{
    unsigned sum = 0;

    for (int i = 0; i < SIDE; i++)
        sum += row[at[i]];
    return sum;
}

static unsigned sum_words(const uint8_t *row, const int *at, int down)
{
    unsigned sum = 0;

    for (int i = 0; i < SIDE; i++)
        sum += (unsigned)(row[2 * at[i]] | row[2 * at[i] + 1] << 8) >> down;
    return sum;
}

static uint8_t stretch_range(unsigned y)
{
    if (y <= 16)
        return 0;
    return y >= 235 ? 255 : (uint8_t)((y - 16) * 255 / 219);
}

// Of one row of blocks.
static void shrink_row(struct watch *w, const struct luma *l, const uint8_t *const rows[SIDE],
                       uint8_t *to)
{
    for (int x = 0; x < w->width; x++) {
        const int *at = &w->columns[x * SIDE];
        unsigned sum = 0;

        for (int k = 0; k < SIDE; k++)
            sum += l->bytes == 1 ? sum_bytes(rows[k], at) : sum_words(rows[k], at, l->down);
        sum /= SIDE * SIDE;
        to[x] = l->full ? (uint8_t)sum : stretch_range(sum);
    }
}

static void shrink_luma(struct watch *w, const AVFrame *frame, const struct luma *l)
{
    const uint8_t *rows[SIDE];

    place_columns(w, frame->width);
    for (int y = 0; y < w->height; y++) {
        for (int k = 0; k < SIDE; k++)
            rows[k] = l->rows + (ptrdiff_t)l->stride *
                                    place_sample(y * SIDE + k, w->height * SIDE, frame->height);
        shrink_row(w, l, rows, w->now + y * w->stride);
    }
}

// Grey comes out of swscale over the full range, whatever the range of the frame.
static bool shrink(struct watch *w, const AVFrame *frame, struct err *err)
{
    struct luma luma;

    size_small(w, frame);
    if (find_luma(frame, &luma)) {
        shrink_luma(w, frame, &luma);
        return true;
    }
    w->scaler = sws_getCachedContext(w->scaler, frame->width, frame->height,
                                     (enum AVPixelFormat)frame->format, w->width, w->height,
                                     AV_PIX_FMT_GRAY8, SWS_AREA, NULL, NULL, NULL);
    if (!w->scaler)
        return err_set(err, ERR_FINAL, "its pictures have a form that libswscale does not read");
    sws_scale(w->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
              (uint8_t *[]){w->now}, (int[]){w->stride});
    return true;
}

static bool is_black(const struct watch *w)
{
    for (int y = 0; y < w->height; y++)
        for (int x = 0; x < w->width; x++)
            if (w->now[y * w->stride + x] > BLACK_MOST)
                return false;
    return true;
}

static bool looks_alike(const struct watch *w)
{
    int64_t sum = 0, most = (int64_t)(frozen_most_mean * w->width * w->height);

    for (int y = 0; w->any_still && y < w->height; y++)
        for (int x = 0; x < w->width; x++) {
            int by = abs(w->now[y * w->stride + x] - w->still[y * w->stride + x]);

            sum += by;
            if (by > FROZEN_MOST || sum > most)
                return false;
        }
    return w->any_still;
}

bool watch_see(struct watch *w, const AVFrame *frame, enum glance *seen, struct err *err)
{
    uint8_t *last;

    if (!shrink(w, frame, err))
        return false;
    *seen = is_black(w) ? GLANCE_BLACK : looks_alike(w) ? GLANCE_STILL : GLANCE_NEW;
    if (*seen == GLANCE_STILL)
        return true;
    w->any_still = *seen == GLANCE_NEW;
    last = w->still;
    w->still = w->now;
    w->now = last;
    return true;
}

void watch_tell_black(struct findings *findings, double start, double end)
{
    findings_add_at(findings, "black", SEVERITY_WARNING, start, end,
                    "the picture is black for %.2f s", end - start);
}

void watch_tell_frozen(struct findings *findings, double start, double end)
{
    findings_add_at(findings, "frozen", SEVERITY_WARNING, start, end,
                    "the picture stands still for %.2f s", end - start);
}
