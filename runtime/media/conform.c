// SPDX-License-Identifier: MIT
// The deliverable: cuts joined by copying, the programme's sound brought to its loudness, chapters,
// titles and subtitles. Without pieces it is sound alone.
#include "runtime/media/ops.h"

#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/ahead.h"
#include "runtime/media/finished.h"
#include "runtime/media/keep.h"
#include "runtime/media/limit.h"
#include "runtime/media/line_sync.h"
#include "runtime/media/loudness.h"
#include "runtime/media/master.h"
#include "runtime/media/media.h"
#include "runtime/media/mux.h"
#include "runtime/media/params.h"
#include "runtime/media/passage.h"
#include "runtime/media/pcm.h"
#include "runtime/media/pieces.h"
#include "runtime/media/poster.h"
#include "runtime/media/preview.h"
#include "runtime/media/programme.h"
#include "runtime/media/stems.h"
#include "runtime/media/subtitle.h"

static const double web_lufs = -14, web_dbtp = -1;
static const double progress_seconds = 2; // of film between two reports

struct conform {
    const struct media_job *job;
    struct rate rate;
    struct pieces *pieces; // NULL: no picture
    struct ahead *ahead;   // of the pieces, once they are read
    struct programme *programme;
    struct keep *keep;
    struct master *master;
    AVPacket *poster; // NULL: none
    struct mux *mux;
    struct subtitles subtitles;
    struct finished finished;
    int64_t frames, samples; // written
};

// The picture is as long as the shots that it is to show.
static bool open_picture(struct conform *c, struct err *err)
{
    size_t n = json_array_size(json_object_get(c->job->params, "shots"));
    int64_t shots = programme_shot_frame(c->programme, n);

    if (!json_object_get(c->job->params, "pieces"))
        return true;
    c->pieces = pieces_new(c->job, c->rate, err);
    if (c->pieces && pieces_frames(c->pieces) != shots)
        return err_set(err, ERR_BUG, "the pieces of a film are %lld frames, its shots %lld",
                       (long long)pieces_frames(c->pieces), (long long)shots);
    return c->pieces != NULL;
}

static bool open_inputs(struct conform *c, struct err *err)
{
    const json_t *params = c->job->params;
    struct master_goal goal = {
        .lufs = json_get_number(params, "loudness", web_lufs),
        .dbtp = json_get_number(params, "true-peak", web_dbtp),
        .audio = json_object_get(params, "audio"),
    };

    c->programme = programme_new(c->job, c->rate, err);
    if (!c->programme || !open_picture(c, err))
        return false;
    programme_note_cut_lines(c->programme);
    c->keep = keep_open(c->job->keep, c->job->outputs[0].path, err);
    c->master = c->keep ? master_new(c->programme, &goal, c->keep, err) : NULL;
    return c->master != NULL;
}

// The lines where they are heard.
static void make_subtitles(struct conform *c)
{
    const json_t *lines = json_object_get(c->job->params, "lines");
    const AVCodecParameters *picture = c->pieces ? pieces_codec(c->pieces) : NULL;

    c->subtitles.columns =
        picture ? subtitles_columns(picture->width, picture->height) : subtitles_columns(16, 9);
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        int64_t frame =
            programme_shot_frame(c->programme, (size_t)json_get_integer(line, "shot", 0));
        double shot = (double)pcm_frame_sample(c->rate, frame) / PCM_RATE;

        subtitles_add(&c->subtitles, json_get_text(line, "who", ""),
                      json_get_text(line, "mode", ""), json_get_text(line, "text", ""),
                      shot + json_get_number(line, "start", 0),
                      json_get_number(line, "seconds", 0));
    }
    subtitles_finish(&c->subtitles, (double)programme_samples(c->programme) / PCM_RATE,
                     rate_seconds(c->rate, 1));
}

static bool open_output(struct conform *c, struct err *err)
{
    const json_t *params = c->job->params;
    bool draft = json_get_flag(params, "draft", false);
    struct mux_info info = {
        .path = media_output_path(c->job, "film"),
        .container = json_object_get(params, "container"),
        .audio = json_object_get(params, "audio"),
        .title = json_get_text(params, "title", NULL),
        .comment = draft ? "draft: made by c41 on one machine, without models" : NULL,
        .language = json_get_text(params, "language", NULL),
        .timecode = json_get_text(params, "timecode", NULL),
        .poster = c->poster,
        .tight = json_object_get(params, "max-bytes"),
        .rate = c->rate,
        .picture = c->pieces ? pieces_codec(c->pieces) : NULL,
        .frames = c->pieces ? pieces_frames(c->pieces) : 0,
        .samples = programme_samples(c->programme),
    };

    c->mux = mux_new(&info, err);
    return c->mux && (strcmp(json_get_text(params, "subtitles", "none"), "embed") != 0 ||
                      c->subtitles.cues.n == 0 ||
                      mux_add_subtitles(c->mux, &c->subtitles, info.language, err));
}

static bool add_chapter(const struct conform *c, const char *title, int64_t from, int64_t to,
                        struct err *err)
{
    return mux_add_chapter(c->mux, title, pcm_frame_sample(c->rate, from),
                           pcm_frame_sample(c->rate, to), err);
}

