// SPDX-License-Identifier: MIT
#include "runtime/media/line_sync.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/keep.h"
#include "runtime/media/listen.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/qc_lines.h"

// It changes when the same line would be judged otherwise.
static const char version[] = "line 1";

// A line that nobody has found in order yet.
struct open_line {
    struct media_line line;
    struct digest key; // under which it is remembered
};

struct open_lines {
    struct open_line *list; // in the order in which they begin
    struct media_line *at;  // the same
    size_t n;
};

static const struct media_input *stem_of(const struct line_sync *s, const json_t *shot)
{
    json_int_t n = json_get_integer(shot, "dialogue", -1);

    return n < 0 ? NULL : media_input_nth(s->job, "dialogue", (size_t)n);
}

static struct media_line read_line(const struct line_sync *s, const json_t *said,
                                   const json_t *shot, const char *stem)
{
    size_t n = (size_t)json_get_integer(said, "shot", 0);
    int64_t first = pcm_frame_sample(s->rate, programme_shot_frame(s->programme, n));
    double start = json_get_number(said, "start", 0), at = (double)first / PCM_RATE + start;
    double left = (double)programme_samples(s->programme) / PCM_RATE - at;

    return (struct media_line){
        .text = json_get_text(said, "text", ""),
        .start = at,
        .seconds = fmin(json_get_number(said, "seconds", 0), left),
        .stem = stem,
        .stem_at = json_get_number(shot, "lead", 0) + start,
    };
}

static void part_of(const struct line_sync *s, const struct media_line *line, int64_t *from,
                    int64_t *to)
{
    int64_t samples = programme_samples(s->programme);

    qc_lines_around(line, from, to);
    *from = *from > 0 ? *from : 0;
    *to = *to < samples ? *to : samples;
}

// Of the voice, of all that is heard around it, and of where it should be there.
static struct digest key_of(const struct line_sync *s, const struct media_line *line,
                            const char *stem)
{
    struct digest around, key;
    struct buf text = {0};
    int64_t from, to;

    part_of(s, line, &from, &to);
    around = listen_digest(s->master, from, to);
    buf_printf(&text, "%s %s %lld %lld %lld %lld ", version, stem,
               (long long)pcm_sample(line->stem_at), (long long)pcm_sample(line->seconds),
               (long long)(pcm_sample(line->start) - from), (long long)(to - from));
    buf_add(&text, &around, sizeof(around));
    key = digest_of(buf_text(&text), text.len);
    buf_release(&text);
    return key;
}

static bool is_known(const struct line_sync *s, const struct digest *key)
{
    struct buf entry = {0};
    bool known = keep_get(s->keep, key, &entry);

    buf_release(&entry);
    return known;
}

// Where the film begins, behind its slate.
static double film_seconds(const struct line_sync *s)
{
    return (double)pcm_frame_sample(s->rate, programme_shot_frame(s->programme, 0)) / PCM_RATE;
}

// Nothing where its shot has no stem, or where the film's beginning cuts it off, which is told
// elsewhere.
static void add_line(const struct line_sync *s, const json_t *said, struct open_lines *lines)
{
    const json_t *shots = json_object_get(s->job->params, "shots");
    const json_t *shot = json_array_get(shots, (size_t)json_get_integer(said, "shot", 0));
    const struct media_input *stem = stem_of(s, shot);
    struct open_line *open = &lines->list[lines->n];

    if (!stem)
        return;
    open->line = read_line(s, said, shot, stem->path);
    if (open->line.start < film_seconds(s) || open->line.stem_at < 0)
        return;
    open->key = key_of(s, &open->line, stem->digest ? stem->digest : stem->path);
    lines->n += !is_known(s, &open->key);
}

static int by_start(const void *a, const void *b)
{
    const struct open_line *x = a, *y = b;

    return (x->line.start > y->line.start) - (x->line.start < y->line.start);
}

static void find_open(const struct line_sync *s, struct open_lines *lines)
{
    const json_t *list = json_object_get(s->job->params, "lines"), *said;
    size_t i, room = json_array_size(list) + 1;

    lines->list = mem_new(room * sizeof(*lines->list));
    lines->at = mem_new(room * sizeof(*lines->at));
    json_array_foreach(list, i, said)
        add_line(s, said, lines);
    qsort(lines->list, lines->n, sizeof(*lines->list), by_start);
    for (i = 0; i < lines->n; i++)
        lines->at[i] = lines->list[i].line;
}

// Decodes what lies around them, each sample once.
static bool hear(const struct line_sync *s, const struct open_lines *lines, struct qc_lines *qc,
                 struct err *err)
{
    int64_t at = 0;
    bool ok = true;

    for (size_t i = 0; ok && i < lines->n; i++) {
        struct pcm heard = {0};
        int64_t from, to;

        part_of(s, &lines->at[i], &from, &to);
        from = from > at ? from : at;
        if (from >= to)
            continue;
        ok = listen_to(s->master, from, to, &heard, err) &&
             qc_lines_hear(qc, heard.at, heard.frames, 2, (double)from / PCM_RATE, err);
        pcm_release(&heard);
        at = to;
    }
    return ok;
}

static bool remember(const struct line_sync *s, const struct open_lines *lines,
                     const struct qc_lines *qc, struct err *err)
{
    const struct buf nothing = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < lines->n; i++)
        ok = !qc_lines_is_fine(qc, i) || keep_put(s->keep, &lines->list[i].key, &nothing, err);
    return ok;
}

bool line_sync_check(const struct line_sync *s, struct findings *findings, struct err *err)
{
    struct open_lines lines = {0};
    struct qc_lines *qc;
    bool ok;

    find_open(s, &lines);
    qc = qc_lines_new(lines.at, lines.n);
    ok = hear(s, &lines, qc, err) && qc_lines_finish(qc, NULL, findings, err) &&
         remember(s, &lines, qc, err);
    qc_lines_free(qc);
    mem_free(lines.list);
    mem_free(lines.at);
    return ok;
}
