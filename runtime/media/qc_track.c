// SPDX-License-Identifier: MIT
#include "runtime/media/qc_track.h"

#include <math.h>
#include <stdio.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/pixdesc.h>

#include "base/err.h"
#include "runtime/media/findings.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/loudness.h"
#include "runtime/media/qc_captions.h"
#include "runtime/media/qc_picture.h"
#include "runtime/media/qc_sound.h"
#include "runtime/media/qc_stream.h"

// The first is "the sound", and further ones are counted.
static void name_track(struct track *t, const char *what, size_t number)
{
    if (number == 1)
        snprintf(t->name, sizeof(t->name), "the %s", what);
    else
        snprintf(t->name, sizeof(t->name), "%s %zu", what, number);
}

bool track_open_picture(struct track *t, const struct input *in, const AVStream *stream,
                        double zero_seconds, struct findings *findings, struct err *err)
{
    name_track(t, "picture", 1);
    t->stream = stream;
    t->decoder = input_decoder_threads(in, stream, 0, err);
    if (t->decoder)
        t->picture = qc_picture_new(stream, zero_seconds, findings);
    return t->decoder != NULL;
}

bool track_open_sound(struct track *t, const struct input *in, const AVStream *stream,
                      size_t number, double zero_seconds, struct findings *findings,
                      struct err *err)
{
    name_track(t, "sound", number);
    t->stream = stream;
    t->decoder = input_decoder(in, stream, err);
    if (t->decoder)
        t->sound = qc_sound_new(stream, t->name, zero_seconds, findings);
    return t->decoder != NULL;
}

void track_open_cues(struct track *t, const AVStream *stream, size_t number)
{
    snprintf(t->name, sizeof(t->name), "subtitles %zu", number);
    t->stream = stream;
    t->has_cues = true;
}

void track_close(struct track *t)
{
    qc_picture_free(t->picture);
    qc_sound_free(t->sound);
    subtitles_release(&t->cues);
    avcodec_free_context(&t->decoder);
    *t = (struct track){0};
}

double track_end(const struct track *t)
{
    int64_t last_ms = 0;

    if (t->picture)
        return qc_picture_end(t->picture);
    if (t->sound)
        return qc_sound_end(t->sound);
    for (size_t i = 0; i < t->cues.cues.n; i++)
        if (t->cues.cues.at[i].end_ms > last_ms)
            last_ms = t->cues.cues.at[i].end_ms;
    return (double)last_ms / 1000;
}

bool track_has_content(const struct track *t)
{
    return (t->picture && qc_picture_frames(t->picture)) ||
           (t->sound && qc_sound_samples(t->sound));
}

double track_time(const struct track *t, int64_t timestamp, double zero_seconds)
{
    if (timestamp == AV_NOPTS_VALUE)
        return track_end(t);
    return (double)timestamp * av_q2d(t->stream->time_base) - zero_seconds;
}

static void tell_damage(const struct track *t, const AVPacket *packet, int code,
                        double zero_seconds, struct findings *findings)
{
    double at = track_time(t, packet ? packet->pts : AV_NOPTS_VALUE, zero_seconds);
    struct err words = {0};

    lav_fail(&words, code, "a packet of %s cannot be decoded", t->name);
    findings_add_at(findings, "damaged", SEVERITY_ERROR, at, at, "%s", words.text);
}

void track_finish(struct track *t)
{
    if (!track_has_content(t))
        return;
    if (t->picture)
        qc_picture_finish(t->picture);
    else
        qc_sound_finish(t->sound);
}

static bool take_frame(struct track *t, const AVFrame *frame, struct err *err)
{
    return t->picture ? qc_picture_add(t->picture, frame, err) : qc_sound_add(t->sound, frame, err);
}

static bool is_fault(int code)
{
    return code < 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF;
}

// A decoder takes a packet again once all its frames are taken out, so one never waits.
static bool decode(struct track *t, const AVPacket *packet, AVFrame *frame, double zero_seconds,
                   struct findings *findings, struct err *err)
{
    int code = avcodec_send_packet(t->decoder, packet);
    bool ok = true;

    if (is_fault(code))
        tell_damage(t, packet, code, zero_seconds, findings);
    do {
        code = avcodec_receive_frame(t->decoder, frame);
        if (is_fault(code))
            tell_damage(t, packet, code, zero_seconds, findings);
        if (code >= 0)
            ok = take_frame(t, frame, err);
        av_frame_unref(frame);
    } while (ok && code >= 0);
    return ok;
}

bool track_feed(struct track *t, const AVPacket *packet, AVFrame *frame, double zero_seconds,
                struct findings *findings, struct err *err)
{
    if (!t->stream)
        return true;
    if (t->has_cues) {
        if (packet)
            captions_add(&t->cues, t->stream, packet, zero_seconds);
        return true;
    }
    if (packet && packet->size == 0) // how FLAC ends
        return true;
    return decode(t, packet, frame, zero_seconds, findings, err);
}

// Silence has neither loudness nor peak.
static json_t *decibels(double value)
{
    return value > LOUDNESS_SILENCE ? json_real(round(value * 100) / 100) : json_null();
}

static json_t *picture_facts(const struct track *t)
{
    const AVCodecParameters *par = t->stream->codecpar;
    const char *pixels = av_get_pix_fmt_name((enum AVPixelFormat)par->format);
    AVRational rate = qc_rate(t->stream);
    char fps[32];

    snprintf(fps, sizeof(fps), "%d/%d", rate.num, rate.den);
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:s, s:I, s:f}", "codec", avcodec_get_name(par->codec_id), "pixels",
        pixels ? pixels : "unknown", "width", par->width, "height", par->height, "fps", fps,
        "frames", (json_int_t)qc_picture_frames(t->picture), "start", qc_picture_start(t->picture));
}

static json_t *sound_facts(const struct track *t)
{
    const AVCodecParameters *par = t->stream->codecpar;
    json_t *facts = json_pack("{s:s, s:i, s:i, s:I}", "codec", avcodec_get_name(par->codec_id),
                              "rate", par->sample_rate, "channels", par->ch_layout.nb_channels,
                              "samples", (json_int_t)qc_sound_samples(t->sound));

    if (!qc_sound_samples(t->sound))
        return facts;
    json_object_set_new(facts, "start", json_real(qc_sound_start(t->sound)));
    json_object_set_new(facts, "lufs", decibels(qc_sound_lufs(t->sound)));
    json_object_set_new(facts, "range_lu", json_real(round(qc_sound_range(t->sound) * 100) / 100));
    json_object_set_new(facts, "true_peak_db", decibels(qc_sound_true_peak(t->sound)));
    return facts;
}

json_t *track_facts(const struct track *t)
{
    if (t->picture)
        return picture_facts(t);
    if (t->sound)
        return sound_facts(t);
    return json_pack("{s:I}", "cues", (json_int_t)t->cues.cues.n);
}
