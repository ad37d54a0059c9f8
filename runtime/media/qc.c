// SPDX-License-Identifier: MIT
#include "runtime/media/qc.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/media/findings.h"
#include "runtime/media/input.h"
#include "runtime/media/lav.h"
#include "runtime/media/media.h"
#include "runtime/media/qc_captions.h"
#include "runtime/media/qc_limits.h"
#include "runtime/media/qc_lines.h"
#include "runtime/media/qc_picture.h"
#include "runtime/media/qc_sound.h"
#include "runtime/media/qc_stream.h"
#include "runtime/media/qc_track.h"

enum { SIDECAR_MOST_BYTES = 16 << 20 };
static const double promise_slack_seconds = 0.1;
static const double loudness_slack_lu = 0.5; // EBU R 128
static const double end_slack_seconds = 0.5; // of the sound's end and the picture's

struct judgement {
    const struct media_qc *asked;
    struct input input;
    struct findings findings;
    struct track *tracks; // one a stream
    size_t n_tracks;
    struct track *picture, *sound; // the best of each, or NULL
    struct qc_lines *lines;        // that the sound is to have; NULL: none
    double zero;                   // seconds at which the file begins
};

static bool open_track(struct judgement *j, const AVStream *stream, size_t *sounds, size_t *texts,
                       struct err *err)
{
    struct track *t = &j->tracks[stream->index];
    bool ok = true;

    switch (stream->codecpar->codec_type) {
    case AVMEDIA_TYPE_VIDEO:
        if (stream != input_stream(&j->input, AVMEDIA_TYPE_VIDEO))
            break;
        j->picture = t;
        ok = track_open_picture(t, &j->input, stream, j->zero, &j->findings, err);
        break;
    case AVMEDIA_TYPE_AUDIO:
        if (!j->sound || stream == input_stream(&j->input, AVMEDIA_TYPE_AUDIO))
            j->sound = t;
        ok = track_open_sound(t, &j->input, stream, ++*sounds, j->zero, &j->findings, err);
        break;
    case AVMEDIA_TYPE_SUBTITLE:
        if (captions_known(stream))
            track_open_cues(t, stream, ++*texts);
        break;
    default:
        break;
    }
    return ok;
}

static bool open_tracks(struct judgement *j, struct err *err)
{
    AVFormatContext *format = j->input.format;
    size_t sounds = 0, texts = 0;

    j->n_tracks = format->nb_streams;
    j->tracks = mem_resize(NULL, j->n_tracks + 1, sizeof(*j->tracks));
    for (size_t i = 0; i < j->n_tracks; i++)
        j->tracks[i] = (struct track){0};
    if (format->start_time != AV_NOPTS_VALUE)
        j->zero = (double)format->start_time / AV_TIME_BASE;
    for (size_t i = 0; i < j->n_tracks; i++)
        if (!open_track(j, format->streams[i], &sounds, &texts, err))
            return false;
    if (j->sound && j->asked->n_lines) {
        j->lines = qc_lines_new(j->asked->lines, j->asked->n_lines);
        qc_sound_listen(j->sound->sound, j->lines);
    }
    return j->picture || j->sound ||
           err_set(err, ERR_FINAL, "%s has neither picture nor sound", j->input.name);
}

// When the last picture or sound ends.
static double film_seconds(const struct judgement *j)
{
    double end = 0;

    for (size_t i = 0; i < j->n_tracks; i++)
        if (!j->tracks[i].has_cues)
            end = fmax(end, track_end(&j->tracks[i]));
    return end;
}

// Takes in one packet; those of streams that turned up late belong to nobody.
static bool take_packet(struct judgement *j, const AVPacket *packet, AVFrame *frame,
                        struct err *err)
{
    bool known = (size_t)packet->stream_index < j->n_tracks;
    struct track *t = known ? &j->tracks[packet->stream_index] : NULL;
    double at;

    if (!known || !t->stream)
        return true;
    if (qc_is_encrypted(t->stream, packet))
        return err_set(err, ERR_FINAL, "it is encrypted");
    if (packet->flags & AV_PKT_FLAG_CORRUPT) {
        at = track_time(t, packet->pts, j->zero);
        findings_add_at(&j->findings, "damaged", SEVERITY_ERROR, at, at,
                        "a packet of %s is damaged or cut short", t->name);
    }
    return track_feed(t, packet, frame, j->zero, &j->findings, err);
}

