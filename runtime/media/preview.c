// SPDX-License-Identifier: MIT
#include "runtime/media/preview.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <libavcodec/packet.h>
#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/jpeg.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"
#include "runtime/media/playback.h"
#include "runtime/media/poster.h"
#include "runtime/media/still.h"

// The frame that stands for the film: of a film without a word about it the one in its middle.
static const AVFrame *chosen(struct preview *p, struct err *err)
{
    int64_t middle = playback_frames(p->playback) / 2;

    return playback_frame(p->playback, poster_frame(p->job, p->rate, middle), err);
}

static bool jpeg_write(struct preview *p, struct err *err)
{
    const AVFrame *frame = chosen(p, err);
    AVPacket *jpeg = frame ? jpeg_encode(frame, err) : NULL;
    bool ok = jpeg && file_put(p->path, jpeg->data, (size_t)jpeg->size, err);

    av_packet_free(&jpeg);
    return ok;
}

static bool png_write(struct preview *p, struct err *err)
{
    const AVFrame *frame = chosen(p, err);
    cairo_surface_t *surface =
        frame ? pixels_to_surface(frame, frame->width, frame->height, err) : NULL;
    bool ok = surface && still_write(surface, p->path, err);

    cairo_surface_destroy(surface);
    return ok;
}

static const struct form {
    const char *format;
    bool (*write)(struct preview *p, struct err *err);
} forms[] = {
    {"gif", gif_write},
    {"jpg", jpeg_write},
    {"png", png_write},
    {"webp", webp_write},
};

static const struct form *find_form(const json_t *params)
{
    const char *format = json_get_text(json_object_get(params, "container"), "format", "mp4");

    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (strcmp(forms[i].format, format) == 0)
            return &forms[i];
    return NULL;
}

bool preview_is_asked(const json_t *params)
{
    return find_form(params);
}

static AVFrame *new_rgb(int width, int height)
{
    AVFrame *frame = av_frame_alloc();

    frame->width = width;
    frame->height = height;
    frame->format = AV_PIX_FMT_RGB32;
    frame->color_range = AVCOL_RANGE_JPEG;
    frame->colorspace = AVCOL_SPC_RGB;
    frame->sample_aspect_ratio = (AVRational){1, 1};
    if (av_frame_get_buffer(frame, 0) < 0)
        av_frame_free(&frame);
    return frame;
}

AVFrame *preview_frame(struct preview *p, int64_t k, struct err *err)
{
    int64_t n = rate_frames(p->rate, rate_seconds(p->shown, k));
    const AVFrame *frame = playback_frame(p->playback, n, err);

    if (atomic_load(p->job->cancelled)) {
        err_set(err, ERR_CANCELLED, "stopped");
        return NULL;
    }
    if (!frame)
        return NULL;
    // Encoders and filters may hold the last one still.
    av_frame_free(&p->rgb);
    p->rgb = new_rgb(frame->width, frame->height);
    if (!p->rgb) {
        err_set(err, ERR_BUG, "no room for a picture");
        return NULL;
    }
    if (!scaler_run(&p->scaler, frame, p->rgb, false, err))
        return NULL;
    p->rgb->pts = k;
    if (p->job->progress)
        p->job->progress(p->job->user, (double)k, (double)p->frames);
    return p->rgb;
}

static bool open_preview(struct preview *p, struct err *err)
{
    const json_t *params = p->job->params, *asked = json_object_get(params, "preview");
    double seconds;

    if (!params_rate(params, &p->rate, err))
        return false;
    p->shown = p->rate;
    if (json_object_get(asked, "fps") && !params_rate(asked, &p->shown, err))
        return false;
    p->playback = playback_new(p->job, p->rate, err);
    if (!p->playback)
        return false;
    seconds = rate_seconds(p->rate, playback_frames(p->playback));
    seconds = fmin(seconds, json_get_number(asked, "seconds", seconds));
    p->frames = rate_frames(p->shown, seconds);
    p->frames = p->frames > 0 ? p->frames : 1;
    return true;
}

bool preview_run(const struct media_job *job, struct err *err)
{
    struct preview p = {.job = job, .path = media_output_path(job, "film")};
    bool ok;

    lav_quiet();
    ok = open_preview(&p, err) && find_form(job->params)->write(&p, err);
    playback_free(p.playback);
    scaler_release(&p.scaler);
    av_frame_free(&p.rgb);
    return ok;
}
