// SPDX-License-Identifier: MIT
#include "runtime/media/subtitle.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "runtime/media/line_break.h"

static const int64_t least_ms = 833;         // five sixths of a second
static const double columns_a_second = 17;   // that people read
static const int64_t least_trimmed_ms = 400; // a cue is not cut below this for a gap
enum { GAP_FRAMES = 2, WIDE_COLUMNS = 42, UPRIGHT_COLUMNS = 30 };

// A word, and what its end means for a break after it.
struct word {
    struct str text;
    size_t width;
    int pause; // 0 none, 1 a phrase ends, 2 a sentence
};

struct words {
    VEC(struct word) list;
};

size_t subtitles_columns(int width, int height)
{
    return width >= height ? WIDE_COLUMNS : UPRIGHT_COLUMNS;
}

static void release_cue(struct cue *cue)
{
    mem_free(cue->who);
    mem_free(cue->mode);
    mem_free(cue->text);
}

void subtitles_release(struct subtitles *s)
{
    for (size_t i = 0; i < s->cues.n; i++)
        release_cue(&s->cues.at[i]);
    vec_release(&s->cues);
}

static int pause_after(struct str word)
{
    static const char *const sentence[] = {".", "!", "?", "\xe2\x80\xa6", "。", "！", "？"};
    static const char *const phrase[] = {",", ";", ":", "\xe2\x80\x94", "、", "，", "；"};

    for (size_t i = 0; i < sizeof(sentence) / sizeof(*sentence); i++)
        if (str_ends(word, sentence[i]))
            return 2;
    for (size_t i = 0; i < sizeof(phrase) / sizeof(*phrase); i++)
        if (str_ends(word, phrase[i]))
            return 1;
    return 0;
}

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

// The first bytes of a word that fill at most so many columns, or that end in a phrase's mark; at
// least one character.
static size_t part_that_fits(struct str word, size_t columns)
{
    size_t at = 0, end = 0; // where a line may end
    unsigned code, before = 0;

    while (at < word.len) {
        size_t n = str_decode((struct str){word.ptr + at, word.len - at}, &code);

        if (at && line_break_allowed(before, code)) {
            end = at;
            if (line_break_invited(before))
                return end;
        }
        if (at && str_width((struct str){word.ptr, at + n}) > columns)
            return end ? end : at;
        at += n;
        before = code;
    }
    return at;
}

static void split_words(struct words *words, const char *text, size_t columns)
{
    while (*text) {
        struct str word = {text, 0};

        while (text[word.len] && !is_blank(text[word.len]))
            word.len++;
        word.len = part_that_fits(word, columns);
        if (word.len)
            vec_push(&words->list, (struct word){word, str_width(word), pause_after(word)});
        text += word.len ? word.len : 1;
    }
}

// Whether two words had nothing between them: parts of one that was too long.
static bool is_glued(const struct word *a, const struct word *b)
{
    return a->text.ptr + a->text.len == b->text.ptr;
}

// Columns of words [from, to) on one line.
static size_t line_width(const struct words *w, size_t from, size_t to)
{
    size_t width = 0;

    for (size_t i = from; i < to; i++)
        width += w->list.at[i].width + (i > from && !is_glued(&w->list.at[i - 1], &w->list.at[i]));
    return width;
}

// Where to break words [from, to) into two lines: `to` for one line, 0 when they do not fit.
static size_t line_break(const struct words *w, size_t from, size_t to, size_t columns)
{
    size_t best = 0;
    double best_cost = HUGE_VAL;

    if (line_width(w, from, to) <= columns)
        return to;
    for (size_t at = from + 1; at < to; at++) {
        size_t first = line_width(w, from, at), second = line_width(w, at, to);
        double cost = fabs((double)first - (double)second) - 8 * w->list.at[at - 1].pause;

        if (first <= columns && second <= columns && cost < best_cost) {
            best = at;
            best_cost = cost;
        }
    }
    return best;
}

// How many words from `from` on make the next cue: all that is left, or as many as fit, less those
// after the last phrase when that leaves the cue full enough.
static size_t cue_end(const struct words *w, size_t from, size_t columns)
{
    size_t most = from + 1;

    while (most < w->list.n && line_break(w, from, most + 1, columns))
        most++;
    if (most == w->list.n)
        return most;
    for (int pause = 2; pause > 0; pause--)
        for (size_t end = most; end > from + 1; end--)
            if (w->list.at[end - 1].pause >= pause &&
                line_width(w, from, end) * 10 >= columns * (pause == 2 ? 6 : 9))
                return end;
    return most;
}

static void add_words(struct buf *out, const struct words *w, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        if (i > from && !is_glued(&w->list.at[i - 1], &w->list.at[i]))
            buf_char(out, ' ');
        buf_str(out, w->list.at[i].text);
    }
}

static char *cue_text(const struct words *w, size_t from, size_t to, size_t columns)
{
    size_t at = line_break(w, from, to, columns);
    struct buf text = {0};

    add_words(&text, w, from, at ? at : to);
    if (at && at < to) {
        buf_char(&text, '\n');
        add_words(&text, w, at, to);
    }
    return buf_take(&text);
}

