// SPDX-License-Identifier: MIT
#include "runtime/media/pixels.h"

#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "base/err.h"
#include "runtime/media/lav.h"

static bool is_rgb(int format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)format);

    return d && d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
}

static bool is_full_range(const AVFrame *frame)
{
    switch (frame->format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_GRAY8:
    case AV_PIX_FMT_GRAY16:
        return true;
    default:
        return is_rgb(frame->format);
    }
}

void pixels_assume_colour(AVFrame *frame)
{
    bool high = frame->height >= 720;

    if (is_full_range(frame))
        frame->color_range = AVCOL_RANGE_JPEG;
    else if (frame->color_range == AVCOL_RANGE_UNSPECIFIED)
        frame->color_range = AVCOL_RANGE_MPEG;
    if (is_rgb(frame->format))
        frame->colorspace = AVCOL_SPC_RGB;
    else if (frame->colorspace == AVCOL_SPC_UNSPECIFIED || frame->colorspace == AVCOL_SPC_RGB)
        frame->colorspace =
            high && frame->color_range != AVCOL_RANGE_JPEG ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
}

double pixels_shape(const AVRational *ratio)
{
    double shape = ratio->den ? av_q2d(*ratio) : 1;

    return shape >= 1. / 4 && shape <= 4 ? shape : 1;
}