// A chapter for each scene, which ends where the next begins; and one for the slate before them.
static bool add_chapters(struct conform *c, struct err *err)
{
    const json_t *shots = json_object_get(c->job->params, "shots");
    int64_t slate_frames = programme_shot_frame(c->programme, 0);
    size_t n = json_array_size(shots), end;

    if (slate_frames && !add_chapter(c, "Slate", 0, slate_frames, err))
        return false;
    for (size_t i = 0; i < n; i = end) {
        const json_t *first = json_array_get(shots, i);
        const char *scene = json_get_text(first, "scene", "");

        for (end = i + 1; end < n; end++)
            if (strcmp(json_get_text(json_array_get(shots, end), "scene", ""), scene) != 0)
                break;
        if (!add_chapter(c, json_get_text(first, "title", scene),
                         programme_shot_frame(c->programme, i),
                         programme_shot_frame(c->programme, end), err))
            return false;
    }
    return true;
}

static bool write_picture(struct conform *c, AVPacket *packet, bool *done, struct err *err)
{
    if (!ahead_read(c->ahead, packet, done, err))
        return false;
    if (*done)
        return true;
    c->frames++;
    return mux_picture(c->mux, packet, err);
}

static bool write_sound(struct conform *c, AVPacket *packet, bool *done, struct err *err)
{
    if (!master_read(c->master, packet, done, err))
        return false;
    if (*done)
        return true;
    c->samples = packet->pts + packet->duration;
    return mux_sound(c->mux, packet, err);
}

static void report(const struct conform *c, int64_t *next)
{
    if (!c->job->progress || !c->pieces || c->frames < *next)
        return;
    c->job->progress(c->job->user, (double)c->frames, (double)pieces_frames(c->pieces));
    *next = c->frames + rate_frames(c->rate, progress_seconds);
}

// Picture and sound keep step, so that little waits in memory.
static bool write_all(struct conform *c, AVPacket *packet, struct err *err)
{
    bool seen = !c->pieces, heard = false, ok = true;
    int64_t next = 0;

    if (c->pieces)
        c->ahead = ahead_new(c->pieces, c->job);
    while (ok && !(seen && heard)) {
        if (!seen && (heard || pcm_frame_sample(c->rate, c->frames) <= c->samples))
            ok = write_picture(c, packet, &seen, err);
        else
            ok = write_sound(c, packet, &heard, err);
        report(c, &next);
    }
    return ok && mux_finish(c->mux, err);
}

static bool write_text(const struct conform *c, const char *name,
                       void (*format)(const struct subtitles *, struct buf *), struct err *err)
{
    const char *path = media_output_path(c->job, name);
    struct buf text = {0};
    bool ok = true;

    if (path) {
        format(&c->subtitles, &text);
        ok = file_put(path, text.ptr, text.len, err);
    }
    buf_release(&text);
    return ok;
}

static void tell_loudness(const struct conform *c)
{
    double lufs = master_lufs(c->master);

    if (lufs <= LOUDNESS_SILENCE)
        return;
    media_tell(c->job, "lufs", json_real(lufs));
    media_tell(c->job, "range_lu", json_real(master_range(c->master)));
    media_tell(c->job, "true_peak_db", json_real(master_true_peak(c->master)));
}

static bool judge(struct conform *c, struct err *err)
{
    size_t n = json_array_size(json_object_get(c->job->params, "shots")), n_peaks;
    const float *peaks = master_peaks(c->master, &n_peaks);
    const struct line_sync sync = {c->job, c->rate, c->programme, c->master, c->keep};

    hush_hear(&c->finished.hush, peaks, n_peaks, 1, MASTER_PEAKS_A_SECOND, 0);
    c->finished.frames = programme_shot_frame(c->programme, n);
    c->finished.lufs = master_lufs(c->master);
    c->finished.true_peak_db = master_true_peak(c->master);
    c->finished.subtitles = &c->subtitles;
    return line_sync_check(&sync, &c->finished.findings, err) && finished_tell(&c->finished, err);
}

static bool write_film(struct conform *c, struct err *err)
{
    AVPacket *packet = av_packet_alloc();
    bool ok = poster_make(c->job, c->rate, &c->poster, err) && open_output(c, err) &&
              add_chapters(c, err) && write_all(c, packet, err) && judge(c, err) &&
              limit_check_bytes(c->job, media_output_path(c->job, "film"), err);

    if (ok) {
        limit_note_length(c->job, (double)c->samples / PCM_RATE);
        tell_loudness(c);
    }
    av_packet_free(&packet);
    return ok;
}

static bool write_stems(const struct conform *c, struct err *err)
{
    struct passage_how how = master_how(c->master);

    return stems_write(c->job, c->rate, c->programme, &how, err);
}

bool conform_run(const struct media_job *job, struct err *err)
{
    struct conform c = {.job = job};
    bool ok;

    if (preview_is_asked(job->params))
        return preview_run(job, err) && limit_check_bytes(job, media_output_path(job, "film"), err);
    ok = params_rate(job->params, &c.rate, err) && open_inputs(&c, err);
    if (ok) {
        finished_init(&c.finished, job, c.rate);
        make_subtitles(&c);
    }
    ok = ok && (!media_output_path(job, "film") || write_film(&c, err)) && write_stems(&c, err) &&
         write_text(&c, "srt", subtitles_srt, err) && write_text(&c, "vtt", subtitles_vtt, err);
    finished_release(&c.finished);
    mux_free(c.mux);
    av_packet_free(&c.poster);
    master_free(c.master);
    keep_close(c.keep);
    subtitles_release(&c.subtitles);
    programme_free(c.programme);
    ahead_free(c.ahead);
    pieces_free(c.pieces);
    return ok;
}
