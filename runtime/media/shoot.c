// SPDX-License-Identifier: MIT
// The draft's clips: a still under a move, with faces that speak and blink; clips passed on.
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <libavutil/frame.h>
#include <libavutil/pixfmt.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/acting.h"
#include "runtime/media/blend.h"
#include "runtime/media/board.h"
#include "runtime/media/encode.h"
#include "runtime/media/media.h"
#include "runtime/media/bars.h"
#include "runtime/media/picture.h"
#include "runtime/media/pixels.h"

// A clip being made: a handle, the shot, a handle.
struct shoot {
    const struct media_job *job;
    struct picture *picture, *last; // last: the still that it ends on, or NULL
    struct board board;
    struct acting *acting;
    struct speaker speakers[STAGE_MOST];
    struct bars *bars[STAGE_MOST];
    size_t n_speakers;
    struct encoder *encoder;
    AVFrame *canvas;
    struct rate rate;
    int64_t frames, handle; // of the whole clip; of each handle
    int width, height;
};

static bool read_length(struct shoot *s, struct err *err)
{
    const json_t *params = s->job->params;
    double seconds = json_get_number(params, "seconds", 0);

    if (!params_pixels(params, true, &s->width, &s->height, err) ||
        !params_rate(params, &s->rate, err))
        return false;
    s->frames = rate_frames(s->rate, seconds);
    s->handle = rate_frames(s->rate, json_get_number(params, "handles", 0));
    if (s->frames < 1)
        return err_set(err, ERR_FILM, "a clip of %.3f seconds: it needs at least one frame",
                       seconds);
    if (2 * s->handle >= s->frames)
        s->handle = 0;
    return true;
}

// What the picture is shown by: a clip as it is, a still under its move. A shot that nobody gave a
// move is not dead: something in it was to move.
static json_t *picture_params(const struct shoot *s, bool still)
{
    const json_t *params = s->job->params;
    const char *move = json_get_text(params, "move", NULL);

    if (!move)
        move = json_get_text(params, "prompt", "");
    if (still)
        return json_pack("{s:s, s:s, s:I}", "from", "still", "move", move, "frames",
                         (json_int_t)(s->frames - 2 * s->handle));
    return json_pack("{s:s, s:f, s:I}", "from", "clip", "handles", rate_seconds(s->rate, s->handle),
                     "frames", (json_int_t)(s->frames - 2 * s->handle));
}

static struct picture *open_picture(struct shoot *s, const struct media_input *input, bool still,
                                    struct err *err)
{
    json_t *params = picture_params(s, still);
    struct picture *p =
        picture_open(input, params, NULL, s->width, s->height, AV_PIX_FMT_YUV420P, s->rate, err);

    json_decref(params);
    return p;
}

static bool open_shoot(struct shoot *s, struct err *err)
{
    const struct media_input *image = media_input(s->job, "image"),
                             *video = media_input(s->job, "video");
    const struct media_input *last = media_input(s->job, "last");
    const char *path = media_output_path(s->job, "video");

    if (!read_length(s, err))
        return false;
    if ((!image && !video) || !path)
        return err_set(err, ERR_BUG, "a clip of nothing: it needs an image or a video");
    s->picture = open_picture(s, video ? video : image, !video, err);
    if (s->picture && last)
        s->last = open_picture(s, last, true, err);
    if (!s->picture || (last && !s->last))
        return false;
    board_init(&s->board, json_object_get(s->job->params, "board"), NULL);
    s->canvas = pixels_new_yuv(s->width, s->height, AV_PIX_FMT_YUV420P);
    s->encoder = encoder_open(path, NULL, s->width, s->height, s->rate, err);
    return s->canvas && s->encoder;
}

