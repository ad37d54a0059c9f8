// SPDX-License-Identifier: MIT
#include "runtime/media/qc_captions.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "base/err.h"
#include "runtime/media/findings.h"
#include "runtime/media/subtitle.h"

enum { LEAST_TIME_BYTES = sizeof("00:00.000") - 1, MOST_TAG_BYTES = 200 };

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

// A text line by line, whether these end by LF, CR or both.
struct lines {
    struct str rest;
    unsigned number; // of the line that was cut last
};

static void start_lines(struct lines *l, struct str text)
{
    static const char mark[] = "\xef\xbb\xbf"; // of UTF-8

    *l = (struct lines){.rest = text};
    if (str_starts(text, mark))
        l->rest = (struct str){text.ptr + strlen(mark), text.len - strlen(mark)};
}

static struct str cut_line(struct lines *l)
{
    struct str line = {l->rest.ptr, 0};
    size_t left;

    while (line.len < l->rest.len && !strchr("\r\n", line.ptr[line.len]))
        line.len++;
    l->number++;
    left = l->rest.len - line.len;
    if (!left)
        l->rest = (struct str){0};
    else if (left > 1 && memcmp(line.ptr + line.len, "\r\n", 2) == 0)
        l->rest = (struct str){line.ptr + line.len + 2, left - 2};
    else
        l->rest = (struct str){line.ptr + line.len + 1, left - 1};
    return str_trim(line);
}

// The first word of a line, which "-->" ends too.
static struct str first_word(struct str line)
{
    struct str word = {line.ptr, 0};

    while (word.len < line.len && !strchr(" \t-", word.ptr[word.len]))
        word.len++;
    return word;
}

// Whether a line is a cue's times, or was to be: words do not begin so.
static bool is_of_times(struct str line)
{
    struct str word = first_word(line);
    int64_t ms;

    if (!word.len || !isdigit((unsigned char)word.ptr[0]))
        return false;
    return (memchr(word.ptr, ':', word.len) && str_mentions(line, "-->")) ||
           (word.len >= LEAST_TIME_BYTES && read_time(word, &ms));
}

static bool is_number(struct str line)
{
    for (size_t i = 0; i < line.len; i++)
        if (!isdigit((unsigned char)line.ptr[i]))
            return false;
    return line.len > 0;
}

// What a cue says, until an empty line. Where that is missing the next cue ends it, whose number is
// none of its words.
static struct str read_words(struct lines *l)
{
    struct str words = {l->rest.ptr, 0}, line = {0};
    size_t before = 0; // the last line

    while (l->rest.ptr) {
        struct lines ahead = *l;
        struct str next = cut_line(&ahead);

        if (is_of_times(next)) {
            words.len = is_number(line) ? before : words.len;
            break;
        }
        *l = ahead;
        if (!next.len)
            break;
        before = words.len;
        words.len = (size_t)(next.ptr + next.len - words.ptr);
        line = next;
    }
    return words;
}

static void tell_unread(struct str line, unsigned number, const char *name,
                        struct findings *findings)
{
    static const char format[] = "%s: the times in line %u cannot be read: that cue is not shown";
    int64_t ms;

    if (read_time(first_word(line), &ms))
        findings_add_at(findings, "subtitle-times", SEVERITY_ERROR, (double)ms / 1000,
                        (double)ms / 1000, format, name, number);
    else
        findings_add(findings, "subtitle-times", SEVERITY_ERROR, format, name, number);
}

bool captions_read(struct subtitles *to, struct str text, const char *name,
                   struct findings *findings, struct err *err)
{
    size_t before = to->cues.n;
    struct lines lines;

    if (!str_is_utf8(text))
        return err_set(err, ERR_FINAL, "%s is no text in UTF-8", name);
    start_lines(&lines, text);
    while (lines.rest.ptr) {
        struct str line = cut_line(&lines);
        int64_t start_ms, end_ms;

        if (!is_of_times(line) && !str_mentions(line, "-->"))
            continue;
        if (read_times(line, &start_ms, &end_ms))
            add_cue(to, start_ms, end_ms, read_words(&lines));
        else
            tell_unread(line, lines.number, name, findings);
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

// Tags of SRT and WebVTT, and whether more than a class may stand in them.
static const struct tag {
    const char *name;
    bool more;
} tags[] = {
    {"b", false},  {"c", false},    {"font", true}, {"i", false}, {"lang", true},
    {"rt", false}, {"ruby", false}, {"s", false},   {"u", false}, {"v", true},
};

// What stands between < and >: "i", "/font", "c.loud", "v Ann", "00:01.500".
static bool is_tag(struct str inner)
{
    struct str name = inner, rest;
    int64_t ms;

    if (str_starts(inner, "/"))
        name = (struct str){inner.ptr + 1, inner.len - 1};
    rest = name;
    name = str_cut(&rest, ' ');
    name = str_cut(&name, '.');
    for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
        if (name.len == strlen(tags[i].name) && strncasecmp(name.ptr, tags[i].name, name.len) == 0)
            return tags[i].more || !rest.ptr;
    return inner.len >= LEAST_TIME_BYTES && read_time(inner, &ms);
}

// The bytes of the tag that text begins with; 0: it begins with none.
static size_t tag_bytes(struct str text)
{
    struct str rest = {text.ptr, text.len < MOST_TAG_BYTES ? text.len : MOST_TAG_BYTES}, inner;

    if (text.ptr[0] != '<' && text.ptr[0] != '{')
        return 0;
    inner = str_cut(&rest, text.ptr[0] == '<' ? '>' : '}');
    if (!rest.ptr)
        return 0;
    inner = (struct str){inner.ptr + 1, inner.len - 1};
    if (text.ptr[0] == '{' ? str_starts(inner, "\\") : is_tag(inner))
        return inner.len + 2;
    return 0;
}

// What a reader reads: neither tags nor the ends of lines.
static size_t count_characters(const char *text)
{
    struct str rest = str_of(text);
    size_t n = 0;

    while (rest.len) {
        unsigned code = 0;
        size_t tag = tag_bytes(rest), bytes = tag ? tag : str_decode(rest, &code);

        n += code >= ' ';
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
    size_t characters = count_characters(cue->text);
    double speed = (double)characters / (end - start);

    if (!characters)
        findings_add_at(r->findings, "subtitle-empty", SEVERITY_WARNING, start, end,
                        "%s: a cue has no words", r->name);
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
