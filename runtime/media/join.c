// SPDX-License-Identifier: MIT
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <libavutil/frame.h>

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

// One of the two shots that meet.
struct side {
    const struct media_input *input;
    bool draft;
    struct picture *picture;
    struct look *look;
    struct titles *titles;
    struct AVFrame *frame;
    int64_t from, frames; // of the shot: on the join's first frame; in all
};

struct join {
    const struct media_job *job;
    struct side a, b;
    struct titles *over; // what goes on while the picture changes; NULL: nothing
    struct lookout *lookout;
    struct encoder *encoder;
    struct AVFrame *out;
    struct ink colour;
    struct fades fades; // of the film, where they reach into it
    int64_t frames;
};

// How frame i (from 1) of n is made of both.
struct transition {
    const char *name;
    bool apart; // through a colour: a is seen in its first half alone, b in the second
    void (*blend)(struct join *j, int64_t i);
};

static void dissolve(struct join *j, int64_t i)
{
    blend_two(j->out, j->a.frame, j->b.frame, (unsigned)i, (unsigned)j->frames + 1);
}

// Through a colour: a goes out in the first half, b comes in the second.
static void fade(struct join *j, int64_t i)
{
    int64_t half = j->frames / 2;
    double part = i <= half ? 1 - (double)i / (double)(half + 1)
                            : (double)(i - half) / (double)(j->frames - half + 1);

    av_frame_copy(j->out, i <= half ? j->a.frame : j->b.frame);
    blend_tint(j->out, j->colour, part);
}

static void wipe(struct join *j, int64_t i)
{
    double t = (double)i / (double)(j->frames + 1);

    blend_wipe(j->out, j->a.frame, j->b.frame, t * t * (3 - 2 * t));
}

static const struct transition transitions[] = {
    {"dissolve", false, dissolve},
    {"fade", true, fade},
    {"wipe", false, wipe},
};

static const struct transition *find_transition(const json_t *params, struct err *err)
{
    const char *name = json_get_text(params, "kind", "dissolve");

    for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++)
        if (strcmp(transitions[i].name, name) == 0)
            return &transitions[i];
    err_set(err, ERR_FILM, "no transition \"%s\": dissolve, fade and wipe are known", name);
    return NULL;
}

// What the two shots say for themselves, and how the deliverable fits them.
static json_t *side_params(const struct join *j, const char *name)
{
    json_t *params = json_copy(json_object_get(j->job->params, name));
    const char *shared[] = {"fit", "focus", "slate"};

    for (size_t i = 0; params && i < sizeof(shared) / sizeof(*shared); i++) {
        json_t *value = json_object_get(j->job->params, shared[i]);

        if (value && !json_object_get(params, shared[i]))
            json_object_set(params, shared[i], value);
    }
    return params;
}

static bool open_side(struct side *s, const struct join *j, const char *name, struct rate rate,
                      int format, struct err *err)
{
    const struct media_input *input = media_input(j->job, name);
    const struct media_input *lut = media_input(j->job, strcmp(name, "a") == 0 ? "lut-a" : "lut-b");
    json_t *params = side_params(j, name);
    int width = j->out->width, height = j->out->height;
    bool ok;

    if (!input || !params) {
        json_decref(params);
        return err_set(err, ERR_BUG, "a join without its side %s", name);
    }
    if (look_new(&s->look, json_object_get(params, "look"), lut ? lut->path : NULL, err))
        s->picture = picture_open(input, params, s->look, width, height, format, rate, err);
    s->frame = pixels_new_yuv(width, height, format);
    s->frames = json_get_integer(params, "frames", 1);
    ok = s->picture && s->frame &&
         titles_new(&s->titles, params, width, height, format, rate, s->frames, j->job, err);
    s->input = input;
    s->draft = json_get_flag(json_object_get(params, "slate"), "draft", false);
    json_decref(params);
    return ok;
}

static void close_side(struct side *s)
{
    picture_close(s->picture);
    look_free(s->look);
    titles_free(s->titles);
    av_frame_free(&s->frame);
}

