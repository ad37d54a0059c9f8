// SPDX-License-Identifier: MIT
#include "runtime/media/fit.h"

#include <math.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "base/json.h"

static int even(double v)
{
    return (int)lround(v / 2) * 2;
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

// Two, where there are so many.
static int least(int pixels)
{
    return pixels < 2 ? pixels : 2;
}

// The largest part of width x height that has the frame's shape, around the focus.
static struct box crop(int width, int height, double pixel, int to_width, int to_height,
                       const double focus[2])
{
    double scale = fmax(to_width / (width * pixel), (double)to_height / height);
    int w = clamp(even(to_width / scale / pixel), least(width), width);
    int h = clamp(even(to_height / scale), least(height), height);
    int x = clamp((int)lround(width * focus[0] - w / 2.), 0, width - w);
    int y = clamp((int)lround(height * focus[1] - h / 2.), 0, height - h);

    return (struct box){x & ~1, y & ~1, w, h};
}

// Where all of width x height goes in the frame.
static struct box inside(double width, int height, int to_width, int to_height)
{
    double scale = fmin(to_width / width, (double)to_height / height);
    int w = clamp(even(width * scale), 2, to_width), h = clamp(even(height * scale), 2, to_height);

    return (struct box){even((to_width - w) / 2.), even((to_height - h) / 2.), w, h};
}

bool fit_init(struct fit *f, const json_t *params, int width, int height, double pixel,
              int to_width, int to_height, struct err *err)
{
    const char *name = json_get_text(params, "fit", "pad");
    const json_t *point = json_object_get(params, "focus");
    double focus[2] = {.5, .5};
    struct box all = {0, 0, width, height}, whole = {0, 0, to_width, to_height};

    for (size_t i = 0; i < 2; i++)
        if (json_is_number(json_array_get(point, i)))
            focus[i] = json_number_value(json_array_get(point, i));
    *f = (struct fit){
        .from = all, .to = inside(width * pixel, height, to_width, to_height), .pixel = pixel};
    if (strcmp(name, "crop") == 0) {
        f->from = crop(width, height, pixel, to_width, to_height, focus);
        f->to = whole;
    } else if (strcmp(name, "blur") == 0) {
        f->blur = true;
    } else if (strcmp(name, "pad") != 0) {
        return err_set(err, ERR_FILM, "no fit \"%s\": pad, crop and blur are known", name);
    }
    if (f->to.w >= to_width - 2 && f->to.h >= to_height - 2) { // a sliver is no bar
        f->to = whole;
        f->blur = false;
    }
    return true;
}

void fit_release(struct fit *f)
{
    scaler_release(&f->scaler);
    scaler_release(&f->soft_in);
    scaler_release(&f->soft_out);
    av_frame_free(&f->softened);
}

struct box box_around(struct box a, struct box b)
{
    int x = a.x < b.x ? a.x : b.x, y = a.y < b.y ? a.y : b.y;
    int right = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w;
    int foot = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;

    return (struct box){x, y, right - x, foot - y};
}

// Chroma begins where its grid allows.
AVFrame *fit_window(const AVFrame *frame, struct box box)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)frame->format);
    AVFrame *part = av_frame_alloc();

    part->format = frame->format;
    part->width = box.w;
    part->height = box.h;
    part->color_range = frame->color_range;
    part->colorspace = frame->colorspace;
    part->chroma_location = frame->chroma_location;
    for (int i = 0; i < d->nb_components; i++) {
        int plane = d->comp[i].plane;
        bool chroma = !(d->flags & AV_PIX_FMT_FLAG_RGB) && (i == 1 || i == 2);
        ptrdiff_t x = chroma ? box.x >> d->log2_chroma_w : box.x;
        ptrdiff_t y = chroma ? box.y >> d->log2_chroma_h : box.y;

        if (part->data[plane])
            continue;
        part->linesize[plane] = frame->linesize[plane];
        part->data[plane] = frame->data[plane] + y * frame->linesize[plane] + x * d->comp[i].step;
    }
    return part;
}

static void blacken(AVFrame *frame)
{
    ptrdiff_t stride[4] = {frame->linesize[0], frame->linesize[1], frame->linesize[2],
                           frame->linesize[3]};

    av_image_fill_black(frame->data, stride, (enum AVPixelFormat)frame->format, frame->color_range,
                        frame->width, frame->height);
}

// At half its light, so that nobody takes it for the picture; its colours fade with it.
static void darken(AVFrame *frame)
{
    static const int black[] = {16, 128, 128};

    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < frame->height; y++) {
            uint8_t *row = frame->data[plane] + (ptrdiff_t)y * frame->linesize[plane];

            for (int x = 0; x < frame->width; x++)
                row[x] = (uint8_t)((row[x] + black[plane]) / 2);
        }
}

// Out of focus: made very small and large again.
static bool draw_soft(struct fit *f, const AVFrame *from, AVFrame *to, struct err *err)
{
    const double middle[2] = {.5, .5};
    int w = even(to->width / 40.) + 4, h = even(to->height / 40.) + 4;
    AVFrame *part =
        fit_window(from, crop(from->width, from->height, f->pixel, to->width, to->height, middle));
    bool ok;

    if (!f->softened)
        f->softened = pixels_new_yuv(w, h, AV_PIX_FMT_YUV444P);
    ok = scaler_run(&f->soft_in, part, f->softened, true, err);
    if (ok)
        darken(f->softened);
    ok = ok && scaler_run(&f->soft_out, f->softened, to, true, err);
    av_frame_free(&part);
    return ok;
}

bool fit_draw(struct fit *f, const AVFrame *from, AVFrame *to, struct err *err)
{
    bool bars = f->to.w < to->width || f->to.h < to->height;
    bool resized = f->from.w != f->to.w || f->from.h != f->to.h;
    AVFrame *source = fit_window(from, f->from), *target = fit_window(to, f->to);
    bool ok = true;

    if (f->blur)
        ok = draw_soft(f, from, to, err);
    else if (bars)
        blacken(to);
    if (ok && bars)
        ok = scaler_run_inside(&f->scaler, source, target, resized, err);
    else if (ok)
        ok = scaler_run(&f->scaler, source, target, resized, err);
    av_frame_free(&source);
    av_frame_free(&target);
    return ok;
}
