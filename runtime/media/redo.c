// SPDX-License-Identifier: MIT
// The draft's changes to what is there: edit, upscale, retouch.
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/clip.h"
#include "runtime/media/easel.h"
#include "runtime/media/encode.h"
#include "runtime/media/fit.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/pixels.h"
#include "runtime/media/set.h"
#include "runtime/media/still.h"
#include "runtime/media/text.h"
#include "runtime/media/words.h"

// What an instruction can do to a drawing: lay a colour over it, in a way that asks for it.
static const struct tint {
    const char *words;
    cairo_operator_t how;
    unsigned hex;
    double alpha;
} tints[] = {
    {"out|dark|darker|night|unlit|off|extinguished|shadow*|evening", CAIRO_OPERATOR_MULTIPLY,
     0x7d8aa6, .60},
    {"bright*|light|lit|morning|sunny|day|noon|sun", CAIRO_OPERATOR_SCREEN, 0x6b5a3a, .75},
    {"sunset|dusk|warm*|golden|fire|autumn|candle*", CAIRO_OPERATOR_OVERLAY, 0xe08a4a, .55},
    {"cold*|winter|blue|moon*|frost*|ice", CAIRO_OPERATOR_OVERLAY, 0x4a78b0, .5},
    {"red|blood|angry|alarm", CAIRO_OPERATOR_OVERLAY, 0xc04038, .5},
    {"green|spring|sick*", CAIRO_OPERATOR_OVERLAY, 0x5a9050, .45},
    {"old|faded|sepia|past|memory", CAIRO_OPERATOR_HSL_COLOR, 0x8a7350, .85},
    {"black and white|monochrome|grey|colourless", CAIRO_OPERATOR_HSL_COLOR, 0x808080, 1},
};

// The lights of a drawing are what stays when everything else gets dark; here they go too.
static void dim_lights(cairo_surface_t *surface)
{
    int w = cairo_image_surface_get_width(surface), h = cairo_image_surface_get_height(surface);

    cairo_surface_flush(surface);
    for (int y = 0; y < h; y++) {
        unsigned char *p = cairo_image_surface_get_data(surface) +
                           (ptrdiff_t)y * cairo_image_surface_get_stride(surface);

        for (int x = 0; x < w * 4; x++) {
            int v = p[x];

            p[x] = (unsigned char)(v < 70 ? v : 70 + (v - 70) * 5 / 100);
        }
    }
    cairo_surface_mark_dirty(surface);
}

static bool lay_tint(cairo_t *cr, cairo_surface_t *surface, const char *instruction)
{
    bool any = false;

    if (words_have(instruction, tints[0].words))
        dim_lights(surface);
    for (size_t i = 0; i < sizeof(tints) / sizeof(*tints); i++) {
        if (!words_have(instruction, tints[i].words))
            continue;
        cairo_set_operator(cr, tints[i].how);
        ink_use(cr, ink_fade(INK(tints[i].hex), tints[i].alpha));
        cairo_paint(cr);
        cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
        any = true;
    }
    return any;
}

// What cannot be drawn is said: a pencilled note in the corner that the mark leaves free.
static void pencil(cairo_t *cr, const char *instruction, int width, int height)
{
    double unit = fmin(width, height) / 100.;
    struct text_style style = {.size_px = 2.1 * unit,
                               .italic = true,
                               .face = TEXT_SERIF,
                               .width_px = width * .42,
                               .lines = 2};
    struct text_size size = text_set(cr, 0, 0, instruction, &style, false);
    double x = 4 * unit, y = height * .5 - size.height / 2;

    ink_use(cr, ink_fade(INK(0x0c0e12), .45));
    cairo_rectangle(cr, x - 1.4 * unit, y - unit, size.width + 2.8 * unit, size.height + 2 * unit);
    cairo_fill(cr);
    ink_use(cr, ink_fade(INK(0xf7f1e2), .9));
    text_set(cr, x, y, instruction, &style, true);
}

static void edit(cairo_surface_t *surface, const char *instruction)
{
    int width = cairo_image_surface_get_width(surface),
        height = cairo_image_surface_get_height(surface);
    cairo_t *cr = cairo_create(surface);
    struct easel e = {.cr = cr,
                      .wide = (double)width / height,
                      .horizon = .5,
                      .words = instruction,
                      .chance = params_hash(instruction) | 1};
    bool any = lay_tint(cr, surface, instruction);
    const char weather[] = "rain*|storm*|snow*|fog*|mist*|haze|lightning|thunder*|drizzle|blizzard";

    if (words_have(instruction, weather) && !words_have(instruction, "no|without|remove*|stop*")) {
        e.p = palette_of(NULL, instruction, false);
        cairo_save(cr);
        cairo_scale(cr, height, height);
        set_weather(&e, false);
        cairo_restore(cr);
        any = true;
    }
    if (!any)
        pencil(cr, instruction, width, height);
    cairo_destroy(cr);
}

