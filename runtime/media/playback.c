// SPDX-License-Identifier: MIT
#include "runtime/media/playback.h"

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/clip.h"
#include "runtime/media/media.h"

struct playback {
    const struct media_job *job;
    const json_t *pieces;
    struct rate rate;
    int64_t frames; // of all pieces
    size_t at;      // the piece that is open
    int64_t before; // frames of those before it
    struct clip *clip;
};

static int64_t piece_frames(const struct playback *p, size_t i)
{
    return json_get_integer(json_array_get(p->pieces, i), "frames", 0);
}

struct playback *playback_new(const struct media_job *job, struct rate rate, struct err *err)
{
    struct playback *p = mem_new(sizeof(*p));

    *p = (struct playback){
        .job = job, .pieces = json_object_get(job->params, "pieces"), .rate = rate};
    for (size_t i = 0; i < json_array_size(p->pieces); i++)
        p->frames += piece_frames(p, i);
    if (p->frames > 0)
        return p;
    err_set(err, ERR_BUG, "a film without a picture cannot be played");
    playback_free(p);
    return NULL;
}

void playback_free(struct playback *p)
{
    if (!p)
        return;
    clip_close(p->clip);
    mem_free(p);
}

int64_t playback_frames(const struct playback *p)
{
    return p->frames;
}

// Moves on, or back to the first, to the piece that holds frame n, which the film has.
static void find_piece(struct playback *p, int64_t n)
{
    if (n < p->before) {
        clip_close(p->clip);
        p->clip = NULL;
        p->at = 0;
        p->before = 0;
    }
    while (n >= p->before + piece_frames(p, p->at)) {
        clip_close(p->clip);
        p->clip = NULL;
        p->before += piece_frames(p, p->at++);
    }
}

static bool open_piece(struct playback *p, struct err *err)
{
    json_int_t n = json_get_integer(json_array_get(p->pieces, p->at), "cut", -1);
    const struct media_input *cut = n < 0 ? NULL : media_input_nth(p->job, "cut", (size_t)n);

    if (!cut)
        return err_set(err, ERR_BUG, "piece %zu of a conform names no cut", p->at);
    p->clip = clip_open(cut->path, err);
    return p->clip || err_wrap(err, "piece %zu", p->at);
}

const struct AVFrame *playback_frame(struct playback *p, int64_t n, struct err *err)
{
    bool held;

    n = n < 0 ? 0 : n < p->frames ? n : p->frames - 1;
    find_piece(p, n);
    if (!p->clip && !open_piece(p, err))
        return NULL;
    // The middle of a frame: its beginning may be rounded into the one before.
    return clip_frame(p->clip, rate_seconds(p->rate, n - p->before) + rate_seconds(p->rate, 1) / 2,
                      &held, err);
}
