// SPDX-License-Identifier: MIT
#include "runtime/media/ducking.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/media/pcm.h"

static const float pi = 3.14159265f;
static const float floor_factor = 0.5f; // -6 dB
static const double attack_seconds = 0.15, release_seconds = 0.4;
static const double bridge_seconds = 1; // between lines that count as one

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
static float factor_at(const struct stretch *line, int64_t sample)
{
    float attack = (float)(attack_seconds * PCM_RATE),
          release = (float)(release_seconds * PCM_RATE);
    float away = 0; // 0 within, 1 beyond the ramp

    if (sample < line->start)
        away = (float)(line->start - sample) / attack;
    else if (sample >= line->end)
        away = (float)(sample - line->end) / release;
    if (away >= 1)
        return 1;
    return floor_factor + (1 - floor_factor) * (0.5f - 0.5f * cosf(pi * away));
}

void ducking_fill(struct ducking *d, int64_t start, float *factors, size_t n)
{
    int64_t release = pcm_sample(release_seconds);

    if (start == 0)
        d->at = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t sample = start + (int64_t)i;

        while (d->at < d->lines.n && sample >= d->lines.at[d->at].end + release)
            d->at++;
        factors[i] = d->at < d->lines.n ? factor_at(&d->lines.at[d->at], sample) : 1;
    }
}
