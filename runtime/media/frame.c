// SPDX-License-Identifier: MIT
// One frame out of a clip, as a still.
#include "runtime/media/ops.h"

#include <math.h>
#include <string.h>

#include <cairo.h>
#include <libavutil/frame.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/clip.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/pixels.h"
#include "runtime/media/still.h"

// The instant in the clip: "first" and "last" are the shot's, between the handles.
static bool find_instant(const struct media_job *job, const struct media_input *clip, double *at,
                         struct err *err)
{
    const json_t *frame = json_object_get(job->params, "frame");
    double handles = json_get_number(job->params, "handles", 0), half;
    double seconds = json_get_number(job->params, "seconds", 0);
    const char *name = json_string_value(frame);
    struct rate rate;

    if (!params_rate(job->params, &rate, err))
        return false;
    if (seconds <= 0) // of the shot; else the clip's own, without its handles
        seconds = json_get_number(clip->facts, "seconds", 0) - 2 * handles;
    half = .5 * rate.den / rate.num;
    *at = handles + half;
    if (json_is_number(frame))
        *at = handles + json_number_value(frame) + half;
    else if (name && strcmp(name, "last") == 0)
        *at = handles + seconds - half;
    else if (name && strcmp(name, "first") != 0)
        return err_set(err, ERR_FILM,
                       "no frame \"%s\": first, last or a number of seconds would be", name);
    return true;
}

bool frame_run(const struct media_job *job, struct err *err)
{
    const struct media_input *input = media_input(job, "clip");
    const char *path = media_output_path(job, "image");
    struct clip *clip = NULL;
    const AVFrame *frame = NULL;
    cairo_surface_t *surface = NULL;
    double at;
    bool held, ok;

    if (!input || !path)
        return err_set(err, ERR_BUG, "a frame of no clip");
    if (!find_instant(job, input, &at, err))
        return false;
    clip = clip_open(input->path, err);
    if (clip)
        frame = clip_frame(clip, at, &held, err);
    if (frame)
        surface = pixels_to_surface(frame, (int)lround(frame->width * clip_pixel(clip)),
                                    frame->height, err);
    if (surface && held && job->note)
        job->note(job->user, "the clip ends before that instant: its last frame is taken");
    ok = surface && still_write(surface, path, err);
    cairo_surface_destroy(surface);
    clip_close(clip);
    return ok;
}