static void close_shoot(struct shoot *s)
{
    acting_free(s->acting);
    for (size_t i = 0; i < s->n_speakers; i++) {
        bars_free(s->bars[i]);
        mouth_release(&s->speakers[i].mouth);
    }
    board_release(&s->board);
    encoder_free(s->encoder);
    picture_close(s->picture);
    picture_close(s->last);
    av_frame_free(&s->canvas);
}

// In a clip with a last picture the first gives way to it in the middle of the shot.
static double turn_to_last(const struct shoot *s, int64_t i)
{
    double t = ((double)i / (double)s->frames - .25) / .5;

    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return t * t * (3 - 2 * t);
}

static const AVFrame *draw_frame(struct shoot *s, int64_t i, struct err *err)
{
    const AVFrame *frame;
    int box[4];

    if (s->acting && acting_paint(s->acting, i, box))
        picture_touch(s->picture, box);
    frame = picture_frame(s->picture, i - s->handle, err);
    if (!frame || (!s->last && !s->bars[0]))
        return frame;
    if (!av_frame_is_writable(s->canvas))
        av_frame_make_writable(s->canvas);
    av_frame_copy(s->canvas, frame);
    if (s->last) {
        const AVFrame *to = picture_frame(s->last, i - s->handle, err);

        if (!to)
            return NULL;
        blend_two(s->canvas, frame, to, (unsigned)lround(turn_to_last(s, i) * 1000), 1000);
    }
    for (size_t k = 0; k < s->n_speakers && s->bars[k]; k++)
        bars_draw(s->bars[k], s->canvas, i);
    return s->canvas;
}

static bool make_clip(struct shoot *s, struct err *err)
{
    for (int64_t i = 0; i < s->frames; i++) {
        const AVFrame *frame;

        if (atomic_load(s->job->cancelled))
            return err_set(err, ERR_CANCELLED, "stopped");
        frame = draw_frame(s, i, err);
        if (!frame || !encoder_add(s->encoder, frame, err))
            return false;
        if (s->job->progress && i % 12 == 0)
            s->job->progress(s->job->user, (double)i, (double)s->frames);
    }
    return encoder_finish(s->encoder, err);
}

static void start_acting(struct shoot *s)
{
    struct _cairo_surface *still = picture_still(s->picture);

    if (still && s->board.n)
        s->acting = acting_new(still, &s->board, s->speakers, s->n_speakers, s->rate);
}

bool animate_run(const struct media_job *job, struct err *err)
{
    struct shoot s = {.job = job};
    bool ok = open_shoot(&s, err);

    if (ok) {
        start_acting(&s);
        ok = make_clip(&s, err);
    }
    close_shoot(&s);
    return ok;
}

static bool read_speakers(struct shoot *s, struct err *err)
{
    const json_t *list = json_object_get(s->job->params, "speakers"), *one;
    size_t i;

    json_array_foreach(list, i, one) {
        struct speaker *speaker = &s->speakers[i];
        const struct media_input *track = media_input_nth(s->job, "track", i);
        const json_t *region = json_object_get(one, "region");

        if (i >= STAGE_MOST)
            break;
        if (!track)
            return err_set(err, ERR_BUG, "lipsync: speaker %zu has no track", i);
        speaker->who = json_get_text(one, "who", "");
        for (size_t k = 0; k < 4; k++)
            speaker->region[k] = json_number_value(json_array_get(region, k));
        s->n_speakers = i + 1;
        if (!mouth_read(&speaker->mouth, track->path, s->rate, err))
            return false;
    }
    return true;
}

bool lipsync_run(const struct media_job *job, struct err *err)
{
    struct shoot s = {.job = job};
    bool ok = open_shoot(&s, err) && read_speakers(&s, err);

    if (ok) {
        start_acting(&s);
        for (size_t i = 0; !s.acting && i < s.n_speakers; i++)
            s.bars[i] = bars_new(&s.speakers[i], i, s.n_speakers, s.canvas);
        ok = make_clip(&s, err);
    }
    close_shoot(&s);
    return ok;
}
