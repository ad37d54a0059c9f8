// SPDX-License-Identifier: MIT
#include "runtime/media/recode.h"

#include <math.h>

#include <libavutil/frame.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/clip.h"
#include "runtime/media/encode.h"
#include "runtime/media/pixels.h"

static const double finer_crf = 4;

struct recoding {
    struct clip *clip;
    struct encoder *encoder;
    struct scaler scaler;
    struct AVFrame *frame;
};

// Only the quality may differ between files that are to be joined.
static json_t *finer(const json_t *settings)
{
    json_t *copy = settings ? json_copy((json_t *)(uintptr_t)settings) : json_null();
    double crf = json_get_number(settings, "crf", 0);

    if (crf > 0)
        json_object_set_new(copy, "crf", json_real(fmax(1, crf - finer_crf)));
    return copy;
}

static bool add_frame(struct recoding *r, double seconds, struct err *err)
{
    bool held;
    const AVFrame *from = clip_frame(r->clip, seconds, &held, err);

    if (!from)
        return false;
    if (from->format == r->frame->format && from->width == r->frame->width &&
        from->height == r->frame->height)
        return encoder_add(r->encoder, from, err);
    if (!av_frame_is_writable(r->frame))
        av_frame_make_writable(r->frame);
    return scaler_run(&r->scaler, from, r->frame, false, err) &&
           encoder_add(r->encoder, r->frame, err);
}

bool recode(const char *from, const char *to, const json_t *settings, int width, int height,
            struct rate rate, int64_t frames, const atomic_bool *cancelled, struct err *err)
{
    json_t *copy = finer(settings);
    int format = encoder_format(copy, err);
    struct recoding r = {.clip = clip_open(from, err)};
    bool ok = format >= 0 && r.clip;

    if (ok) {
        r.frame = pixels_new_yuv(width, height, format);
        r.encoder = encoder_open(to, copy, width, height, rate, err);
        ok = r.frame && r.encoder;
    }
    for (int64_t n = 0; ok && n < frames; n++) {
        if (atomic_load(cancelled))
            ok = err_set(err, ERR_CANCELLED, "stopped");
        ok = ok && add_frame(&r, ((double)n + .5) * rate.den / rate.num, err);
    }
    ok = ok && encoder_finish(r.encoder, err);
    encoder_free(r.encoder);
    clip_close(r.clip);
    scaler_release(&r.scaler);
    av_frame_free(&r.frame);
    json_decref(copy);
    return ok;
}
