// SPDX-License-Identifier: MIT
#include "runtime/media/qc_lines.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/findings.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/qc_picture.h"
#include "runtime/media/voice_match.h"

static const double around_seconds = 0.6; // that a voice may be off and is found all the same
static const double most_voice_seconds = 2, least_voice_seconds = 0.2;
static const double most_off_seconds = 0.02;
static const double least_likeness = 0.25; // what is less like the voice is something else
static const double near_enough = 0.8;     // of the likeness farther off: the nearer is meant

// A line while what lies around it goes by.
struct watched {
    const struct media_line *line;
    int64_t begin, end; // of the samples that are kept; the file may begin after the first
    struct pcm kept;    // one channel; none before the first and after the last of them came
    double heard_at;    // once it was looked for
    double likeness;
    bool done;
    bool told; // there is no more to tell of it
    bool fine;
};

struct qc_lines {
    struct watched *list;
    size_t n, first;       // the first that is not done
    const char *stem_path; // of the stem that is held; NULL: none
    struct pcm stem;
};

static double voice_seconds(const struct media_line *line)
{
    return fmin(line->seconds, most_voice_seconds);
}

void qc_lines_around(const struct media_line *line, int64_t *from, int64_t *to)
{
    *from = pcm_sample(line->start - around_seconds);
    *to = *from + pcm_sample(voice_seconds(line) + 2 * around_seconds);
}

struct qc_lines *qc_lines_new(const struct media_line *lines, size_t n)
{
    struct qc_lines *l = mem_new(sizeof(*l));

    l->n = n;
    l->list = mem_new((n + 1) * sizeof(*l->list));
    for (size_t i = 0; i < n; i++) {
        struct watched *w = &l->list[i];

        w->line = &lines[i];
        qc_lines_around(w->line, &w->begin, &w->end);
        w->done = w->told = w->line->seconds < least_voice_seconds;
    }
    return l;
}

void qc_lines_free(struct qc_lines *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++)
        pcm_release(&l->list[i].kept);
    pcm_release(&l->stem);
    mem_free(l->list);
    mem_free(l);
}

// The stem at path. Lines of a shot follow one another, and have one: it is read once.
static bool read_stem(struct qc_lines *l, const char *path, struct err *err)
{
    if (l->stem_path && strcmp(l->stem_path, path) == 0)
        return true;
    pcm_release(&l->stem);
    l->stem_path = NULL;
    if (!pcm_read(&l->stem, path, 1, err))
        return false;
    l->stem_path = path;
    return true;
}

// The voice alone: what the stem has from the line's first word on.
static bool read_voice(struct qc_lines *l, const struct media_line *line, struct pcm *voice,
                       struct err *err)
{
    int64_t at = pcm_sample(line->stem_at), first = at < 0 ? -at : 0, n;

    if (!read_stem(l, line->stem, err))
        return err_wrap(err, "the stem of \"%s\"", line->text);
    pcm_init(voice, 1, (size_t)pcm_sample(voice_seconds(line)));
    n = (int64_t)l->stem.frames - at < (int64_t)voice->frames ? (int64_t)l->stem.frames - at
                                                              : (int64_t)voice->frames;
    if (n > first)
        memcpy(voice->at + first, l->stem.at + at + first, (size_t)(n - first) * sizeof(float));
    return true;
}

// Looks where the voice may be off by so many seconds. What was found nearer stands if it can.
static void look_within(struct watched *w, const struct pcm *voice, double seconds)
{
    size_t from = (size_t)pcm_sample(around_seconds - seconds), left = w->kept.frames - from, at;
    size_t n = voice->frames + 2 * (size_t)pcm_sample(seconds);
    double likeness =
        voice_match(w->kept.at + from, n < left ? n : left, voice->at, voice->frames, &at);

    if (w->likeness >= near_enough * likeness)
        return;
    w->likeness = likeness;
    w->heard_at = (double)(w->begin + (int64_t)(from + at)) / PCM_RATE;
}

// Words that are said again sound alike, and chance decides which of them is most like the voice:
// so from near to far. Likeness is 1 at most, so that near enough is an end to it.
static bool look_for(struct qc_lines *l, struct watched *w, struct err *err)
{
    struct pcm voice;

    w->done = true;
    if (!read_voice(l, w->line, &voice, err))
        return false;
    w->told = !voice_has_places(voice.at, voice.frames);
    for (double s = around_seconds / 4;
         !w->told && s <= around_seconds && w->likeness < near_enough; s *= 2)
        look_within(w, &voice, s);
    pcm_release(&voice);
    pcm_release(&w->kept);
    return true;
}

// The mean of all channels, where it lies among what is kept.
static void keep(struct watched *w, const float *from, size_t frames, unsigned channels, int64_t at)
{
    if (!w->kept.at)
        pcm_init(&w->kept, 1, (size_t)(w->end - w->begin));
    for (size_t i = 0; i < frames; i++) {
        int64_t to = at + (int64_t)i - w->begin;

        for (unsigned c = 0; to >= 0 && to < (int64_t)w->kept.frames && c < channels; c++)
            w->kept.at[to] += from[i * channels + c] / (float)channels;
    }
}

bool qc_lines_hear(struct qc_lines *l, const float *from, size_t frames, unsigned channels,
                   double seconds, struct err *err)
{
    int64_t at = pcm_sample(seconds), end = at + (int64_t)frames;

    if (!l)
        return true;
    for (size_t i = l->first; i < l->n && l->list[i].begin < end; i++) {
        struct watched *w = &l->list[i];

        if (!w->done)
            keep(w, from, frames, channels, at);
        if (!w->done && end >= w->end && !look_for(l, w, err))
            return false;
    }
    while (l->first < l->n && l->list[l->first].done)
        l->first++;
    return true;
}

// When the line is seen: what is between two frames counts from the one before.
static double seen_at(const struct media_line *line, const struct qc_picture *picture)
{
    double shown = picture ? qc_picture_shown(picture, line->frame) : NAN;

    return isnan(shown) ? line->start : shown + line->after;
}

// False: there is nothing to tell.
static bool tell(const struct watched *w, const struct qc_picture *picture,
                 struct findings *findings)
{
    double at = seen_at(w->line, picture), off = w->heard_at - at;

    if (w->likeness < least_likeness)
        findings_add_at(findings, "sync", SEVERITY_WARNING, at, at + w->line->seconds,
                        "\"%s\" is not heard where it should be", w->line->text);
    else if (fabs(off) > most_off_seconds)
        findings_add_at(findings, "sync", SEVERITY_ERROR, at, at + w->line->seconds,
                        "\"%s\" is heard %.0f ms %s it is seen", w->line->text, fabs(off) * 1000,
                        off > 0 ? "after" : "before");
    return w->likeness < least_likeness || fabs(off) > most_off_seconds;
}

bool qc_lines_finish(struct qc_lines *l, const struct qc_picture *picture,
                     struct findings *findings, struct err *err)
{
    for (size_t i = 0; i < l->n; i++) {
        struct watched *w = &l->list[i];

        if (!w->done && w->kept.at && !look_for(l, w, err))
            return false;
        w->fine = w->told || !tell(w, picture, findings);
    }
    return true;
}

bool qc_lines_is_fine(const struct qc_lines *l, size_t i)
{
    return l->list[i].fine;
}