static void tell_cut(struct judgement *j, int code)
{
    double at = film_seconds(j);
    struct err words = {0};

    lav_fail(&words, code, "the file is damaged or cut short here");
    findings_add_at(&j->findings, "damaged", SEVERITY_ERROR, at, at, "%s", words.text);
}

static bool read_packets(struct judgement *j, AVPacket *packet, AVFrame *frame, struct err *err)
{
    int code = 0;
    bool ok = true;

    while (ok && (code = av_read_frame(j->input.format, packet)) >= 0) {
        ok = take_packet(j, packet, frame, err);
        av_packet_unref(packet);
    }
    if (ok && code != AVERROR_EOF)
        tell_cut(j, code);
    for (size_t i = 0; ok && i < j->n_tracks; i++)
        ok = track_feed(&j->tracks[i], NULL, frame, j->zero, &j->findings, err);
    return ok;
}

static bool pass(struct judgement *j, struct err *err)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    bool ok = packet && frame ? read_packets(j, packet, frame, err)
                              : err_set(err, ERR_FINAL, "out of memory");

    av_packet_free(&packet);
    av_frame_free(&frame);
    for (size_t i = 0; ok && i < j->n_tracks; i++)
        track_finish(&j->tracks[i]);
    return ok || err_wrap(err, "%s", j->input.name);
}

// A length that libav only guessed is no promise.
static bool promises(const struct judgement *j)
{
    return j->input.format->duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
}

static void check_picture_length(struct judgement *j)
{
    AVRational rate = qc_rate(j->picture->stream);
    int64_t frames = qc_picture_frames(j->picture->picture);
    long long due = llround(qc_promised(j->picture->stream) * av_q2d(rate));

    if (promises(j) && due && llabs(due - frames) > 1)
        findings_add(&j->findings, "frames", SEVERITY_ERROR,
                     "%lld frames, where its length and %.3f frames a second make %lld",
                     (long long)frames, av_q2d(rate), due);
}

static void check_sound_length(struct judgement *j, const struct track *t)
{
    double has = qc_sound_end(t->sound) - qc_sound_start(t->sound);
    double due = qc_promised(t->stream);

    if (promises(j) && due > has + promise_slack_seconds)
        findings_add(&j->findings, "length", SEVERITY_ERROR,
                     "%s is cut short: %.2f s are promised, and there are %.2f s", t->name, due,
                     has);
}

static void check_file_length(struct judgement *j)
{
    double due = (double)j->input.format->duration / AV_TIME_BASE, has = film_seconds(j);

    for (size_t i = 0; i < j->n_tracks; i++)
        has = fmax(has, track_end(&j->tracks[i]));
    if (promises(j) && due > has + end_slack_seconds)
        findings_add(&j->findings, "length", SEVERITY_ERROR,
                     "the file is cut short: %.2f s are promised, and there are %.2f s", due, has);
}

static void check_lengths(struct judgement *j)
{
    for (size_t i = 0; i < j->n_tracks; i++)
        if (j->tracks[i].sound)
            check_sound_length(j, &j->tracks[i]);
    if (j->picture)
        check_picture_length(j);
    check_file_length(j);
}

static bool check_lines(struct judgement *j, struct err *err)
{
    return !j->lines ||
           qc_lines_finish(j->lines, j->picture ? j->picture->picture : NULL, &j->findings, err);
}

// Picture and sound against each other.
static void check_sync(struct judgement *j)
{
    double beat, by, end;

    if (!j->picture || !j->sound || !track_has_content(j->picture) || !track_has_content(j->sound))
        return;
    beat = 1 / av_q2d(qc_rate(j->picture->stream));
    by = qc_sound_start(j->sound->sound) - qc_picture_start(j->picture->picture);
    end = track_end(j->sound) - track_end(j->picture);
    if (fabs(by) > beat)
        findings_add_at(&j->findings, "sync", SEVERITY_WARNING, 0, fabs(by),
                        "the sound begins %.3f s %s the picture", fabs(by),
                        by > 0 ? "after" : "before");
    if (fabs(end) > end_slack_seconds)
        findings_add_at(&j->findings, "ends", SEVERITY_WARNING,
                        fmin(track_end(j->sound), track_end(j->picture)), film_seconds(j),
                        "the sound ends %.2f s %s the picture", fabs(end),
                        end > 0 ? "after" : "before");
}

