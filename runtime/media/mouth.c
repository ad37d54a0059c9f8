// SPDX-License-Identifier: MIT
#include "runtime/media/mouth.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "runtime/media/pcm.h"

// Of one frame's samples: loudness, and how much of it is high: hissing and bright vowels.
static void weigh(const struct pcm *p, int64_t from, int64_t to, double *rms, double *bright)
{
    double power = 1e-12, steps = 0;

    for (int64_t i = from < 1 ? 1 : from; i < to && i < (int64_t)p->frames; i++) {
        double d = p->at[i] - p->at[i - 1];

        power += (double)p->at[i] * p->at[i];
        steps += d * d;
    }
    *rms = sqrt(power / (double)(to - from));
    *bright = sqrt(steps / power);
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return x < y ? -1 : x > y;
}

// The value that part of all are below.
static double quantile(const float *values, size_t n, double part)
{
    float *sorted = mem_resize(NULL, n, sizeof(*sorted));
    double at;

    for (size_t i = 0; i < n; i++)
        sorted[i] = values[i];
    qsort(sorted, n, sizeof(*sorted), compare);
    at = sorted[(size_t)((double)(n - 1) * part)];
    mem_free(sorted);
    return at;
}

// Mouths open at once and close at leisure; what is 30 dB below the loudest is a breath.
static void settle(struct mouth *m)
{
    double loud = fmax(quantile(m->open, m->n, .95), 1e-4), bright = 0, now = 0, round = 0;
    size_t voiced = 0;

    for (size_t i = 0; i < m->n; i++)
        if (m->open[i] > loud * .1) {
            bright += m->round[i];
            voiced++;
        }
    bright = voiced ? bright / (double)voiced : 1;
    for (size_t i = 0; i < m->n; i++) {
        double level = fmax(0, 1 + 20 * log10(m->open[i] / loud + 1e-6) / 30);
        double want = fmin(1, level * level * 1.15);
        double turn = level > .25 ? fmax(-1, fmin(1, (bright - m->round[i]) / (bright * .45))) : 0;

        now += (want - now) * (want > now ? .80 : .45);
        round += (turn - round) * .5;
        m->open[i] = (float)now;
        m->round[i] = (float)round;
    }
}

bool mouth_read(struct mouth *m, const char *path, struct rate rate, struct err *err)
{
    struct pcm p = {0};

    if (!pcm_read(&p, path, 1, err))
        return false;
    m->n = (size_t)(rate_frames(rate, (double)p.frames / PCM_RATE) + 1);
    m->open = mem_resize(NULL, m->n, sizeof(*m->open));
    m->round = mem_resize(NULL, m->n, sizeof(*m->round));
    for (size_t i = 0; i < m->n; i++) {
        double rms, bright;

        weigh(&p, pcm_frame_sample(rate, (int64_t)i), pcm_frame_sample(rate, (int64_t)i + 1), &rms,
              &bright);
        m->open[i] = (float)rms;
        m->round[i] = (float)bright;
    }
    settle(m);
    pcm_release(&p);
    return true;
}

void mouth_release(struct mouth *m)
{
    mem_free(m->open);
    mem_free(m->round);
    *m = (struct mouth){0};
}

double mouth_open(const struct mouth *m, long long frame)
{
    return frame >= 0 && (size_t)frame < m->n ? m->open[frame] : 0;
}

double mouth_round(const struct mouth *m, long long frame)
{
    return frame >= 0 && (size_t)frame < m->n ? m->round[frame] : 0;
}
