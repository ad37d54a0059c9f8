// SPDX-License-Identifier: MIT
#include "runtime/media/qc_file.h"

#include <math.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "runtime/media/findings.h"
#include "runtime/media/input.h"
#include "runtime/media/media.h"
#include "runtime/media/qc_limits.h"
#include "runtime/media/qc_stream.h"

static const double sound_slack_seconds = 0.1; // codecs fill their last frame

struct plan {
    struct rate rate;
    int64_t frames;
    double seconds, beat;
};

static void check_frames(const AVStream *video, const struct plan *p, struct findings *findings)
{
    double has = qc_promised(video);

    if (video->nb_frames && video->nb_frames != p->frames) // Matroska does not tell
        findings_add(findings, "plan", SEVERITY_ERROR, "%lld frames, where the film has %lld",
                     (long long)video->nb_frames, (long long)p->frames);
    else if (has > 0 && fabs(has - p->seconds) > p->beat / 2)
        findings_add(findings, "length", SEVERITY_ERROR,
                     "the picture is %.3f s long, where the film has %.3f s", has, p->seconds);
}

static double entry_seconds(AVStream *video, int i)
{
    const AVIndexEntry *entry = avformat_index_get_entry(video, i);

    return (double)entry->timestamp * av_q2d(video->time_base);
}

// Where the index has every frame its times are those of decoding, one beat apart.
static void check_beat(AVStream *video, const struct plan *p, struct findings *findings)
{
    int n = avformat_index_get_entries_count(video);
    double zero = n ? entry_seconds(video, 0) : 0;

    if (n != p->frames)
        return;
    for (int i = 1; i < n; i++) {
        double at = entry_seconds(video, i) - zero, step = at - entry_seconds(video, i - 1) + zero;

        if (fabs(step - p->beat) > p->beat / 2)
            findings_add_at(findings, "timestamps", SEVERITY_ERROR, at - step, at,
                            "frames are %.3f s apart, where one lasts %.3f s", step, p->beat);
    }
}

static void check_sound(const AVStream *audio, const struct plan *p, struct findings *findings)
{
    double has = qc_promised(audio);

    if (has > 0 && fabs(has - p->seconds) > sound_slack_seconds)
        findings_add(findings, "length", SEVERITY_ERROR,
                     "the sound is %.3f s long, where the film has %.3f s", has, p->seconds);
}

static double start_of(const AVStream *stream)
{
    return (double)input_start(stream) * av_q2d(stream->time_base);
}

static void check_sync(const AVStream *video, const AVStream *audio, const struct plan *p,
                       struct findings *findings)
{
    double by = start_of(audio) - start_of(video);

    if (fabs(by) > p->beat)
        findings_add_at(findings, "sync", SEVERITY_WARNING, 0, fabs(by),
                        "the sound begins %.3f s %s the picture", fabs(by),
                        by > 0 ? "after" : "before");
}

bool qc_check_file(const struct media_qc *asked, struct rate rate, int64_t frames,
                   struct findings *findings, struct err *err)
{
    const struct plan p = {rate, frames, rate_seconds(rate, frames), rate_seconds(rate, 1)};
    AVStream *video, *audio;
    struct input in = {0};

    if (!input_open(&in, asked->path, err)) {
        input_close(&in);
        return false;
    }
    video = input_stream(&in, AVMEDIA_TYPE_VIDEO);
    audio = input_stream(&in, AVMEDIA_TYPE_AUDIO);
    qc_check_container(&in, findings);
    qc_check_size(asked, in.size_bytes, p.seconds, findings);
    if (video) {
        qc_check_picture_tags(video, findings);
        check_frames(video, &p, findings);
        check_beat(video, &p, findings);
    }
    if (audio)
        check_sound(audio, &p, findings);
    if (video && audio)
        check_sync(video, audio, &p, findings);
    input_close(&in);
    return true;
}
