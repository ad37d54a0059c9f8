// SPDX-License-Identifier: MIT
// First by loudness, block by block: where words begin and end. Loudness alone is vague, so the
// best places are held against the samples themselves.
#include "runtime/media/voice_match.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

// At 12 kHz voices are all there, and a sample is less than a tenth of a millisecond.
enum { DECIMATION = 4, BLOCK = 120, PLACES = 8, MOST_HELD = 12000 };

static const double least_spread = 0.1; // of loudness, in parts of its mean

// A sound at 12 kHz, and the loudness of its blocks of 10 ms.
struct thinned {
    float *samples, *blocks;
    size_t n, n_blocks;
};

static void thin(struct thinned *t, const float *from, size_t n)
{
    t->n = n / DECIMATION;
    t->n_blocks = t->n / BLOCK;
    t->samples = mem_new((t->n + 1) * sizeof(*t->samples));
    t->blocks = mem_new((t->n_blocks + 1) * sizeof(*t->blocks));
    for (size_t i = 0; i < t->n; i++)
        for (size_t k = 0; k < DECIMATION; k++)
            t->samples[i] += from[i * DECIMATION + k] / DECIMATION;
    for (size_t i = 0; i < t->n_blocks; i++) {
        double sum = 0;

        for (size_t k = i * BLOCK; k < (i + 1) * BLOCK; k++)
            sum += t->samples[k] * t->samples[k];
        t->blocks[i] = (float)sqrt(sum / BLOCK);
    }
}

static void release(struct thinned *t)
{
    mem_free(t->samples);
    mem_free(t->blocks);
}

static double mean_of(const float *a, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += a[i];
    return n ? sum / (double)n : 0;
}

// The normalised correlation of a and b about the given means.
static double correlate(const float *a, double mean_a, const float *b, double mean_b, size_t n)
{
    double ab = 0, aa = 0, bb = 0;

    for (size_t i = 0; i < n; i++) {
        double x = a[i] - mean_a, y = b[i] - mean_b;

        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

struct place {
    size_t block;
    double likeness;
};

// Keeps the best places in order, the best one first.
static void keep(struct place best[PLACES], struct place one)
{
    size_t i = PLACES;

    if (one.likeness <= best[PLACES - 1].likeness)
        return;
    for (; i > 1 && best[i - 2].likeness < one.likeness; i--)
        best[i - 1] = best[i - 2];
    best[i - 1] = one;
}

static void find_places(const struct thinned *sound, const struct thinned *voice,
                        struct place best[PLACES])
{
    size_t n = voice->n_blocks;
    double mean = mean_of(voice->blocks, n);

    for (size_t at = 0; at + n <= sound->n_blocks; at++) {
        const float *here = sound->blocks + at;

        keep(best, (struct place){at, correlate(here, mean_of(here, n), voice->blocks, mean, n)});
    }
}

// Holds a place, and what lies a block before and behind it, against the samples.
static void refine(const struct thinned *sound, const struct thinned *voice, size_t block,
                   size_t *at, double *likeness)
{
    size_t from = block > 0 ? (block - 1) * BLOCK : 0, to = (block + 1) * BLOCK;
    size_t n = voice->n < MOST_HELD ? voice->n : MOST_HELD;

    for (size_t i = from; i <= to && i + voice->n <= sound->n; i++) {
        double here = correlate(sound->samples + i, 0, voice->samples, 0, n);

        if (here > *likeness) {
            *likeness = here;
            *at = i;
        }
    }
}

double voice_match(const float *sound, size_t n, const float *voice, size_t m, size_t *at)
{
    struct place best[PLACES] = {{0, 0}};
    struct thinned in = {0}, of = {0};
    double likeness = 0;

    *at = 0;
    thin(&in, sound, n);
    thin(&of, voice, m);
    if (of.n_blocks && m <= n) {
        find_places(&in, &of, best);
        for (size_t i = 0; i < PLACES && best[i].likeness > 0; i++)
            refine(&in, &of, best[i].block, at, &likeness);
    }
    *at *= DECIMATION;
    release(&in);
    release(&of);
    return likeness;
}

bool voice_has_places(const float *voice, size_t m)
{
    struct thinned t = {0};
    double mean, spread = 0;
    bool has;

    thin(&t, voice, m);
    mean = mean_of(t.blocks, t.n_blocks);
    for (size_t i = 0; i < t.n_blocks; i++)
        spread += (t.blocks[i] - mean) * (t.blocks[i] - mean);
    has = t.n_blocks && sqrt(spread / (double)t.n_blocks) > least_spread * mean;
    release(&t);
    return has;
}
