// SPDX-License-Identifier: MIT
#include "runtime/media/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/clip.h"
#include "runtime/media/exposure.h"
#include "runtime/media/fit.h"
#include "runtime/media/lav.h"
#include "runtime/media/look.h"
#include "runtime/media/media.h"
#include "runtime/media/move.h"
#include "runtime/media/pixels.h"
#include "runtime/media/still.h"

// A frame that is to begin where the footage ends may be stamped a little earlier.
static const double end_slack_seconds = 0.001;

struct picture {
    struct clip *clip; // NULL: a still
    struct pace pace;
    struct exposure *exposure; // NULL: a frame shows one of the clip's
    struct fit fit;

    cairo_surface_t *still; // fitted, as large as the move needs
    cairo_surface_t *seen;  // what the move shows of it, at the film's size
    struct AVFrame *deep;   // a frame of the clip on its way through a look of 16 bits
    struct move move;
    double seconds; // of the shot
    int64_t frames;

    struct scaler to_film, part;
    struct AVFrame *out;
    bool drawn;         // out holds the only frame there is,
    struct box touched; // but for what was painted here since
    struct rate rate;
    const struct look *look;
    bool held;
};

static bool is_still(const json_t *params)
{
    return strcmp(json_get_text(params, "from", "still"), "still") == 0;
}

// The still, fitted, as large as its move needs it.
static bool open_still(struct picture *p, const char *path, const json_t *params, struct err *err)
{
    double scale = move_enlarges(&p->move);
    int w = (int)lround(p->out->width * scale), h = (int)lround(p->out->height * scale);
    cairo_surface_t *whole = still_read(path, err);
    AVFrame *from, *to;
    bool ok;

    if (!whole)
        return false;
    from = pixels_of_surface(whole);
    p->still = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    p->seen = cairo_image_surface_create(CAIRO_FORMAT_RGB24, p->out->width, p->out->height);
    to = pixels_of_surface(p->still);
    ok = fit_init(&p->fit, params, from->width, from->height, 1, w, h, err) &&
         fit_draw(&p->fit, from, to, err);
    cairo_surface_mark_dirty(p->still);
    if (ok && look_has_colour(p->look))
        look_colour(p->look, p->still);
    av_frame_free(&from);
    av_frame_free(&to);
    cairo_surface_destroy(whole);
    return ok;
}

// The clip once more, with a frame made for each of the shot's.
static bool open_smooth(struct picture *p, const char *path, struct err *err)
{
    char rate[64];

    snprintf(rate, sizeof(rate), "%lld/%lld", p->rate.num * 100000LL,
             llround(p->rate.den * 100000 * p->pace.speed));
    clip_close(p->clip);
    p->clip = clip_open_smooth(path, rate, err);
    return p->clip;
}

// What a film's frame shows of a clip of another rate: the frame in its middle, all that are on
// screen by how long they are, or one made by how things move.
static bool go_between(struct picture *p, const char *path, const json_t *params, struct err *err)
{
    const char *name = json_get_text(params, "between", "nearest");
    bool motion = strcmp(name, "motion") == 0, blend = strcmp(name, "blend") == 0;

    if (!motion && !blend && strcmp(name, "nearest") != 0)
        return err_set(
            err, ERR_FILM,
            "nothing called \"%s\" goes between frames: nearest, blend and motion are known", name);
    if (p->pace.speed == 1 && clip_has_rate(p->clip, p->rate.num, p->rate.den))
        return true;
    if (blend)
        p->exposure = exposure_new(p->out);
    return !motion || open_smooth(p, path, err);
}

// By its frames, which were counted: a container may only tell how long its sound is.
static double clip_lasts(const struct picture *p, const struct media_input *input)
{
    double counted = json_get_number(input->facts, "seconds", 0);

    return counted > 0 ? counted : clip_seconds(p->clip);
}

static bool open_clip(struct picture *p, const struct media_input *input, const json_t *params,
                      struct err *err)
{
    p->clip = clip_open(input->path, err);
    if (!p->clip)
        return false;
    p->pace = pace_of(params, clip_lasts(p, input), p->seconds);
    return go_between(p, input->path, params, err) &&
           fit_init(&p->fit, params, clip_width(p->clip), clip_height(p->clip), clip_pixel(p->clip),
                    p->out->width, p->out->height, err);
}