static void check_limits(struct judgement *j)
{
    qc_check_size(j->asked, j->input.size_bytes, film_seconds(j), &j->findings);
    if (j->sound && track_has_content(j->sound))
        qc_check_loudness(j->asked, qc_sound_lufs(j->sound->sound),
                          qc_sound_true_peak(j->sound->sound), loudness_slack_lu, &j->findings);
}

static bool read_captions(const char *path, struct subtitles *s, struct findings *findings,
                          struct err *err)
{
    struct buf text = {0};
    bool ok = file_read(path, &text, SIDECAR_MOST_BYTES, err) &&
              captions_read(s, buf_view(&text), path_base(path), findings, err);

    buf_release(&text);
    return ok;
}

static void check_texts(struct judgement *j)
{
    double seconds = film_seconds(j);

    for (size_t i = 0; i < j->n_tracks; i++)
        if (j->tracks[i].has_cues)
            captions_check(&j->tracks[i].cues, j->tracks[i].name, seconds, &j->findings);
    for (size_t i = 0; i < j->asked->n_sidecars; i++) {
        const char *path = j->asked->sidecars[i];
        struct subtitles s = {0};
        struct err err = {0};

        if (read_captions(path, &s, &j->findings, &err))
            captions_check(&s, path_base(path), seconds, &j->findings);
        else
            findings_add(&j->findings, "subtitle-file", SEVERITY_ERROR, "%s", err.text);
        subtitles_release(&s);
    }
}

static json_t *file_facts(const struct judgement *j)
{
    json_t *sounds = json_array(), *texts = json_array();
    json_t *facts = json_pack("{s:s, s:I, s:f}", "format", j->input.format->iformat->long_name,
                              "bytes", (json_int_t)j->input.size_bytes, "seconds", film_seconds(j));

    for (size_t i = 0; i < j->n_tracks; i++) {
        const struct track *t = &j->tracks[i];

        if (t->picture)
            json_object_set_new(facts, "picture", track_facts(t));
        else if (t->stream)
            json_array_append_new(t->sound ? sounds : texts, track_facts(t));
    }
    json_object_set_new(facts, "sounds", sounds);
    json_object_set_new(facts, "subtitles", texts);
    return facts;
}

static bool has_content(const struct judgement *j, struct err *err)
{
    return (j->picture && track_has_content(j->picture)) ||
           (j->sound && track_has_content(j->sound)) ||
           err_set(err, ERR_FINAL, "nothing in %s can be decoded: it is damaged", j->input.name);
}

static json_t *judge(struct judgement *j, struct err *err)
{
    if (!open_tracks(j, err) || !pass(j, err) || !has_content(j, err) || !check_lines(j, err))
        return NULL;
    qc_check_container(&j->input, &j->findings);
    if (j->picture)
        qc_check_picture_tags(j->picture->stream, &j->findings);
    check_lengths(j);
    check_sync(j);
    check_limits(j);
    check_texts(j);
    return json_pack("{s:o, s:o}", "facts", file_facts(j), "findings", findings_json(&j->findings));
}

static bool is_captions(const char *path)
{
    return strcasecmp(path_ext(path), "srt") == 0 || strcasecmp(path_ext(path), "vtt") == 0;
}

static json_t *judge_captions(const char *path, struct err *err)
{
    struct findings findings = {0};
    struct subtitles s = {0};
    json_t *found = NULL;

    if (read_captions(path, &s, &findings, err)) {
        captions_check(&s, path_base(path), 0, &findings);
        found = json_pack("{s:{s:s, s:I}, s:o}", "facts", "format", "subtitles", "cues",
                          (json_int_t)s.cues.n, "findings", findings_json(&findings));
    }
    subtitles_release(&s);
    findings_release(&findings);
    return found;
}

json_t *qc(const struct media_qc *asked, struct err *err)
{
    struct judgement j = {.asked = asked};
    json_t *found = NULL;

    if (is_captions(asked->path))
        return judge_captions(asked->path, err);
    if (qc_refuse_list(asked->path, err) && input_open(&j.input, asked->path, err))
        found = judge(&j, err);
    for (size_t i = 0; i < j.n_tracks; i++)
        track_close(&j.tracks[i]);
    mem_free(j.tracks);
    qc_lines_free(j.lines);
    findings_release(&j.findings);
    input_close(&j.input);
    return found;
}
