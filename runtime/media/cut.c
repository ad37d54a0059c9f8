// SPDX-License-Identifier: MIT
#include "runtime/media/ops.h"

#include <stdio.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/blend.h"
#include "runtime/media/encode.h"
#include "runtime/media/fades.h"
#include "runtime/media/ink.h"
#include "runtime/media/lookout.h"
#include "runtime/media/look.h"
#include "runtime/media/media.h"
#include "runtime/media/picture.h"
#include "runtime/media/pixels.h"
#include "runtime/media/titles.h"
#include "runtime/media/untouched.h"

// One shot on its way to one file.
struct cut {
    const struct media_job *job;
    struct picture *picture;
    struct look *look;
    struct titles *titles;
    struct lookout *lookout;
    struct encoder *encoder;
    struct AVFrame *canvas; // the frame that titles and fades are laid on
    struct rate rate;
    int64_t frames, first, last; // of the shot; and which of them are ours
    struct fades fades;
};

static bool read_range(struct cut *c, struct err *err)
{
    const json_t *params = c->job->params;

    c->frames = json_get_integer(params, "frames", 0);
    c->first = json_get_integer(params, "skip", 0);
    c->last = c->frames - 1 - json_get_integer(params, "drop", 0);
    if (c->frames < 1)
        return err_set(err, ERR_FILM, "a shot of %lld frames: it needs at least one",
                       (long long)c->frames);
    if (c->first > c->last)
        return err_set(
            err, ERR_FILM,
            "the transitions around this shot take all of its %lld frames: make it longer, or "
            "them shorter",
            (long long)c->frames);
    return fades_read(&c->fades, params, c->rate, err);
}

static bool open_cut(struct cut *c, struct err *err)
{
    const json_t *params = c->job->params, *settings = json_object_get(params, "encode");
    const struct media_input *picture = media_input(c->job, "picture"),
                             *lut = media_input(c->job, "lut");
    const char *path = media_output_path(c->job, "cut");
    int width, height, format = encoder_format(settings, err);

    if (format < 0 || !params_pixels(params, true, &width, &height, err))
        return false;
    if (!picture || !path)
        return err_set(err, ERR_BUG, "a cut without a picture");
    if (!look_new(&c->look, json_object_get(params, "look"), lut ? lut->path : NULL, err))
        return false;
    c->picture = picture_open(picture, params, c->look, width, height, format, c->rate, err);
    if (!c->picture ||
        !titles_new(&c->titles, params, width, height, format, c->rate, c->frames, c->job, err))
        return false;
    c->lookout = lookout_new(c->rate);
    c->canvas = pixels_new_yuv(width, height, format);
    c->encoder = encoder_open(path, settings ? settings : json_null(), width, height, c->rate, err);
    return c->canvas && c->encoder;
}

// How much of the picture is seen at frame n between the fades, and over which colour.
static double seen(const struct cut *c, int64_t n, struct ink *colour)
{
    return fades_seen(&c->fades, n, c->frames - n, colour);
}

static const AVFrame *compose(struct cut *c, const AVFrame *frame, int64_t n)
{
    struct ink colour;
    double part = seen(c, n, &colour);

    if (!c->titles && part >= 1 && !look_has_grain(c->look))
        return frame;
    if (!av_frame_is_writable(c->canvas))
        av_frame_make_writable(c->canvas);
    av_frame_copy(c->canvas, frame);
    if (look_has_grain(c->look))
        look_grain(c->look, c->canvas, n);
    if (c->titles)
        titles_draw(c->titles, c->canvas, n);
    if (part < 1)
        blend_tint(c->canvas, colour, part);
    return c->canvas;
}

static enum asked asked_at(const struct cut *c, int64_t n)
{
    bool draft = json_get_flag(json_object_get(c->job->params, "slate"), "draft", false);
    enum asked asked = lookout_asked(c->picture, media_input(c->job, "picture"), draft);
    struct ink colour;

    return seen(c, n, &colour) < 1 ? asked | ASKED_BLACK : asked;
}

static bool add_frame(struct cut *c, int64_t n, struct err *err)
{
    const AVFrame *frame = picture_frame(c->picture, n, err);

    if (!frame)
        return false;
    frame = compose(c, frame, n);
    return lookout_see(c->lookout, frame, asked_at(c, n), err) &&
           encoder_add(c->encoder, frame, err);
}

static bool make_cut(struct cut *c, struct err *err)
{
    int64_t total = c->last - c->first + 1;

    for (int64_t n = c->first; n <= c->last; n++) {
        if (atomic_load(c->job->cancelled))
            return err_set(err, ERR_CANCELLED, "stopped");
        if (!add_frame(c, n, err))
            return false;
        if (c->job->progress && (n - c->first) % 12 == 0)
            c->job->progress(c->job->user, (double)(n - c->first), (double)total);
    }
    return encoder_finish(c->encoder, err);
}

// A fade is its shot's alone, and that of the transition beside it: what is left of a longer one is
// seen as a jump.
static void note_fade(const struct cut *c, const struct fade *fade, int64_t beyond, const char *of)
{
    double jumps = fade->frames - (double)(c->frames + beyond);
    char text[160];

    if (jumps < 1 || !c->job->note)
        return;
    snprintf(text, sizeof(text),
             "the fade of %.2f s is %.2f s longer than the film's %s shot, and breaks off there: "
             "make it shorter, or the shot longer",
             fade->frames * c->rate.den / c->rate.num, jumps * c->rate.den / c->rate.num, of);
    c->job->note(c->job->user, text);
}

static void tell(const struct cut *c)
{
    char note[PACE_NOTE_BYTES];

    lookout_tell(c->lookout, c->job);
    note_fade(c, &c->fades.in, c->frames - 1 - c->last, "first");
    note_fade(c, &c->fades.out, c->first, "last");
    if (c->job->note && picture_note(c->picture, note))
        c->job->note(c->job->user, note);
}

bool cut_run(const struct media_job *job, struct err *err)
{
    struct cut c = {.job = job};
    bool copied = false;
    bool ok = params_rate(job->params, &c.rate, err) && read_range(&c, err) &&
              untouched_cut(job, c.rate, c.first, c.last, &copied, err);

    ok = ok && (copied || (open_cut(&c, err) && make_cut(&c, err)));
    if (ok && !copied)
        tell(&c);
    encoder_free(c.encoder);
    lookout_free(c.lookout);
    titles_free(c.titles);
    picture_close(c.picture);
    look_free(c.look);
    av_frame_free(&c.canvas);
    return ok;
}
