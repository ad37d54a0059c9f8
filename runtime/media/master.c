// SPDX-License-Identifier: MIT
#include "runtime/media/master.h"

#include <math.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "runtime/media/filters.h"
#include "runtime/media/loudness.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"

// A true peak may stand this far above the samples beside it.
static const double between_samples_db = 3;
static const double near_enough_lu = 0.15;
static const double most_gain_db = 40;
enum { WINDOW_FRAMES = 8192, MOST_ROUNDS = 3 };

struct master {
    struct programme *programme;
    double ceiling_db, gain_db;
    bool limited;
    struct filters *limiter; // NULL until the first read of a pass
    bool fed;                // the programme is at its end
    struct meter *meter;     // of what is read
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
    } while (ok && piece.frames);
    pcm_release(&piece);
    *lufs = meter_lufs(m->meter);
    *peak_db = peak > 0 ? 20 * log10((double)peak) : -HUGE_VAL;
    return ok;
}

// The gain for lufs; where the limiter takes from it, more, always of the unlimited programme.
static bool find_gain(struct master *m, double target, struct err *err)
{
    double lufs, peak_db;

    if (!pass(m, &lufs, &peak_db, err))
        return false;
    if (lufs <= LOUDNESS_SILENCE)
        return true;
    m->gain_db = fmin(most_gain_db, target - lufs);
    m->limited = peak_db + m->gain_db > m->ceiling_db - between_samples_db;
    for (int round = 0; m->limited && round < MOST_ROUNDS; round++) {
        if (!pass(m, &lufs, &peak_db, err))
            return false;
        if (fabs(target - lufs) < near_enough_lu || m->gain_db >= most_gain_db)
            break;
        m->gain_db = fmin(most_gain_db, m->gain_db + target - lufs);
    }
    return true;
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
