// SPDX-License-Identifier: MIT
// Small pictures and clips for people, and the pages of the storyboard.
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/clip.h"
#include "runtime/media/encode.h"
#include "runtime/media/fit.h"
#include "runtime/media/media.h"
#include "runtime/media/panel.h"
#include "runtime/media/params.h"
#include "runtime/media/pixels.h"
#include "runtime/media/still.h"

static bool page(const struct media_job *job, cairo_surface_t *frame, int width, int height,
                 const char *path, struct err *err)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    bool ok;

    panel_draw(surface, frame, json_object_get(job->params, "board"),
               json_object_get(job->params, "panel"));
    ok = still_write(surface, path, err);
    cairo_surface_destroy(surface);
    return ok;
}

static bool small_still(cairo_surface_t *from, int width, int height, const char *path,
                        struct err *err)
{
    double w = cairo_image_surface_get_width(from), h = cairo_image_surface_get_height(from);
    double scale = fmin(1, fmin(width / w, height / h));
    cairo_surface_t *to = NULL;
    AVFrame *frame = pixels_of_surface(from);
    bool ok;

    to = pixels_to_surface(frame, (int)fmax(1, round(w * scale)), (int)fmax(1, round(h * scale)),
                           err);
    ok = to && still_write(to, path, err);
    av_frame_free(&frame);
    cairo_surface_destroy(to);
    return ok;
}

// Fifteen seconds say what a clip is; more is asked for.
static const double default_seconds = 15;

static bool small_clip(const struct media_job *job, const struct media_input *of, int width,
                       int height, const char *path, struct err *err)
{
    json_t *settings =
        json_pack("{s:s, s:s, s:i}", "codec", "h264", "preset", "veryfast", "crf", 27);
    struct clip *clip = clip_open(of->path, err);
    struct encoder *encoder = NULL;
    struct fit fit = {0};
    AVFrame *out = pixels_new_yuv(width, height, AV_PIX_FMT_YUV420P);
    struct rate rate;
    double seconds = fmin(json_get_number(of->facts, "seconds", 0),
                          json_get_number(job->params, "seconds", default_seconds));
    bool ok = clip && params_rate(of->facts, &rate, err) &&
              fit_init(&fit, job->params, clip_width(clip), clip_height(clip), clip_pixel(clip),
                       width, height, err);
    int64_t frames = ok ? rate_frames(rate, seconds) : 0;

    if (ok)
        encoder = encoder_open(path, settings, width, height, rate, err);
    ok = ok && encoder;
    for (int64_t n = 0; ok && n < (frames > 0 ? frames : 1); n++) {
        bool held;
        const AVFrame *frame = clip_frame(clip, ((double)n + .5) * rate.den / rate.num, &held, err);

        if (atomic_load(job->cancelled))
            ok = err_set(err, ERR_CANCELLED, "stopped");
        if (!av_frame_is_writable(out))
            av_frame_make_writable(out);
        ok = ok && frame && fit_draw(&fit, frame, out, err) && encoder_add(encoder, out, err);
    }
    ok = ok && encoder_finish(encoder, err);
    encoder_free(encoder);
    clip_close(clip);
    fit_release(&fit);
    av_frame_free(&out);
    json_decref(settings);
    return ok;
}

bool proxy_run(const struct media_job *job, struct err *err)
{
    const struct media_input *of = media_input(job, "of");
    const char *path = media_output_path(job, "proxy");
    const char *type = of ? json_get_text(of->facts, "type", "image") : "";
    bool video = strcmp(type, "video") == 0;
    cairo_surface_t *still;
    int width, height;
    bool ok;

    if (!of || !path)
        return err_set(err, ERR_BUG, "a proxy of nothing");
    if (!params_pixels(job->params, video, &width, &height, err))
        return false;
    if (video)
        return small_clip(job, of, width, height, path, err);
    still = still_read(of->path, err);
    if (!still)
        return false;
    ok = json_object_get(job->params, "panel") ? page(job, still, width, height, path, err)
                                               : small_still(still, width, height, path, err);
    cairo_surface_destroy(still);
    return ok;
}