static bool open_join(struct join *j, struct err *err)
{
    const json_t *params = j->job->params, *settings = json_object_get(params, "encode");
    const char *path = media_output_path(j->job, "cut");
    struct rate rate;
    int width, height, format = encoder_format(settings, err);

    if (format < 0 || !params_pixels(params, true, &width, &height, err) ||
        !params_rate(params, &rate, err))
        return false;
    j->frames = json_get_integer(params, "frames", 0);
    if (j->frames < 1 || !path)
        return err_set(err, ERR_FILM, "a transition of %lld frames: it needs at least two",
                       (long long)j->frames);
    if (!ink_read(json_get_text(params, "color", "black"), &j->colour))
        return err_set(err, ERR_FILM, "no colour \"%s\": black, white or #rrggbb would be",
                       json_get_text(params, "color", ""));
    if (!fades_read(&j->fades, params, rate, err))
        return false;
    j->out = pixels_new_yuv(width, height, format);
    if (!j->out || !open_side(&j->a, j, "a", rate, format, err) ||
        !open_side(&j->b, j, "b", rate, format, err) ||
        !titles_new(&j->over, json_object_get(params, "over"), width, height, format, rate,
                    j->frames, j->job, err))
        return false;
    j->a.from = j->a.frames - j->frames / 2;
    j->b.from = -(j->frames / 2);
    j->lookout = lookout_new(rate);
    j->encoder = encoder_open(path, settings ? settings : json_null(), width, height, rate, err);
    return j->encoder;
}

static bool draw_side(struct side *s, int64_t i, struct err *err)
{
    const AVFrame *frame = picture_frame(s->picture, s->from + i, err);

    if (!frame)
        return false;
    if (!av_frame_is_writable(s->frame))
        av_frame_make_writable(s->frame);
    av_frame_copy(s->frame, frame);
    if (look_has_grain(s->look))
        look_grain(s->look, s->frame, s->from + i);
    if (s->titles)
        titles_draw(s->titles, s->frame, s->from + i);
    return true;
}

// How much is seen of frame i: shot a may be the film's first, and b its last.
static double seen(const struct join *j, int64_t i, struct ink *colour)
{
    return fades_seen(&j->fades, j->a.from + i, j->b.frames - (j->b.from + i), colour);
}

// What a transition shows never stands still for long; of the two shots the one counts that is in
// front.
static enum asked asked_at(const struct join *j, const struct transition *transition, int64_t i)
{
    const struct side *s = i < j->frames / 2 ? &j->a : &j->b;
    struct ink colour;

    if (transition->apart || seen(j, i, &colour) < 1)
        return ASKED_BLACK | ASKED_STILL;
    return lookout_asked(s->picture, s->input, s->draft) | ASKED_STILL;
}

// The sides that are seen on a frame: what nobody sees is not asked for, nor told as held.
static bool draw_sides(struct join *j, const struct transition *transition, int64_t i,
                       struct err *err)
{
    bool first = i < j->frames / 2;
    bool a = first || !transition->apart, b = !first || !transition->apart;

    return (!a || draw_side(&j->a, i, err)) && (!b || draw_side(&j->b, i, err));
}

static bool make_join(struct join *j, const struct transition *transition, struct err *err)
{
    for (int64_t i = 0; i < j->frames; i++) {
        struct ink colour;
        double part = seen(j, i, &colour);

        if (atomic_load(j->job->cancelled))
            return err_set(err, ERR_CANCELLED, "stopped");
        if (!draw_sides(j, transition, i, err))
            return false;
        if (!av_frame_is_writable(j->out))
            av_frame_make_writable(j->out);
        transition->blend(j, i + 1);
        if (j->over)
            titles_draw(j->over, j->out, i);
        if (part < 1)
            blend_tint(j->out, colour, part);
        if (!lookout_see(j->lookout, j->out, asked_at(j, transition, i), err) ||
            !encoder_add(j->encoder, j->out, err))
            return false;
    }
    return encoder_finish(j->encoder, err);
}

static void note_held(const struct join *j)
{
    bool a = picture_held(j->a.picture), b = picture_held(j->b.picture);

    if (j->job->note && (a || b))
        j->job->note(j->job->user,
                     a && b ? "neither clip reaches through the transition: edge frames are held"
                     : a    ? "the clip before the transition ends in it: its last frame is held"
                         : "the clip after the transition begins in it: its first frame is held");
}

bool join_run(const struct media_job *job, struct err *err)
{
    struct join j = {.job = job};
    const struct transition *transition = find_transition(job->params, err);
    bool ok = transition && open_join(&j, err) && make_join(&j, transition, err);

    if (ok) {
        lookout_tell(j.lookout, job);
        note_held(&j);
    }
    encoder_free(j.encoder);
    lookout_free(j.lookout);
    close_side(&j.a);
    close_side(&j.b);
    titles_free(j.over);
    av_frame_free(&j.out);
    return ok;
}
