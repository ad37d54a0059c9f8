// SPDX-License-Identifier: MIT
#include "runtime/media/qc_captions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "runtime/media/findings.h"
#include "runtime/media/subtitle.h"

static const double most_characters_a_second = 20;
static const int64_t least_ms = 700, end_slack_ms = 50;
static const double most_seconds = 1e6; // a damaged time is no cue's

static void add_cue(struct subtitles *to, int64_t start_ms, int64_t end_ms, struct str text)
{
    struct buf words = {0};

    buf_str(&words, str_trim(text));
    vec_push(&to->cues,
             (struct cue){.start_ms = start_ms, .end_ms = end_ms, .text = buf_take(&words)});
}

// "01:02:03,456" or "02:03.456", in milliseconds.
static bool read_time(struct str text, int64_t *ms)
{
    unsigned h = 0, m, s, thousandths;
    char copy[32], point;

    text = str_trim(text);
    if (text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    if (sscanf(copy, "%4u:%2u:%2u%c%3u", &h, &m, &s, &point, &thousandths) != 5) {
        h = 0;
        if (sscanf(copy, "%2u:%2u%c%3u", &m, &s, &point, &thousandths) != 4)
            return false;
    }
    *ms = ((int64_t)h * 3600 + m * 60 + s) * 1000 + thousandths;
    return point == ',' || point == '.';
}

// "START --> END settings".
static bool read_times(struct str line, int64_t *start_ms, int64_t *end_ms)
{
    struct str first = str_cut(&line, '-'), end;

    if (!line.ptr || !str_starts(line, "->"))
        return false;
    end = str_trim((struct str){line.ptr + 2, line.len - 2});
    return read_time(first, start_ms) && read_time(str_cut(&end, ' '), end_ms);
}

bool captions_read(struct subtitles *to, struct str text, const char *name, struct err *err)
{
    size_t before = to->cues.n;

    if (!str_is_utf8(text))
        return err_set(err, ERR_FINAL, "%s is no text in UTF-8", name);
    while (text.ptr) {
        struct str line = str_cut(&text, '\n'), words = {text.ptr, 0};
        int64_t start_ms, end_ms;

        if (!read_times(line, &start_ms, &end_ms))
            continue;
        while (text.ptr && str_trim(line = str_cut(&text, '\n')).len)
            words.len = (size_t)(line.ptr + line.len - words.ptr);
        add_cue(to, start_ms, end_ms, words);
    }
    return to->cues.n > before || err_set(err, ERR_FINAL, "%s has no subtitles in it", name);
}

bool captions_known(const AVStream *stream)
{
    static const enum AVCodecID known[] = {AV_CODEC_ID_MOV_TEXT, AV_CODEC_ID_SUBRIP,
                                           AV_CODEC_ID_TEXT, AV_CODEC_ID_WEBVTT};

    for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
        if (stream->codecpar->codec_id == known[i])
            return true;
    return false;
}

// 3GPP timed text tells its length in two bytes before it, and has empty samples between cues.
void captions_add(struct subtitles *to, const AVStream *stream, const AVPacket *packet,
                  double zero_seconds)
{
    struct str text = {(const void *)packet->data, packet->size > 0 ? (size_t)packet->size : 0};
    double start = (double)packet->pts * av_q2d(stream->time_base) - zero_seconds;
    double seconds = (double)packet->duration * av_q2d(stream->time_base);

    if (stream->codecpar->codec_id == AV_CODEC_ID_MOV_TEXT) {
        size_t told = text.len < 2 ? 0 : (size_t)packet->data[0] << 8 | packet->data[1];

        text = text.len < 2 ? (struct str){"", 0} : (struct str){text.ptr + 2, text.len - 2};
        text.len = told < text.len ? told : text.len;
    }
    if (packet->pts != AV_NOPTS_VALUE && text.len && fabs(start) < most_seconds &&
        fabs(seconds) < most_seconds)
        add_cue(to, llround(start * 1000), llround((start + seconds) * 1000), text);
}

// What a reader reads: neither tags nor the ends of lines.
static size_t count_characters(const char *text)
{
    struct str rest = str_of(text);
    size_t n = 0;
    bool tag = false;

    while (rest.len) {
        unsigned code;
        size_t bytes = str_decode(rest, &code);

        if (code == '<' || code == '{')
            tag = true;
        else if (code == '>' || code == '}')
            tag = false;
        else if (!tag && code >= ' ')
            n++;
        rest = (struct str){rest.ptr + bytes, rest.len - bytes};
    }
    return n;
}

// Cues under check, and what is shown longest of those before.
struct reading {
    const char *name;
    int64_t film_ms; // 0: not known
    int64_t until_ms;
    struct findings *findings;
};

static void check_cue(struct reading *r, const struct cue *cue)
{
    double start = (double)cue->start_ms / 1000, end = (double)cue->end_ms / 1000;
    double speed = (double)count_characters(cue->text) / (end - start);

    if (cue->end_ms <= cue->start_ms)
        findings_add_at(r->findings, "subtitle-times", SEVERITY_ERROR, start, start,
                        "%s: a cue ends before it begins", r->name);
    else if (cue->end_ms - cue->start_ms < least_ms)
        findings_add_at(r->findings, "subtitle-short", SEVERITY_WARNING, start, end,
                        "%s: a cue is there for %.2f s only", r->name, end - start);
    if (cue->end_ms > cue->start_ms && speed > most_characters_a_second)
        findings_add_at(r->findings, "subtitle-speed", SEVERITY_WARNING, start, end,
                        "%s: %.0f characters a second to be read", r->name, speed);
    if (cue->start_ms < r->until_ms)
        findings_add_at(r->findings, "subtitle-overlap", SEVERITY_WARNING, start,
                        (double)r->until_ms / 1000, "%s: two cues overlap", r->name);
    if (r->film_ms && cue->end_ms > r->film_ms + end_slack_ms)
        findings_add_at(r->findings, "subtitle-end", SEVERITY_ERROR, start, end,
                        "%s: a cue ends %.2f s after the film", r->name,
                        (double)(cue->end_ms - r->film_ms) / 1000);
    if (cue->end_ms > r->until_ms)
        r->until_ms = cue->end_ms;
}

static int by_start(const void *a, const void *b)
{
    const struct cue *x = a, *y = b;

    return x->start_ms < y->start_ms ? -1 : x->start_ms > y->start_ms;
}

void captions_check(struct subtitles *s, const char *name, double film_seconds,
                    struct findings *findings)
{
    struct reading r = {name, llround(film_seconds * 1000), INT64_MIN, findings};

    if (s->cues.n)
        qsort(s->cues.at, s->cues.n, sizeof(*s->cues.at), by_start);
    for (size_t i = 0; i < s->cues.n; i++)
        check_cue(&r, &s->cues.at[i]);
}