struct picture *picture_open(const struct media_input *input, const json_t *params,
                             const struct look *look, int width, int height, int format,
                             struct rate rate, struct err *err)
{
    struct picture *p = mem_new(sizeof(*p));
    const char *move = json_get_text(params, "move", NULL);

    lav_quiet();
    p->rate = rate;
    p->look = look;
    p->frames = json_get_integer(params, "frames", 1);
    p->seconds = rate_seconds(rate, p->frames);
    p->move = move_of(move, params_hash(move ? move : "") + (uint32_t)p->frames);
    p->out = pixels_new_yuv(width, height, format);
    if (!p->out)
        err_set(err, ERR_FINAL, "no room for a frame of %dx%d", width, height);
    else if (is_still(params) ? open_still(p, input->path, params, err)
                              : open_clip(p, input, params, err))
        return p;
    picture_close(p);
    return NULL;
}

void picture_close(struct picture *p)
{
    if (!p)
        return;
    clip_close(p->clip);
    exposure_free(p->exposure);
    fit_release(&p->fit);
    cairo_surface_destroy(p->still);
    cairo_surface_destroy(p->seen);
    scaler_release(&p->to_film);
    scaler_release(&p->part);
    av_frame_free(&p->deep);
    av_frame_free(&p->out);
    mem_free(p);
}

// Shows view of the still: bilinear, which at these sizes is as smooth as it is quick.
static void look_through(struct picture *p, struct view view)
{
    int w = p->out->width, h = p->out->height;
    double across = cairo_image_surface_get_width(p->still);
    double down = cairo_image_surface_get_height(p->still);
    cairo_t *cr = cairo_create(p->seen);

    cairo_scale(cr, w / (view.part * across), h / (view.part * down));
    cairo_translate(cr, -(view.x - view.part / 2) * across, -(view.y - view.part / 2) * down);
    cairo_set_source_surface(cr, p->still, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_BILINEAR);
    cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);
    cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);
    cairo_paint(cr);
    cairo_destroy(cr);
}

// Only what was painted: a mouth is a hundredth of a frame. Chroma's grid wants even corners.
static bool convert_box(struct picture *p, const AVFrame *from, struct err *err)
{
    struct box b = p->touched;
    int right = (b.x + b.w + 1) & ~1, foot = (b.y + b.h + 1) & ~1;
    AVFrame *source, *target;
    bool ok;

    b.x &= ~1;
    b.y &= ~1;
    b.w = (right > from->width ? from->width : right) - b.x;
    b.h = (foot > from->height ? from->height : foot) - b.y;
    source = fit_window(from, b);
    target = fit_window(p->out, b);
    ok = scaler_run_inside(&p->part, source, target, false, err);
    av_frame_free(&source);
    av_frame_free(&target);
    return ok;
}

static const AVFrame *still_frame(struct picture *p, int64_t n, struct err *err)
{
    bool steady = move_is_static(&p->move);
    double part = p->frames > 1 ? (double)n / (double)(p->frames - 1) : 0;
    AVFrame *from;
    bool ok;

    if (steady && p->drawn && !p->touched.w)
        return p->out;
    if (!steady)
        look_through(p, move_view(&p->move, part, p->seconds));
    from = pixels_of_surface(steady ? p->still : p->seen);
    if (!av_frame_is_writable(p->out)) // an encoder still holds the last one
        av_frame_make_writable(p->out);
    if (steady && p->drawn)
        ok = convert_box(p, from, err);
    else
        ok = scaler_run(&p->to_film, from, p->out, false, err);
    av_frame_free(&from);
    p->drawn = true;
    p->touched = (struct box){0};
    return ok ? p->out : NULL;
}

static bool is_of_the_film(const AVFrame *a, const AVFrame *b)
{
    return a->width == b->width && a->height == b->height && a->format == b->format &&
           a->color_range == b->color_range && a->colorspace == b->colorspace;
}

// As below, where 8 bits would lose levels that the clip has or the film asks for.
static const AVFrame *coloured_deep(struct picture *p, const AVFrame *frame, struct err *err)
{
    bool ok;

    if (!p->deep)
        p->deep = pixels_new_deep(p->out->width, p->out->height);
    if (!p->deep) {
        err_set(err, ERR_FINAL, "no room for a frame of %dx%d", p->out->width, p->out->height);
        return NULL;
    }
    ok = fit_draw(&p->fit, frame, p->deep, err);
    if (ok)
        look_colour_deep(p->look, p->deep);
    ok = ok && scaler_run(&p->to_film, p->deep, p->out, false, err);
    return ok ? p->out : NULL;
}

