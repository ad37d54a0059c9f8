// SPDX-License-Identifier: MIT
#include "runtime/media/master.h"

#include <math.h>
#include <stdio.h>

#include "base/err.h"
#include "base/vec.h"
#include "runtime/media/filters.h"
#include "runtime/media/loudness.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"

// A true peak may stand this far above the samples beside it.
static const double between_samples_db = 3;
static const double near_enough_lu = 0.15;
static const double most_gain_db = 40;
static const double block_release = 0.095; // of what a limiter holds, given back in a block
static const double heavy_limiting_db = 1; // beyond this a guess is not good enough
enum { WINDOW_FRAMES = 8192, BLOCK_FRAMES = 512, MOST_ROUNDS = 3 };

// A hundredth of a second of the programme as it came.
struct block {
    float peak, energy;
};

struct master {
    struct programme *programme;
    double ceiling_db, gain_db;
    bool limited;
    struct filters *limiter; // NULL until the first read of a pass
    bool fed;                // the programme is at its end
    struct meter *meter;     // of what is read
    VEC(struct block) blocks;
    float window[WINDOW_FRAMES * 2];
};

// Plain limiting at 48 kHz misses what lies between samples: so at four times that.
static bool start_limiter(struct master *m, struct err *err)
{
    char limit[32];
    struct filter list[] = {
        {"aresample", {{"sample_rate", "192000"}}},
        {"alimiter",
         {{"limit", limit}, {"level", "0"}, {"attack", "5"}, {"release", "100"}, {"latency", "1"}}},
        {"aresample", {{"sample_rate", "48000"}}},
    };

    snprintf(limit, sizeof(limit), "%.6f", (double)pcm_factor(m->ceiling_db));
    m->limiter = filters_new(list, sizeof(list) / sizeof(*list), true, 2, err);
    return m->limiter != NULL;
}

static void rewind_all(struct master *m, bool true_peak)
{
    programme_rewind(m->programme);
    filters_free(m->limiter);
    m->limiter = NULL;
    m->fed = false;
    meter_free(m->meter);
    m->meter = meter_new(2, true_peak);
}

// The programme's next window with the gain on it.
static bool read_window(struct master *m, size_t *got, struct err *err)
{
    float factor = pcm_factor(m->gain_db);

    if (!programme_read(m->programme, m->window, WINDOW_FRAMES, got, err))
        return false;
    for (size_t i = 0; i < *got * 2; i++)
        m->window[i] *= factor;
    return true;
}

static bool read_limited(struct master *m, struct pcm *out, struct err *err)
{
    bool done = false;
    size_t got;

    if (!m->limiter && !start_limiter(m, err))
        return false;
    while (!out->frames && !done) {
        if (!m->fed) {
            if (!read_window(m, &got, err) || !filters_push(m->limiter, m->window, got, err))
                return false;
            m->fed = got == 0;
        }
        if (!filters_pull(m->limiter, out, &done, err))
            return false;
    }
    return true;
}

bool master_read(struct master *m, struct pcm *out, struct err *err)
{
    size_t got = 0;
    bool ok;

    out->channels = 2;
    out->frames = 0;
    if (m->limited) {
        ok = read_limited(m, out, err);
    } else {
        ok = read_window(m, &got, err);
        pcm_resize(out, ok ? got : 0);
        for (size_t i = 0; ok && i < got * 2; i++)
            out->at[i] = m->window[i];
    }
    if (ok)
        meter_add(m->meter, out->at, out->frames);
    return ok;
}

static void keep_blocks(struct master *m, const struct pcm *piece)
{
    for (size_t start = 0; start < piece->frames; start += BLOCK_FRAMES) {
        struct block b = {0};

        for (size_t i = start; i < start + BLOCK_FRAMES && i < piece->frames; i++)
            for (size_t c = 0; c < 2; c++) {
                float x = fabsf(piece->at[2 * i + c]);

                b.peak = x > b.peak ? x : b.peak;
                b.energy += x * x;
            }
        vec_push(&m->blocks, b);
    }
}

// Reads all of it once; tells the loudness and the highest sample.
static bool pass(struct master *m, double *lufs, double *peak_db, struct err *err)
{
    struct pcm piece = {0};
    float peak = 0;
    bool ok = true;

    rewind_all(m, false);
    do {
        ok = master_read(m, &piece, err);
        peak = fmaxf(peak, ok ? pcm_peak(&piece) : 0);
        if (ok && !m->limited) // the first pass
            keep_blocks(m, &piece);
    } while (ok && piece.frames);
    pcm_release(&piece);
    *lufs = meter_lufs(m->meter);
    *peak_db = peak > 0 ? 20 * log10((double)peak) : -HUGE_VAL;
    return ok;
}

// What the limiter will take from the loudness, guessed from the blocks that count in it.
static double guess_loss_db(const struct master *m)
{
    double limit = (double)pcm_factor(m->ceiling_db - m->gain_db), held = 1;
    double mean = 0, before = 0, after = 0;

    for (size_t i = 0; i < m->blocks.n; i++)
        mean += (double)m->blocks.at[i].energy / (double)m->blocks.n;
    for (size_t i = 0; i < m->blocks.n; i++) {
        const struct block *b = &m->blocks.at[i];

        held += (1 - held) * block_release;
        held = fmin(held, (double)b->peak > limit ? limit / (double)b->peak : 1);
        if ((double)b->energy > mean / 10) {
            before += (double)b->energy;
            after += (double)b->energy * held * held;
        }
    }
    return before > 0 ? -10 * log10(after / before) : 0;
}

// The limiter takes from the loudness, so the gain is raised, always of the unlimited programme:
// by a guess where it takes little, else by measuring what it leaves.
static bool make_up_for_limiting(struct master *m, double target, struct err *err)
{
    double plain_db = m->gain_db, loss = 0, lufs, peak_db;

    for (int round = 0; round < MOST_ROUNDS; round++) {
        loss = guess_loss_db(m);
        m->gain_db = fmin(most_gain_db, plain_db + loss);
    }
    for (int round = 0; loss > heavy_limiting_db && round < MOST_ROUNDS; round++) {
        if (!pass(m, &lufs, &peak_db, err))
            return false;
        if (fabs(target - lufs) < near_enough_lu || m->gain_db >= most_gain_db)
            break;
        m->gain_db = fmin(most_gain_db, m->gain_db + target - lufs);
    }
    return true;
}

static bool find_gain(struct master *m, double target, struct err *err)
{
    double lufs, peak_db;

    if (!pass(m, &lufs, &peak_db, err))
        return false;
    if (lufs <= LOUDNESS_SILENCE)
        return true;
    m->gain_db = fmin(most_gain_db, target - lufs);
    m->limited = peak_db + m->gain_db > m->ceiling_db - between_samples_db;
    return !m->limited || make_up_for_limiting(m, target, err);
}

struct master *master_new(struct programme *programme, double lufs, double dbtp, struct err *err)
{
    struct master *m = mem_new(sizeof(*m));

    m->programme = programme;
    m->ceiling_db = dbtp;
    if (find_gain(m, lufs, err)) {
        rewind_all(m, true);
        return m;
    }
    master_free(m);
    return NULL;
}

void master_free(struct master *m)
{
    if (!m)
        return;
    filters_free(m->limiter);
    meter_free(m->meter);
    vec_release(&m->blocks);
    mem_free(m);
}

double master_lufs(const struct master *m)
{
    return meter_lufs(m->meter);
}

double master_true_peak(const struct master *m)
{
    return meter_true_peak(m->meter);
}