AVFrame *pixels_new_yuv(int width, int height, int format)
{
    AVFrame *frame = av_frame_alloc();

    if (!frame)
        return NULL;
    frame->width = width;
    frame->height = height;
    frame->format = format;
    frame->color_range = AVCOL_RANGE_MPEG;
    frame->colorspace = AVCOL_SPC_BT709;
    frame->color_primaries = AVCOL_PRI_BT709;
    frame->color_trc = AVCOL_TRC_BT709;
    frame->chroma_location = AVCHROMA_LOC_LEFT;
    frame->sample_aspect_ratio = (AVRational){1, 1};
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

AVFrame *pixels_new_deep(int width, int height)
{
    AVFrame *frame = pixels_new_yuv(width, height, AV_PIX_FMT_GBRP16);

    if (frame) {
        frame->color_range = AVCOL_RANGE_JPEG;
        frame->colorspace = AVCOL_SPC_RGB;
    }
    return frame;
}

bool pixels_are_deep(const AVFrame *frame)
{
    return av_pix_fmt_desc_get((enum AVPixelFormat)frame->format)->comp[0].depth > 8;
}

static void describe(const AVFrame *f, int out[6])
{
    out[0] = f->width;
    out[1] = f->height;
    out[2] = f->format;
    out[3] = f->color_range == AVCOL_RANGE_JPEG;
    out[4] = f->colorspace;
    out[5] = f->chroma_location;
}

// swscale deprecated the yuvj names of formats: the range is told separately.
static enum AVPixelFormat plain_format(int format)
{
    switch (format) {
    case AV_PIX_FMT_YUVJ420P:
        return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
        return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ440P:
        return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ444P:
        return AV_PIX_FMT_YUV444P;
    default:
        return (enum AVPixelFormat)format;
    }
}

static const int *matrix_of(int space)
{
    return sws_getCoefficients(space == AVCOL_SPC_RGB ? AVCOL_SPC_BT709 : space);
}

// Ranges are told before it is initialised: between equal sizes and formats it would copy else.
static struct SwsContext *make(const int from[6], const int to[6], int flags)
{
    struct SwsContext *sws = sws_alloc_context();
    const struct {
        const char *name;
        int value;
    } options[] = {
        {"srcw", from[0]},
        {"srch", from[1]},
        {"src_format", plain_format(from[2])},
        {"src_range", from[3]},
        {"dstw", to[0]},
        {"dsth", to[1]},
        {"dst_format", plain_format(to[2])},
        {"dst_range", to[3]},
        {"sws_flags", flags},
    };

    for (size_t i = 0; sws && i < sizeof(options) / sizeof(*options); i++)
        av_opt_set_int(sws, options[i].name, options[i].value, 0);
    if (sws && sws_init_context(sws, NULL, NULL) >= 0)
        return sws;
    sws_freeContext(sws);
    return NULL;
}

static bool fit(struct scaler *s, const int from[6], const int to[6], int flags, struct err *err)
{
    if (s->sws && s->flags == flags && memcmp(s->from, from, sizeof(s->from)) == 0 &&
        memcmp(s->to, to, sizeof(s->to)) == 0)
        return true;
    sws_freeContext(s->sws);
    s->sws = make(from, to, flags);
    if (!s->sws)
        return err_set(err, ERR_FINAL, "cannot convert a picture of %dx%d to %dx%d", from[0],
                       from[1], to[0], to[1]);
    sws_setColorspaceDetails(s->sws, matrix_of(from[4]), from[3], matrix_of(to[4]), to[3], 0,
                             1 << 16, 1 << 16);
    memcpy(s->from, from, sizeof(s->from));
    memcpy(s->to, to, sizeof(s->to));
    s->flags = flags;
    return true;
}

bool scaler_run(struct scaler *s, const AVFrame *from, AVFrame *to, bool smooth, struct err *err)
{
    int a[6], b[6];
    int flags = SWS_ACCURATE_RND | SWS_BITEXACT | (smooth ? SWS_LANCZOS : SWS_BILINEAR);
    int code;

    describe(from, a);
    describe(to, b);
    if (smooth ||
        a[4] != b[4]) // the quick way from one matrix to another is darker by a level or two
        flags |= SWS_FULL_CHR_H_INT;
    if (!fit(s, a, b, flags, err))
        return false;
    code = sws_scale(s->sws, (const uint8_t *const *)from->data, from->linesize, 0, from->height,
                     to->data, to->linesize);
    return code >= 0 || lav_fail(err, code, "converting a picture of %dx%d", a[0], a[1]);
}

static bool make_apart(struct scaler *s, const AVFrame *like)
{
    AVFrame *a = s->apart;

    if (a && a->width == like->width && a->height == like->height && a->format == like->format)
        return true;
    av_frame_free(&s->apart);
    s->apart = pixels_new_yuv(like->width, like->height, like->format);
    if (s->apart) {
        s->apart->color_range = like->color_range;
        s->apart->colorspace = like->colorspace;
        s->apart->chroma_location = like->chroma_location;
    }
    return s->apart;
}

bool scaler_run_inside(struct scaler *s, const AVFrame *from, AVFrame *to, bool smooth,
                       struct err *err)
{
    if (!make_apart(s, to))
        return err_set(err, ERR_FINAL, "no room for a picture of %dx%d", to->width, to->height);
    return scaler_run(s, from, s->apart, smooth, err) && av_frame_copy(to, s->apart) >= 0;
}

void scaler_release(struct scaler *s)
{
    sws_freeContext(s->sws);
    av_frame_free(&s->apart);
    *s = (struct scaler){0};
}

AVFrame *pixels_of_surface(cairo_surface_t *surface)
{
    AVFrame *frame = av_frame_alloc();

    cairo_surface_flush(surface);
    frame->width = cairo_image_surface_get_width(surface);
    frame->height = cairo_image_surface_get_height(surface);
    frame->format = AV_PIX_FMT_BGR0;
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->colorspace = AVCOL_SPC_RGB;
    frame->data[0] = cairo_image_surface_get_data(surface);
    frame->linesize[0] = cairo_image_surface_get_stride(surface);
    return frame;
}

cairo_surface_t *pixels_to_surface(const AVFrame *frame, int width, int height, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    struct scaler scaler = {0};
    AVFrame *from = NULL, *to = NULL;
    bool ok = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;

    if (!ok)
        err_set(err, ERR_FINAL, "no room for a picture of %dx%d", width, height);
    if (ok) {
        from = av_frame_clone(frame);
        pixels_assume_colour(from);
        to = pixels_of_surface(surface);
        ok = scaler_run(&scaler, from, to, true, err);
        cairo_surface_mark_dirty(surface);
    }
    scaler_release(&scaler);
    av_frame_free(&from);
    av_frame_free(&to);
    if (!ok) {
        cairo_surface_destroy(surface);
        return NULL;
    }
    return surface;
}

bool pixels_are_interlaced(const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
    return frame->flags & AV_FRAME_FLAG_INTERLACED;
#else
    return frame->interlaced_frame;
#endif
}
