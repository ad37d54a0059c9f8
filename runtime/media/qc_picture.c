// SPDX-License-Identifier: MIT
#include "runtime/media/qc_picture.h"

#include <math.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "base/vec.h"
#include "runtime/media/findings.h"
#include "runtime/media/pixels.h"
#include "runtime/media/qc_stream.h"
#include "runtime/media/stretch.h"
#include "runtime/media/watch.h"

struct qc_picture {
    const AVStream *stream;
    struct findings *findings;
    double zero, beat; // seconds; from frame to frame
    struct watch *watch;
    struct stretch black, frozen;
    bool interlaced;
    VEC(double) shown;     // when each frame is
    double start, at, end; // of the first frame; of this one; of what was shown
};

struct qc_picture *qc_picture_new(const AVStream *stream, double zero_seconds,
                                  struct findings *findings)
{
    struct qc_picture *p = mem_new(sizeof(*p));

    p->stream = stream;
    p->findings = findings;
    p->zero = zero_seconds;
    p->beat = 1 / av_q2d(qc_rate(stream));
    p->watch = watch_new();
    p->black.least_seconds = WATCH_BLACK_LEAST_MS / 1000.0;
    p->frozen.least_seconds = WATCH_FROZEN_LEAST_MS / 1000.0;
    return p;
}

void qc_picture_free(struct qc_picture *p)
{
    if (!p)
        return;
    watch_free(p->watch);
    vec_release(&p->shown);
    mem_free(p);
}

static void tell_black(struct qc_picture *p, bool black)
{
    if (stretch_tell(&p->black, black, p->at))
        watch_tell_black(p->findings, p->black.start, p->at);
}

static void tell_frozen(struct qc_picture *p, bool frozen)
{
    if (stretch_tell(&p->frozen, frozen, p->at))
        watch_tell_frozen(p->findings, p->frozen.start, p->at);
}

// What is black stands still as well: it is told once.
static bool look(struct qc_picture *p, const AVFrame *frame, struct err *err)
{
    enum glance seen;

    if (!watch_see(p->watch, frame, &seen, err))
        return false;
    tell_black(p, seen == GLANCE_BLACK);
    if (seen == GLANCE_STILL)
        return true;
    tell_frozen(p, false);
    tell_frozen(p, seen == GLANCE_NEW);
    return true;
}

// A frame is due one beat after the one before it.
static void check_time(struct qc_picture *p, double at)
{
    double step = at - p->at;

    if (step > 1.5 * p->beat)
        findings_add_at(p->findings, "timestamps", SEVERITY_ERROR, p->at + p->beat, at,
                        "a gap in the picture: the next frame comes %.3f s late", step - p->beat);
    else if (step < 0.5 * p->beat)
        findings_add_at(p->findings, "timestamps", SEVERITY_ERROR, at, at,
                        "a frame comes %.3f s too early", p->beat - step);
}

// A frame that tells no time is shown when it is due.
static double time_of(const struct qc_picture *p, const AVFrame *frame)
{
    if (frame->best_effort_timestamp == AV_NOPTS_VALUE)
        return p->shown.n ? p->at + p->beat : 0;
    return (double)frame->best_effort_timestamp * av_q2d(p->stream->time_base) - p->zero;
}

bool qc_picture_add(struct qc_picture *p, const AVFrame *frame, struct err *err)
{
    double at = time_of(p, frame);

    if (p->shown.n)
        check_time(p, at);
    else
        p->start = at;
    p->at = at;
    p->end = fmax(p->end, at + p->beat);
    vec_push(&p->shown, at);
    p->interlaced |= pixels_are_interlaced(frame);
    return look(p, frame, err);
}

void qc_picture_finish(struct qc_picture *p)
{
    p->at = p->end;
    tell_black(p, false);
    tell_frozen(p, false);
    if (p->interlaced)
        findings_add(p->findings, "interlaced", SEVERITY_WARNING, "the picture is interlaced");
}

int64_t qc_picture_frames(const struct qc_picture *p)
{
    return (int64_t)p->shown.n;
}

double qc_picture_shown(const struct qc_picture *p, int64_t frame)
{
    return frame >= 0 && frame < (int64_t)p->shown.n ? p->shown.at[frame] : NAN;
}

double qc_picture_start(const struct qc_picture *p)
{
    return p->start;
}

double qc_picture_end(const struct qc_picture *p)
{
    return p->end;
}
