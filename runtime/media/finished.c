// SPDX-License-Identifier: MIT
#include "runtime/media/finished.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/heard.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/qc_captions.h"
#include "runtime/media/qc_file.h"
#include "runtime/media/qc_limits.h"
#include "runtime/media/watch.h"

static const double promised_lu = 0.3; // within which c41 brings a film to its loudness

// What was silent is a finding where something was meant to be heard.
static void tell_silent(void *user, double start, double end)
{
    struct finished *f = user;

    if (heard_between(f->heard, start, end))
        hush_add(&f->findings, "the sound", start, end);
}

void finished_init(struct finished *f, const struct media_job *job, struct rate rate)
{
    *f = (struct finished){.job = job, .rate = rate, .heard = heard_new(job, rate)};
    hush_init(&f->hush, tell_silent, f);
}

void finished_release(struct finished *f)
{
    heard_free(f->heard);
    findings_release(&f->findings);
}

// A stretch of frames of the film that its cuts tell of, as it grows from cut to cut.
struct black {
    int64_t from, to;
};

static void end_black(struct finished *f, const struct black *b)
{
    double start = rate_seconds(f->rate, b->from), end = rate_seconds(f->rate, b->to);

    if ((end - start) * 1000 >= WATCH_BLACK_LEAST_MS)
        watch_tell_black(&f->findings, start, end);
}

static void add_black(struct finished *f, struct black *b, int64_t from, int64_t to)
{
    if (from != b->to) {
        end_black(f, b);
        b->from = from;
    }
    b->to = to;
}

static int64_t instant(const json_t *stretch, size_t end)
{
    return json_integer_value(json_array_get(stretch, end));
}

// Black goes on from one cut into the next; what stands still is one cut's.
static void check_cut(struct finished *f, const json_t *facts, int64_t before, struct black *b)
{
    const json_t *black = json_object_get(facts, "black"),
                 *frozen = json_object_get(facts, "frozen");

    for (size_t i = 0; i < json_array_size(black); i++) {
        const json_t *one = json_array_get(black, i);

        add_black(f, b, before + instant(one, 0), before + instant(one, 1));
    }
    for (size_t i = 0; i < json_array_size(frozen); i++) {
        const json_t *one = json_array_get(frozen, i);

        watch_tell_frozen(&f->findings, rate_seconds(f->rate, before + instant(one, 0)),
                          rate_seconds(f->rate, before + instant(one, 1)));
    }
}

static void check_cuts(struct finished *f)
{
    const json_t *pieces = json_object_get(f->job->params, "pieces");
    struct black black = {0, 0};
    int64_t before = 0;

    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);
        json_int_t n = json_get_integer(piece, "cut", -1);
        const struct media_input *cut = n < 0 ? NULL : media_input_nth(f->job, "cut", (size_t)n);

        if (cut)
            check_cut(f, cut->facts, before, &black);
        before += json_get_integer(piece, "frames", 0);
    }
    end_black(f, &black);
}

// The shot that is seen at an instant, from 1; 0: the slate.
static size_t shot_at(const struct finished *f, double seconds)
{
    const json_t *shots = json_object_get(f->job->params, "shots");
    int64_t at = rate_frames(f->rate, seconds), end = json_get_integer(f->job->params, "slate", 0);
    size_t i = 0, n = json_array_size(shots);

    if (at < end)
        return 0;
    for (; i + 1 < n; i++) {
        end += json_get_integer(json_array_get(shots, i), "frames", 0);
        if (at < end)
            break;
    }
    return i + 1;
}

static void tell(struct finished *f)
{
    json_t *list = findings_json(&f->findings), *one;
    size_t i;

    json_array_foreach(list, i, one) {
        double start = json_get_number(one, "start", -1);

        if (start >= 0)
            json_object_set_new(one, "number", json_integer((json_int_t)shot_at(f, start)));
    }
    if (json_array_size(list))
        media_tell(f->job, "findings", json_incref(list));
    json_decref(list);
}

bool finished_tell(struct finished *f, struct err *err)
{
    const json_t *params = f->job->params;
    const struct media_qc asked = {
        .path = media_output_path(f->job, "film"),
        .lufs = json_get_number(params, "loudness", NAN),
        .true_peak_db = json_get_number(params, "true-peak", NAN),
        .most_bytes = json_get_integer(params, "max-bytes", 0),
        .most_seconds = json_get_number(params, "max-seconds", 0),
    };
    double seconds = rate_seconds(f->rate, f->frames);

    if (!qc_check_file(&asked, f->rate, f->frames, &f->findings, err))
        return err_wrap(err, "the film");
    hush_end(&f->hush, seconds);
    check_cuts(f);
    if (f->lufs > LOUDNESS_SILENCE || heard_between(f->heard, 0, seconds))
        qc_check_loudness(&asked, f->lufs, f->true_peak_db, promised_lu, &f->findings);
    if (f->subtitles && strcmp(json_get_text(params, "subtitles", "none"), "none") != 0)
        captions_check(f->subtitles, "the subtitles", seconds, &f->findings);
    tell(f);
    return true;
}
