// SPDX-License-Identifier: MIT
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/blend.h"
#include "runtime/media/encode.h"
#include "runtime/media/ink.h"
#include "runtime/media/look.h"
#include "runtime/media/media.h"
#include "runtime/media/picture.h"
#include "runtime/media/pixels.h"
#include "runtime/media/slate.h"

// One shot on its way to one file.
struct cut {
    const struct media_job *job;
    struct picture *picture;
    struct look *look;
    struct slate *slate;
    struct encoder *encoder;
    struct AVFrame *canvas; // the frame that slate and fades are laid on
    struct rate rate;
    int64_t frames, first, last; // of the shot; and which of them are ours
    double fade_in, fade_out;
};

static bool read_range(struct cut *c, struct err *err)
{
    const json_t *params = c->job->params;
    const json_t *fades = json_object_get(params, "fades");

    c->frames = json_get_integer(params, "frames", 0);
    c->first = json_get_integer(params, "skip", 0);
    c->last = c->frames - 1 - json_get_integer(params, "drop", 0);
    c->fade_in = json_get_number(fades, "in", 0);
    c->fade_out = json_get_number(fades, "out", 0);
    if (c->frames < 1)
        return err_set(err, ERR_FILM, "a shot of %lld frames: it needs at least one",
                       (long long)c->frames);
    if (c->first > c->last)
        return err_set(
            err, ERR_FILM,
            "the transitions around this shot take all of its %lld frames: make it longer, or "
            "them shorter",
            (long long)c->frames);
    return true;
}

static bool open_cut(struct cut *c, struct err *err)
{
    const json_t *params = c->job->params, *settings = json_object_get(params, "encode");
    const struct media_input *picture = media_input(c->job, "picture"),
                             *lut = media_input(c->job, "lut");
    const char *path = media_output_path(c->job, "cut");
    int width, height, format = encoder_format(settings, err);

    if (format < 0 || !params_pixels(params, true, &width, &height, err) ||
        !params_rate(params, &c->rate, err) || !read_range(c, err))
        return false;
    if (!picture || !path)
        return err_set(err, ERR_BUG, "a cut without a picture");
    if (!look_new(&c->look, json_object_get(params, "look"), lut ? lut->path : NULL, err))
        return false;
    c->picture = picture_open(picture->path, params, c->look, width, height, format, c->rate, err);
    if (!c->picture)
        return false;
    c->slate = slate_new(params, width, height, format, c->rate, c->frames);
    c->canvas = pixels_new_yuv(width, height, format);
    c->encoder = encoder_open(path, settings ? settings : json_null(), width, height, c->rate, err);
    return c->canvas && c->encoder;
}

// How much of the picture is seen at frame n, between the fades.
static double seen(const struct cut *c, int64_t n)
{
    double in = c->fade_in * c->rate.num / c->rate.den,
           out = c->fade_out * c->rate.num / c->rate.den;
    double part = 1;

    if (in > 0)
        part = fmin(part, ((double)n + .5) / in);
    if (out > 0)
        part = fmin(part, ((double)(c->frames - n) - .5) / out);
    return part;
}

static const AVFrame *compose(struct cut *c, const AVFrame *frame, int64_t n)
{
    double part = seen(c, n);

    if (!c->slate && part >= 1 && !look_has_grain(c->look))
        return frame;
    if (!av_frame_is_writable(c->canvas))
        av_frame_make_writable(c->canvas);
    av_frame_copy(c->canvas, frame);
    if (look_has_grain(c->look))
        look_grain(c->look, c->canvas, n);
    if (c->slate)
        slate_draw(c->slate, c->canvas, n);
    if (part < 1)
        blend_tint(c->canvas, INK(0x000000), part);
    return c->canvas;
}

static bool make_cut(struct cut *c, struct err *err)
{
    int64_t total = c->last - c->first + 1;

    for (int64_t n = c->first; n <= c->last; n++) {
        const AVFrame *frame;

        if (atomic_load(c->job->cancelled))
            return err_set(err, ERR_CANCELLED, "stopped");
        frame = picture_frame(c->picture, n, err);
        if (!frame || !encoder_add(c->encoder, compose(c, frame, n), err))
            return false;
        if (c->job->progress && (n - c->first) % 12 == 0)
            c->job->progress(c->job->user, (double)(n - c->first), (double)total);
    }
    return encoder_finish(c->encoder, err);
}

bool cut_run(const struct media_job *job, struct err *err)
{
    struct cut c = {.job = job};
    bool ok = open_cut(&c, err) && make_cut(&c, err);

    if (ok && picture_held(c.picture) && job->note)
        job->note(job->user, "the clip ends before the shot does: its last frame is held");
    encoder_free(c.encoder);
    slate_free(c.slate);
    picture_close(c.picture);
    look_free(c.look);
    av_frame_free(&c.canvas);
    return ok;
}
