// SPDX-License-Identifier: MIT
#include "runtime/media/heard.h"

#include <math.h>

#include "base/json.h"
#include "base/vec.h"
#include "runtime/media/media.h"

enum { SLACK_FRAMES = 3 };

struct sounding {
    double start, end; // seconds
};

struct heard {
    const struct media_job *job;
    struct rate rate;
    VEC(double) shots; // the second at which each begins, and where the last one ends
    VEC(struct sounding) list;
};

static void read_shots(struct heard *h, const json_t *shots)
{
    int64_t frame = json_get_integer(h->job->params, "slate", 0);

    vec_push(&h->shots, rate_seconds(h->rate, frame));
    for (size_t i = 0; i < json_array_size(shots); i++) {
        frame += json_get_integer(json_array_get(shots, i), "frames", 0);
        vec_push(&h->shots, rate_seconds(h->rate, frame));
    }
}

static double shot_start(const struct heard *h, json_int_t n)
{
    json_int_t last = (json_int_t)h->shots.n - 1;

    return h->shots.at[n < 0 ? 0 : n > last ? last : n];
}

// From when to when the sound is heard that object names, on its own time; never where it names
// none, or nothing is in it. What does not tell is heard as long as it lasts.
static struct sounding sounding_of(const struct heard *h, const json_t *object, const char *name)
{
    json_int_t n = json_get_integer(object, name, -1);
    const struct media_input *input = n < 0 ? NULL : media_input_nth(h->job, name, (size_t)n);
    const json_t *heard = input ? json_object_get(input->facts, "heard") : NULL;

    if (!input || json_get_flag(input->facts, "silent", false))
        return (struct sounding){0, 0};
    if (heard)
        return (struct sounding){json_number_value(json_array_get(heard, 0)),
                                 json_number_value(json_array_get(heard, 1))};
    return (struct sounding){0, json_get_number(input->facts, "seconds", 0)};
}

static void add(struct heard *h, double start, double end)
{
    if (end > start)
        vec_push(&h->list, (struct sounding){start, end});
}

// A stem of dialogue lasts as long as its shot: there the lines tell.
static void add_lines(struct heard *h, const json_t *lines)
{
    for (size_t i = 0; i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        double start =
            shot_start(h, json_get_integer(line, "shot", 0)) + json_get_number(line, "start", 0);

        add(h, start, start + json_get_number(line, "seconds", 0));
    }
}

static void add_effects(struct heard *h, const json_t *shots)
{
    for (size_t i = 0; i < json_array_size(shots); i++) {
        const json_t *shot = json_array_get(shots, i);
        double zero = shot_start(h, (json_int_t)i) - json_get_number(shot, "lead", 0);
        struct sounding stem = sounding_of(h, shot, "effects");

        add(h, zero + stem.start, zero + stem.end);
    }
}

// Under shots from..to.
static void read_range(const struct heard *h, const json_t *one, double *start, double *end)
{
    json_int_t last = (json_int_t)h->shots.n - 2;

    *start = shot_start(h, json_get_integer(one, "from", 0));
    *end = shot_start(h, json_get_integer(one, "to", last) + 1);
}

// Beds go round.
static void add_beds(struct heard *h, const json_t *beds)
{
    for (size_t i = 0; i < json_array_size(beds); i++) {
        double start, end;

        read_range(h, json_array_get(beds, i), &start, &end);
        add(h, start, end);
    }
}

// Music ends where its file does.
static void add_music(struct heard *h, const json_t *music)
{
    for (size_t i = 0; i < json_array_size(music); i++) {
        const json_t *cue = json_array_get(music, i);
        double start, end, seconds = sounding_of(h, cue, "music").end;

        read_range(h, cue, &start, &end);
        start += json_get_number(cue, "at", 0);
        seconds =
            fmin(seconds, json_get_number(cue, "out", seconds)) - json_get_number(cue, "in", 0);
        add(h, start, fmin(end, start + seconds));
    }
}

struct heard *heard_new(const struct media_job *job, struct rate rate)
{
    struct heard *h = mem_new(sizeof(*h));

    h->job = job;
    h->rate = rate;
    read_shots(h, json_object_get(job->params, "shots"));
    add_lines(h, json_object_get(job->params, "lines"));
    add_effects(h, json_object_get(job->params, "shots"));
    add_beds(h, json_object_get(job->params, "beds"));
    add_music(h, json_object_get(job->params, "music"));
    return h;
}

void heard_free(struct heard *h)
{
    if (!h)
        return;
    vec_release(&h->shots);
    vec_release(&h->list);
    mem_free(h);
}

bool heard_between(const struct heard *h, double start, double end)
{
    double slack = rate_seconds(h->rate, SLACK_FRAMES);

    for (size_t i = 0; i < h->list.n; i++)
        if (h->list.at[i].start < end - slack && h->list.at[i].end > start + slack)
            return true;
    return false;
}
