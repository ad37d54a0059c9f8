// SPDX-License-Identifier: MIT
#include "runtime/services/timing.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/media/media.h"

enum { RATE = 48000 };

struct timing {
    json_int_t fps, per; // fps/per frames a second
    json_t *lines;       // {NAME: {start, seconds, end}}
    int64_t speech;      // end of the last word, in samples; 0 without lines
    bool spoken;
};

static int64_t samples_of(double seconds)
{
    return llround(seconds * RATE);
}

static double seconds_of(int64_t samples)
{
    return (double)samples / RATE;
}

static int64_t rescale(int64_t n, int64_t by, int64_t over)
{
    return llround((double)n * (double)by / (double)over);
}

static const struct media_input *find_input(const struct media_job *job, const char *name)
{
    for (size_t i = 0; i < job->n_inputs; i++)
        if (strcmp(job->inputs[i].name, name) == 0)
            return &job->inputs[i];
    return NULL;
}

// What an input lasts: by its samples where it is sound, for its seconds are rounded.
static int64_t length_of(const struct media_input *input)
{
    json_int_t samples = json_get_integer(input->facts, "samples", -1);
    json_int_t rate = json_get_integer(input->facts, "rate", RATE);

    if (samples >= 0 && rate > 0)
        return rescale(samples, RATE, rate);
    return samples_of(json_get_number(input->facts, "seconds", 0));
}

static bool place_line(const struct media_job *job, struct timing *t, const json_t *line,
                       int64_t *end, struct err *err)
{
    const char *name = json_get_text(line, "name", "");
    const struct media_input *voice = find_input(job, name);
    int64_t start, length;

    if (!voice)
        return err_set(err, ERR_BUG, "the line \"%s\" has no voice", name);
    length = length_of(voice);
    if (json_is_number(json_object_get(line, "at")))
        start = samples_of(json_get_number(line, "at", 0));
    else if (!t->spoken)
        start = *end;
    else
        start = *end + samples_of(json_get_number(line, "gap", 0));
    *end = start + length;
    t->speech = t->spoken && t->speech > *end ? t->speech : *end;
    t->spoken = true;
    json_object_set_new(t->lines, name,
                        json_pack("{s:f, s:f, s:f}", "start", seconds_of(start), "seconds",
                                  seconds_of(length), "end", seconds_of(*end)));
    return true;
}

static json_int_t nearest_frames(const struct timing *t, double seconds)
{
    return llround(seconds * (double)t->fps / (double)t->per);
}

// The fewest frames in which so many samples have ended.
static json_int_t frames_around(const struct timing *t, int64_t samples)
{
    int64_t of_frame = RATE * t->per;

    return samples <= 0 ? 0 : (samples * t->fps + of_frame - 1) / of_frame;
}

static json_int_t frames_of_footage(const struct media_job *job, const struct timing *t)
{
    const struct media_input *clip = find_input(job, "footage");
    const json_t *cut = json_object_get(job->params, "footage");
    double end = seconds_of(length_of(clip));

    end = fmin(end, json_get_number(cut, "out", end));
    return nearest_frames(t, end - json_get_number(cut, "in", 0));
}

static json_int_t count_frames(const struct media_job *job, const struct timing *t,
                               struct buf *note)
{
    double wanted = json_get_number(job->params, "seconds", 0);
    double tail = json_get_number(job->params, "tail", 0);
    json_int_t frames = nearest_frames(t, wanted);
    double over = seconds_of(t->speech) + fmin(tail, 0) - wanted;

    if (wanted > 0 && (!t->spoken || over <= 0.5 / RATE))
        return frames;
    if (wanted > 0)
        buf_printf(note, "the lines need %.2f s more than the shot's %g s; the shot is longer",
                   over, wanted);
    if (t->spoken)
        return frames_around(t, t->speech + samples_of(tail));
    if (find_input(job, "footage"))
        return frames_of_footage(job, t);
    return nearest_frames(t, json_get_number(job->params, "least", 4));
}

static bool read_rate(const struct media_job *job, struct timing *t, struct err *err)
{
    const char *text = json_get_text(job->params, "fps", "24/1");
    long long fps = 0, per = 1;

    if (sscanf(text, "%lld/%lld", &fps, &per) < 1 || fps < 1 || per < 1)
        return err_set(err, ERR_FILM, "\"%s\" is no frame rate: expected \"24/1\"", text);
    t->fps = fps;
    t->per = per;
    return true;
}

json_t *timing_of(const struct media_job *job, struct buf *note, struct err *err)
{
    struct timing t = {.lines = json_object()};
    int64_t end = samples_of(json_get_number(job->params, "head", 0));
    json_t *whole = json_object(), *line;
    bool ok = read_rate(job, &t, err);
    json_int_t frames;
    size_t i;

    json_array_foreach(json_object_get(job->params, "lines"), i, line)
        ok = ok && place_line(job, &t, line, &end, err);
    json_object_set_new(whole, "lines", t.lines);
    if (!ok) {
        json_decref(whole);
        return NULL;
    }
    frames = count_frames(job, &t, note);
    frames = frames < 1 ? 1 : frames;
    json_object_set_new(whole, "frames", json_integer(frames));
    json_object_set_new(whole, "fps",
                        json_sprintf("%lld/%lld", (long long)t.fps, (long long)t.per));
    json_object_set_new(whole, "seconds",
                        json_real((double)frames * (double)t.per / (double)t.fps));
    json_object_set_new(whole, "speech", json_real(seconds_of(t.speech)));
    return whole;
}

bool timing_run(const struct media_job *job, struct err *err)
{
    struct buf text = {0}, note = {0};
    json_t *timing = timing_of(job, &note, err);
    bool ok = timing != NULL;

    if (ok) {
        json_canonical(timing, &text);
        ok = file_put(job->outputs[0].path, buf_text(&text), text.len, err);
    }
    if (ok && note.len && job->note)
        job->note(job->user, buf_text(&note));
    json_decref(timing);
    buf_release(&text);
    buf_release(&note);
    return ok;
}