// By way of RGB, where a look is at home.
static const AVFrame *coloured(struct picture *p, const AVFrame *frame, struct err *err)
{
    AVFrame *rgb;
    bool ok;

    if (!p->seen)
        p->seen = cairo_image_surface_create(CAIRO_FORMAT_RGB24, p->out->width, p->out->height);
    rgb = pixels_of_surface(p->seen);
    ok = fit_draw(&p->fit, frame, rgb, err);
    cairo_surface_mark_dirty(p->seen);
    if (ok)
        look_colour(p->look, p->seen);
    ok = ok && scaler_run(&p->to_film, rgb, p->out, false, err);
    av_frame_free(&rgb);
    return ok ? p->out : NULL;
}

// A frame of the clip as one of the film.
static const AVFrame *adapted(struct picture *p, const AVFrame *frame, struct err *err)
{
    if (!frame || (is_of_the_film(frame, p->out) && !look_has_colour(p->look)))
        return frame;
    if (!av_frame_is_writable(p->out))
        av_frame_make_writable(p->out);
    if (look_has_colour(p->look))
        return pixels_are_deep(frame) || pixels_are_deep(p->out) ? coloured_deep(p, frame, err)
                                                                 : coloured(p, frame, err);
    return fit_draw(&p->fit, frame, p->out, err) ? p->out : NULL;
}

// Whether what may be seen of the clip is over by then.
static bool is_over(const struct picture *p, double seconds)
{
    return seconds >= p->pace.end_seconds;
}

static const AVFrame *frame_at(struct picture *p, double seconds, struct err *err)
{
    bool over = is_over(p, seconds), held = false;
    double at = over ? p->pace.end_seconds - end_slack_seconds : seconds;
    const AVFrame *frame = adapted(p, clip_frame(p->clip, at, &held, err), err);

    p->held |= held || over;
    return frame;
}

// All that is on screen from one instant to another.
static const AVFrame *exposed(struct picture *p, double from, double to, struct err *err)
{
    double at = from;

    exposure_begin(p->exposure);
    do {
        const AVFrame *frame = frame_at(p, at, err);
        double until = is_over(p, at) ? to : fmin(to, clip_until(p->clip));

        if (!frame || (at == from && until == to))
            return frame;
        exposure_add(p->exposure, frame, (until - at) / (to - from));
        at = until;
    } while (at < to);
    if (!av_frame_is_writable(p->out))
        av_frame_make_writable(p->out);
    exposure_end(p->exposure, p->out);
    return p->out;
}

// The instant in the clip at which the shot has had so many frames. In one division: what is exact
// in film time is exact here, or the frame before would be shown.
static double instant(const struct picture *p, double frames)
{
    return p->pace.start_seconds + frames * p->pace.speed * p->rate.den / p->rate.num;
}

static const AVFrame *clip_frame_of(struct picture *p, int64_t n, struct err *err)
{
    if (p->exposure)
        return exposed(p, instant(p, (double)n), instant(p, (double)(n + 1)), err);
    return frame_at(p, instant(p, (double)n + .5), err);
}

const AVFrame *picture_frame(struct picture *p, int64_t n, struct err *err)
{
    return p->clip ? clip_frame_of(p, n, err) : still_frame(p, n, err);
}

bool picture_held(const struct picture *p)
{
    return p->held;
}

bool picture_note(const struct picture *p, char note[PACE_NOTE_BYTES])
{
    return p->clip && pace_tell(&p->pace, p->held, note);
}

cairo_surface_t *picture_still(struct picture *p)
{
    return p->still;
}

void picture_touch(struct picture *p, const int box[4])
{
    cairo_surface_flush(p->still);
    p->touched = p->touched.w ? box_around(p->touched, (struct box){box[0], box[1], box[2], box[3]})
                              : (struct box){box[0], box[1], box[2], box[3]};
}

bool picture_is_steady(const struct picture *p)
{
    return !p->clip && move_is_static(&p->move);
}
