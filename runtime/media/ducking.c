// SPDX-License-Identifier: MIT
#include "runtime/media/ducking.h"

#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/media/pcm.h"

static const float pi = 3.14159265f;
static const float usual_floor = 0.5f; // -6 dB
static const double usual_attack_seconds = 0.15, usual_release_seconds = 0.4;
static const double least_ramp_seconds = 0.01; // a shorter one clicks
static const double bridge_seconds = 1;        // between lines that count as one

struct duck duck_read(const json_t *value)
{
    struct duck d = {usual_floor, usual_attack_seconds, usual_release_seconds};

    if (json_is_false(value))
        d.floor = 1;
    if (json_is_object(value)) {
        d.floor = pcm_factor(-json_get_number(value, "by", 6));
        d.attack_seconds = json_get_number(value, "attack", d.attack_seconds);
        d.release_seconds = json_get_number(value, "release", d.release_seconds);
    }
    d.attack_seconds = fmax(least_ramp_seconds, d.attack_seconds);
    d.release_seconds = fmax(least_ramp_seconds, d.release_seconds);
    return d;
}

void ducking_add(struct ducking *d, int64_t start, int64_t samples)
{
    vec_push(&d->lines, (struct stretch){start, start + samples});
}

static int by_start(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

void ducking_sort(struct ducking *d)
{
    int64_t bridge = pcm_sample(bridge_seconds);
    size_t n = 0;

    if (d->lines.n)
        qsort(d->lines.at, d->lines.n, sizeof(*d->lines.at), by_start);
    for (size_t i = 0; i < d->lines.n; i++) {
        struct stretch next = d->lines.at[i];

        if (n && next.start - d->lines.at[n - 1].end < bridge) {
            if (next.end > d->lines.at[n - 1].end)
                d->lines.at[n - 1].end = next.end;
        } else {
            d->lines.at[n++] = next;
        }
    }
    d->lines.n = n;
}

void ducking_release(struct ducking *d)
{
    vec_release(&d->lines);
}

// From 1 far from the stretch to the floor within it, along half a cosine.
static float factor_at(const struct stretch *line, const struct duck *duck, int64_t sample)
{
    float attack = (float)(duck->attack_seconds * PCM_RATE),
          release = (float)(duck->release_seconds * PCM_RATE);
    float away = 0; // 0 within, 1 beyond the ramp

    if (sample < line->start)
        away = (float)(line->start - sample) / attack;
    else if (sample >= line->end)
        away = (float)(sample - line->end) / release;
    if (away >= 1)
        return 1;
    return duck->floor + (1 - duck->floor) * (0.5f - 0.5f * cosf(pi * away));
}

// The first line that has not let go of a sample. Lines are in order and lie apart.
static size_t first_heard(const struct ducking *d, int64_t release, int64_t sample)
{
    size_t from = 0, to = d->lines.n;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (d->lines.at[middle].end + release <= sample)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

void ducking_fill(const struct ducking *d, const struct duck *duck, int64_t start, float *factors,
                  size_t n)
{
    int64_t attack = pcm_sample(duck->attack_seconds), release = pcm_sample(duck->release_seconds);
    size_t first = first_heard(d, release, start);

    for (size_t i = 0; i < n; i++) {
        int64_t sample = start + (int64_t)i;

        while (first < d->lines.n && d->lines.at[first].end + release <= sample)
            first++;
        factors[i] = 1;
        // Slow ramps of neighbours overlap: the lower one holds.
        for (size_t k = first; k < d->lines.n && d->lines.at[k].start - attack <= sample; k++)
            factors[i] = fminf(factors[i], factor_at(&d->lines.at[k], duck, sample));
    }
}

void ducking_describe(const struct ducking *d, const struct duck *duck, int64_t from, int64_t to,
                      struct buf *out)
{
    int64_t attack = pcm_sample(duck->attack_seconds), release = pcm_sample(duck->release_seconds);

    for (size_t i = first_heard(d, release, from); i < d->lines.n; i++) {
        struct stretch line = d->lines.at[i];

        if (line.start - attack >= to)
            break;
        // How long somebody spoke before, or will speak after, is not heard.
        line.start = line.start > from ? line.start : from;
        line.end = line.end < to ? line.end : line.start > to ? line.start : to;
        buf_printf(out, " line %lld %lld", (long long)(line.start - from),
                   (long long)(line.end - from));
    }
}