void subtitles_add(struct subtitles *s, const char *who, const char *mode, const char *text,
                   double start, double seconds)
{
    struct words w = {{0}};
    size_t total, done = 0;

    split_words(&w, text, s->columns);
    total = line_width(&w, 0, w.list.n);
    for (size_t from = 0, to; from < w.list.n; from = to) {
        double at = start + seconds * (double)done / (double)total;

        to = cue_end(&w, from, s->columns);
        done = to == w.list.n ? total : line_width(&w, 0, to);
        vec_push(&s->cues,
                 (struct cue){
                     .start_ms = llround(at * 1000),
                     .end_ms = llround((start + seconds * (double)done / (double)total) * 1000),
                     .who = *who ? mem_strdup(who) : NULL,
                     .mode = mem_strdup(mode),
                     .text = cue_text(&w, from, to, s->columns),
                 });
    }
    vec_release(&w.list);
}

static int by_start(const void *a, const void *b)
{
    const struct cue *x = a, *y = b;

    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return x->end_ms < y->end_ms ? -1 : x->end_ms > y->end_ms;
}

// What is over before the beginning is left out; what has begun by then begins there.
static void begin_at_zero(struct subtitles *s)
{
    size_t n = 0;

    for (size_t i = 0; i < s->cues.n; i++) {
        struct cue *cue = &s->cues.at[i];

        if (cue->end_ms <= 0) {
            release_cue(cue);
            continue;
        }
        if (cue->start_ms < 0)
            cue->start_ms = 0;
        s->cues.at[n++] = *cue;
    }
    s->cues.n = n;
}

void subtitles_finish(struct subtitles *s, double film_seconds, double frame_seconds)
{
    int64_t gap = llround(ceil(GAP_FRAMES * frame_seconds * 1000));

    if (s->cues.n)
        qsort(s->cues.at, s->cues.n, sizeof(*s->cues.at), by_start);
    for (size_t i = 0; i < s->cues.n; i++) {
        struct cue *cue = &s->cues.at[i];
        bool last = i + 1 == s->cues.n;
        int64_t room = last ? llround(film_seconds * 1000) : s->cues.at[i + 1].start_ms - gap;
        int64_t read_ms = llround((double)str_width(str_of(cue->text)) / columns_a_second * 1000);
        int64_t wanted = cue->start_ms + (read_ms > least_ms ? read_ms : least_ms);

        if (wanted > cue->end_ms)
            cue->end_ms = wanted < room ? wanted : room > cue->end_ms ? room : cue->end_ms;
        // Cues that touch are parted; those that overlap are two people speaking at once.
        if (cue->end_ms > room && cue->end_ms <= room + gap &&
            room - cue->start_ms >= least_trimmed_ms)
            cue->end_ms = room;
    }
    begin_at_zero(s);
}

static void add_time(struct buf *out, int64_t ms, char point)
{
    buf_printf(out, "%02lld:%02lld:%02lld%c%03lld", (long long)(ms / 3600000),
               (long long)(ms / 60000 % 60), (long long)(ms / 1000 % 60), point,
               (long long)(ms % 1000));
}

static void add_times(struct buf *out, const struct cue *cue, char point)
{
    add_time(out, cue->start_ms, point);
    buf_puts(out, " --> ");
    add_time(out, cue->end_ms, point);
    buf_char(out, '\n');
}

// An arrow in the words would be read as times.
void subtitles_srt(const struct subtitles *s, struct buf *out)
{
    for (size_t i = 0; i < s->cues.n; i++) {
        const char *text = s->cues.at[i].text, *arrow;

        buf_printf(out, "%zu\n", i + 1);
        add_times(out, &s->cues.at[i], ',');
        while ((arrow = strstr(text, "-->"))) {
            buf_add(out, text, (size_t)(arrow - text));
            buf_puts(out, "->");
            text = arrow + 3;
        }
        buf_puts(out, text);
        buf_puts(out, "\n\n");
    }
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '&':
            buf_puts(out, "&amp;");
            break;
        case '<':
            buf_puts(out, "&lt;");
            break;
        case '>':
            buf_puts(out, "&gt;");
            break;
        default:
            buf_char(out, *text);
        }
}

// A speaker who is not seen has the class vo or os.
void subtitles_vtt(const struct subtitles *s, struct buf *out)
{
    buf_puts(out, "WEBVTT\n\n");
    for (size_t i = 0; i < s->cues.n; i++) {
        const struct cue *cue = &s->cues.at[i];
        bool unseen = strcmp(cue->mode, "vo") == 0 || strcmp(cue->mode, "os") == 0;

        buf_printf(out, "%zu\n", i + 1);
        add_times(out, cue, '.');
        if (cue->who) {
            buf_printf(out, "<v%s%s ", unseen ? "." : "", unseen ? cue->mode : "");
            add_escaped(out, cue->who);
            buf_char(out, '>');
        }
        add_escaped(out, cue->text);
        buf_puts(out, "\n\n");
    }
}
