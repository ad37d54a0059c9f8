// SPDX-License-Identifier: MIT
// The deliverable: cuts joined by copying, the programme's sound brought to its loudness, chapters,
// titles and subtitles.
#include "runtime/media/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/loudness.h"
#include "runtime/media/master.h"
#include "runtime/media/media.h"
#include "runtime/media/mux.h"
#include "runtime/media/params.h"
#include "runtime/media/pcm.h"
#include "runtime/media/pieces.h"
#include "runtime/media/programme.h"
#include "runtime/media/sound_encoder.h"
#include "runtime/media/subtitle.h"

static const double web_lufs = -14, web_dbtp = -1;
static const double lossy_margin_db = 0.5; // what encoding may add to a peak
static const double noted_lu = 0.5;        // that a film may miss its loudness by in silence
static const double progress_seconds = 2;  // of film between two reports

enum { WIDE_COLUMNS = 42, UPRIGHT_COLUMNS = 30 }; // of a subtitle's line

struct conform {
    const struct media_job *job;
    struct rate rate;
    struct pieces *pieces;
    struct programme *programme;
    struct master *master;
    struct mux *mux;
    struct subtitles subtitles;
    int64_t frames, samples; // written
};

static bool open_inputs(struct conform *c, struct err *err)
{
    const json_t *params = c->job->params;
    double peak = json_get_number(params, "true-peak", web_dbtp);
    int64_t shots;

    if (sound_encoder_is_lossy(json_object_get(params, "audio")))
        peak -= lossy_margin_db;
    c->pieces = pieces_new(c->job, c->rate, err);
    c->programme = c->pieces ? programme_new(c->job, c->rate, err) : NULL;
    if (!c->programme)
        return false;
    shots = programme_shot_frame(c->programme, json_array_size(json_object_get(params, "shots")));
    if (pieces_frames(c->pieces) != shots)
        return err_set(err, ERR_BUG, "the pieces of a film are %lld frames, its shots %lld",
                       (long long)pieces_frames(c->pieces), (long long)shots);
    c->master = master_new(c->programme, json_get_number(params, "loudness", web_lufs), peak, err);
    return c->master != NULL;
}

// The lines where they are heard.
static void make_subtitles(struct conform *c)
{
    const json_t *lines = json_object_get(c->job->params, "lines");
    const AVCodecParameters *picture = pieces_codec(c->pieces);

    c->subtitles.columns = picture->width >= picture->height ? WIDE_COLUMNS : UPRIGHT_COLUMNS;
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
        .rate = c->rate,
        .picture = pieces_codec(c->pieces),
    };

    c->mux = mux_new(&info, err);
    return c->mux && (strcmp(json_get_text(params, "subtitles", "none"), "embed") != 0 ||
                      c->subtitles.cues.n == 0 ||
                      mux_add_subtitles(c->mux, &c->subtitles, info.language, err));
}

// A chapter for each scene: it ends where the next begins.
static bool add_chapters(struct conform *c, struct err *err)
{
    const json_t *shots = json_object_get(c->job->params, "shots");
    size_t n = json_array_size(shots), end;

    for (size_t i = 0; i < n; i = end) {
        const json_t *first = json_array_get(shots, i);
        const char *scene = json_get_text(first, "scene", "");

        for (end = i + 1; end < n; end++)
            if (strcmp(json_get_text(json_array_get(shots, end), "scene", ""), scene) != 0)
                break;
        if (!mux_add_chapter(c->mux, json_get_text(first, "title", scene),
                             pcm_frame_sample(c->rate, programme_shot_frame(c->programme, i)),
                             pcm_frame_sample(c->rate, programme_shot_frame(c->programme, end)),
                             err))
            return false;
    }
    return true;
}

static bool write_picture(struct conform *c, AVPacket *packet, bool *done, struct err *err)
{
    if (!pieces_read(c->pieces, packet, done, err))
        return false;
    if (*done)
        return true;
    c->frames++;
    return mux_picture(c->mux, packet, err);
}

static bool write_sound(struct conform *c, struct pcm *piece, bool *done, struct err *err)
{
    if (!master_read(c->master, piece, err))
        return false;
    *done = piece->frames == 0;
    c->samples += (int64_t)piece->frames;
    return mux_sound(c->mux, piece->at, piece->frames, err);
}

static void report(const struct conform *c, int64_t *next)
{
    if (!c->job->progress || c->frames < *next)
        return;
    c->job->progress(c->job->user, (double)c->frames, (double)pieces_frames(c->pieces));
    *next = c->frames + rate_frames(c->rate, progress_seconds);
}

// Picture and sound keep step, so that little waits in memory.
static bool write_all(struct conform *c, AVPacket *packet, struct err *err)
{
    bool seen = false, heard = false, ok = true;
    struct pcm piece = {0};
    int64_t next = 0;

    while (ok && !(seen && heard)) {
        if (!seen && (heard || pcm_frame_sample(c->rate, c->frames) <= c->samples))
            ok = write_picture(c, packet, &seen, err);
        else
            ok = write_sound(c, &piece, &heard, err);
        report(c, &next);
    }
    pcm_release(&piece);
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

static bool has_sound(const struct media_job *job)
{
    return media_input(job, "dialogue") || media_input(job, "effects") || media_input(job, "bed") ||
           media_input(job, "music");
}

// What was asked for was reached, or people should know.
static void tell_loudness(const struct conform *c)
{
    double lufs = master_lufs(c->master);
    double wanted = json_get_number(c->job->params, "loudness", web_lufs);
    char text[120];

    if (!c->job->note || !has_sound(c->job) || fabs(lufs - wanted) <= noted_lu)
        return;
    if (lufs <= LOUDNESS_SILENCE)
        snprintf(text, sizeof(text), "the film is silent");
    else
        snprintf(text, sizeof(text), "loudness is %.1f LUFS, not %.1f: true peak %.1f dBTP", lufs,
                 wanted, master_true_peak(c->master));
    c->job->note(c->job->user, text);
}

bool conform_run(const struct media_job *job, struct err *err)
{
    struct conform c = {.job = job};
    AVPacket *packet = av_packet_alloc();
    bool ok = params_rate(job->params, &c.rate, err) && open_inputs(&c, err);

    if (ok)
        make_subtitles(&c);
    ok = ok && open_output(&c, err) && add_chapters(&c, err) && write_all(&c, packet, err) &&
         write_text(&c, "srt", subtitles_srt, err) && write_text(&c, "vtt", subtitles_vtt, err);
    if (ok) {
        tell_loudness(&c);
    }
    av_packet_free(&packet);
    mux_free(c.mux);
    master_free(c.master);
    subtitles_release(&c.subtitles);
    programme_free(c.programme);
    pieces_free(c.pieces);
    return ok;
}
