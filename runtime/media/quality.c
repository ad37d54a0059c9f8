// SPDX-License-Identifier: MIT
// One quality (CRF) for all pictures of a file that may have so many bytes, from how large they
// came out at some qualities. Between two of these the logarithm of the size is taken as a line.
#include "runtime/media/ops.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"

enum { MOST_TRIALS = 16, CHANNELS = 2, SAMPLE_RATE = 48000 };

static const double aim = 0.97;               // of the bytes that the file may have
static const double default_bitrate = 192000; // of sound
static const double cut_head_bytes = 800;     // what a file has around its pictures,
static const double film_head_bytes = 4000;   // around a film,
static const double index_bytes = 600;        // and to tell where a second of sound is

struct trials {
    struct trial {
        double crf, bytes; // of the whole film's pictures
    } at[MOST_TRIALS];
    size_t n;
    int64_t frames;
};

static bool read_qualities(struct trials *t, const json_t *list, struct err *err)
{
    t->n = json_array_size(list);
    if (t->n < 2 || t->n > MOST_TRIALS)
        return err_set(err, ERR_BUG, "%zu qualities to try: 2 to %d would be right", t->n,
                       MOST_TRIALS);
    for (size_t i = 0; i < t->n; i++)
        t->at[i] = (struct trial){.crf = json_number_value(json_array_get(list, i))};
    return true;
}

// The trials of a piece stand together, in the order of the qualities.
static void add_pieces(struct trials *t, const struct media_job *job)
{
    size_t found = 0;

    for (size_t i = 0; i < job->n_inputs; i++) {
        const struct media_input *input = &job->inputs[i];
        size_t at = found % t->n;

        if (strcmp(input->name, "trial") != 0)
            continue;
        t->at[at].bytes += fmax(1, json_get_number(input->facts, "bytes", 0) - cut_head_bytes);
        if (at == 0)
            t->frames += json_get_integer(input->facts, "frames", 0);
        found++;
    }
}

static int by_quality(const void *a, const void *b)
{
    double x = ((const struct trial *)a)->crf, y = ((const struct trial *)b)->crf;

    return (x > y) - (x < y);
}

static double bytes_at(const struct trials *t, double crf)
{
    const struct trial *after = &t->at[1], *before;
    double part;

    while (after + 1 < t->at + t->n && after->crf < crf)
        after++;
    before = after - 1;
    part = after->crf > before->crf ? (crf - before->crf) / (after->crf - before->crf) : 1;
    return exp2(log2(before->bytes) * (1 - part) + log2(after->bytes) * part);
}

static double sound_bytes(const json_t *audio, double seconds)
{
    static const struct {
        const char *codec;
        int bits;
    } plain[] = {{"flac", 24}, {"pcm_s16le", 16}, {"pcm_s24le", 24}};
    const char *codec = json_get_text(audio, "codec", "aac");
    double bits = json_get_number(audio, "bitrate", default_bitrate);

    for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
        if (strcmp(plain[i].codec, codec) == 0)
            bits = (double)plain[i].bits * CHANNELS * SAMPLE_RATE;
    return bits / 8 * seconds;
}

static json_t *find_quality(const struct media_job *job, const struct trials *t, double seconds,
                            struct err *err)
{
    double most = json_get_number(job->params, "max-bytes", 0);
    double step = json_get_number(job->params, "step", 1);
    double others = sound_bytes(json_object_get(job->params, "audio"), seconds) + film_head_bytes +
                    index_bytes * seconds;
    double room = most * aim - others, worst = t->at[t->n - 1].crf;

    for (double crf = t->at[0].crf; crf <= worst; crf += step)
        if (bytes_at(t, crf) <= room)
            return json_pack("{s:f, s:I}", "crf", crf, "bytes",
                             (json_int_t)(bytes_at(t, crf) + others));
    err_set(err, ERR_FILM,
            "at its worst quality the film has about %.0f bytes, and may have %.0f: make it "
            "shorter, its pixels fewer or its sound smaller",
            bytes_at(t, worst) + others, most);
    return NULL;
}

bool quality_run(const struct media_job *job, struct err *err)
{
    struct trials t = {.n = 0};
    struct buf text = {0};
    struct rate rate;
    json_t *quality;
    bool ok;

    if (!params_rate(job->params, &rate, err) ||
        !read_qualities(&t, json_object_get(job->params, "qualities"), err))
        return false;
    add_pieces(&t, job);
    qsort(t.at, t.n, sizeof(*t.at), by_quality);
    if (t.frames == 0)
        return err_set(err, ERR_BUG, "no picture was tried");
    quality = find_quality(job, &t, rate_seconds(rate, t.frames), err);
    if (!quality)
        return false;
    json_canonical(quality, &text);
    json_decref(quality);
    ok = file_put(media_output_path(job, "quality"), buf_text(&text), text.len, err);
    buf_release(&text);
    return ok;
}
