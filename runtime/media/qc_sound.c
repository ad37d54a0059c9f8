// SPDX-License-Identifier: MIT
#include "runtime/media/qc_sound.h"

#include <math.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/findings.h"
#include "runtime/media/hush.h"
#include "runtime/media/lav.h"
#include "runtime/media/loudness.h"
#include "runtime/media/pcm.h"
#include "runtime/media/qc_lines.h"

static const double most_slip_seconds = 0.005; // Matroska rounds to milliseconds

struct qc_sound {
    const AVStream *stream;
    struct findings *findings;
    const char *name;
    double zero;
    int rate, channels, format; // of the first frame
    SwrContext *convert;        // to interleaved floats
    float *floats;              // of one frame
    size_t cap;
    struct meter *meter;
    struct hush hush;
    struct qc_lines *lines; // or NULL
    int64_t samples;
    double start, end;
};

static void tell_silent(void *user, double start, double end)
{
    const struct qc_sound *s = user;

    hush_add(s->findings, s->name, start, end);
}

struct qc_sound *qc_sound_new(const AVStream *stream, const char *name, double zero_seconds,
                              struct findings *findings)
{
    struct qc_sound *s = mem_new(sizeof(*s));

    s->stream = stream;
    s->findings = findings;
    s->name = name;
    s->zero = zero_seconds;
    hush_init(&s->hush, tell_silent, s);
    return s;
}

void qc_sound_free(struct qc_sound *s)
{
    if (!s)
        return;
    swr_free(&s->convert);
    mem_free(s->floats);
    meter_free(s->meter);
    mem_free(s);
}

// Which speaker a channel is for does not matter here: none is mixed into another.
static bool open_convert(struct qc_sound *s, struct err *err)
{
    AVChannelLayout layout = {0};
    int code;

    av_channel_layout_default(&layout, s->channels);
    code = swr_alloc_set_opts2(&s->convert, &layout, AV_SAMPLE_FMT_FLT, s->rate, &layout,
                               (enum AVSampleFormat)s->format, s->rate, 0, NULL);
    av_channel_layout_uninit(&layout);
    if (code >= 0)
        code = swr_init(s->convert);
    return code >= 0 || lav_fail(err, code, "hearing %s", s->name);
}

static bool begin(struct qc_sound *s, const AVFrame *frame, struct err *err)
{
    s->rate = frame->sample_rate;
    s->channels = frame->ch_layout.nb_channels;
    s->format = frame->format;
    s->meter = meter_new((unsigned)s->channels, (unsigned)s->rate);
    if (!s->meter)
        return err_set(err, ERR_FINAL, "%s has %d channels of %d Hz, which no meter measures",
                       s->name, s->channels, s->rate);
    return open_convert(s, err);
}

static bool make_floats(struct qc_sound *s, const AVFrame *frame, struct err *err)
{
    size_t n = (size_t)frame->nb_samples * (size_t)s->channels;
    void *from = frame->extended_data;
    int code;

    if (n > s->cap) {
        s->floats = mem_resize(s->floats, n, sizeof(*s->floats));
        s->cap = n;
    }
    code = swr_convert(s->convert, (uint8_t *[]){(uint8_t *)s->floats}, frame->nb_samples, from,
                       frame->nb_samples);
    return code >= 0 || lav_fail(err, code, "hearing %s", s->name);
}

static bool hear(struct qc_sound *s, size_t frames, double at, struct err *err)
{
    hush_hear(&s->hush, s->floats, frames, (unsigned)s->channels, (unsigned)s->rate, at);
    meter_add(s->meter, s->floats, frames);
    return s->rate != PCM_RATE ||
           qc_lines_hear(s->lines, s->floats, frames, (unsigned)s->channels, at, err);
}

static void check_time(struct qc_sound *s, double at)
{
    double step = at - s->end;

    if (step > most_slip_seconds)
        findings_add_at(s->findings, "timestamps", SEVERITY_ERROR, s->end, at,
                        "a gap in %s of %.3f s", s->name, step);
    else if (step < -most_slip_seconds)
        findings_add_at(s->findings, "timestamps", SEVERITY_ERROR, at, s->end,
                        "%s goes back by %.3f s", s->name, -step);
}

void qc_sound_listen(struct qc_sound *s, struct qc_lines *lines)
{
    s->lines = lines;
}

bool qc_sound_add(struct qc_sound *s, const AVFrame *frame, struct err *err)
{
    double at = s->end;

    if (!s->meter && !begin(s, frame, err))
        return false;
    if (frame->sample_rate != s->rate || frame->ch_layout.nb_channels != s->channels ||
        frame->format != s->format)
        return err_set(err, ERR_FINAL, "%s changes its rate or its channels on the way", s->name);
    if (frame->best_effort_timestamp != AV_NOPTS_VALUE)
        at = (double)frame->best_effort_timestamp * av_q2d(s->stream->time_base) - s->zero;
    if (!s->samples)
        s->start = at;
    else
        check_time(s, at);
    if (!make_floats(s, frame, err) || !hear(s, (size_t)frame->nb_samples, at, err))
        return false;
    s->samples += frame->nb_samples;
    s->end = at + (double)frame->nb_samples / s->rate;
    return true;
}

void qc_sound_finish(struct qc_sound *s)
{
    hush_end(&s->hush, s->end);
}

int64_t qc_sound_samples(const struct qc_sound *s)
{
    return s->samples;
}

double qc_sound_start(const struct qc_sound *s)
{
    return s->start;
}

double qc_sound_end(const struct qc_sound *s)
{
    return s->end;
}

double qc_sound_lufs(const struct qc_sound *s)
{
    return meter_lufs(s->meter);
}

double qc_sound_range(const struct qc_sound *s)
{
    return meter_range(s->meter);
}

double qc_sound_true_peak(const struct qc_sound *s)
{
    return meter_true_peak(s->meter);
}