// The surface of width x height with all of from on it, as it fits.
static cairo_surface_t *fitted(cairo_surface_t *from, const json_t *params, int width, int height,
                               struct err *err)
{
    cairo_surface_t *to = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    AVFrame *a = pixels_of_surface(from), *b = pixels_of_surface(to);
    struct fit fit = {0};
    bool ok = fit_init(&fit, params, a->width, a->height, 1, width, height, err) &&
              fit_draw(&fit, a, b, err);

    cairo_surface_mark_dirty(to);
    fit_release(&fit);
    av_frame_free(&a);
    av_frame_free(&b);
    if (ok)
        return to;
    cairo_surface_destroy(to);
    return NULL;
}

static cairo_surface_t *read_fitted(const struct media_job *job, const char *path, struct err *err)
{
    cairo_surface_t *from = still_read(path, err), *to = NULL;
    json_t *crop = json_pack("{s:s}", "fit", "crop");
    int width, height;

    if (from && params_pixels(job->params, false, &width, &height, err))
        to = fitted(from, crop, width, height, err);
    cairo_surface_destroy(from);
    json_decref(crop);
    return to;
}

bool edit_run(const struct media_job *job, struct err *err)
{
    const struct media_input *image = media_input(job, "image");
    const char *path = media_output_path(job, "image");
    cairo_surface_t *surface;
    bool ok;

    if (!image || !path)
        return err_set(err, ERR_BUG, "an edit of no image");
    surface = read_fitted(job, image->path, err);
    if (!surface)
        return false;
    edit(surface, json_get_text(job->params, "instruction", ""));
    ok = still_write(surface, path, err);
    cairo_surface_destroy(surface);
    return ok;
}

static bool upscale_still(const struct media_job *job, const char *from, const char *to,
                          struct err *err)
{
    cairo_surface_t *surface = read_fitted(job, from, err);
    bool ok = surface && still_write(surface, to, err);

    cairo_surface_destroy(surface);
    return ok;
}

// Every frame of the clip, in its own rate.
static bool scale_frames(const struct media_job *job, struct clip *clip, const json_t *facts,
                         struct encoder *encoder, AVFrame *out, struct rate rate, struct err *err)
{
    json_int_t frames = json_get_integer(facts, "frames", 0);
    json_t *crop = json_pack("{s:s}", "fit", "crop");
    struct fit fit;
    bool ok = fit_init(&fit, crop, clip_width(clip), clip_height(clip), clip_pixel(clip),
                       out->width, out->height, err);

    for (json_int_t n = 0; ok && n < frames; n++) {
        bool held;
        const AVFrame *frame = clip_frame(clip, ((double)n + .5) * rate.den / rate.num, &held, err);

        if (atomic_load(job->cancelled))
            ok = err_set(err, ERR_CANCELLED, "stopped");
        if (!av_frame_is_writable(out))
            av_frame_make_writable(out);
        ok = ok && frame && fit_draw(&fit, frame, out, err) && encoder_add(encoder, out, err);
    }
    fit_release(&fit);
    json_decref(crop);
    return ok && encoder_finish(encoder, err);
}

static bool upscale_video(const struct media_job *job, const struct media_input *video,
                          const char *path, struct err *err)
{
    struct clip *clip = NULL;
    struct encoder *encoder = NULL;
    AVFrame *out = NULL;
    struct rate rate;
    int width, height;
    bool ok = params_pixels(job->params, true, &width, &height, err) &&
              params_rate(video->facts, &rate, err);

    if (ok)
        clip = clip_open(video->path, err);
    if (clip)
        encoder = encoder_open(path, NULL, width, height, rate, err);
    if (encoder)
        out = pixels_new_yuv(width, height, AV_PIX_FMT_YUV420P);
    ok = out && scale_frames(job, clip, video->facts, encoder, out, rate, err);
    av_frame_free(&out);
    encoder_free(encoder);
    clip_close(clip);
    return ok;
}

bool upscale_run(const struct media_job *job, struct err *err)
{
    const struct media_input *image = media_input(job, "image"), *video = media_input(job, "video");
    const char *still = media_output_path(job, "image"), *clip = media_output_path(job, "video");

    if (image && still)
        return upscale_still(job, image->path, still, err);
    if (video && clip)
        return upscale_video(job, video, clip, err);
    return err_set(err, ERR_BUG, "upscale needs an image or a video");
}

bool retouch_run(const struct media_job *job, struct err *err)
{
    const struct media_input *video = media_input(job, "video");
    const char *path = media_output_path(job, "video");
    struct buf bytes = {0};
    bool ok;

    if (!video || !path)
        return err_set(err, ERR_BUG, "a retouch of no video");
    ok = file_read(video->path, &bytes, (size_t)8 << 30, err) &&
         file_put(path, bytes.ptr, bytes.len, err);
    buf_release(&bytes);
    return ok;
}
