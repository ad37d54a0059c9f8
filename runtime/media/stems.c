// SPDX-License-Identifier: MIT
#include "runtime/media/stems.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/media/media.h"
#include "runtime/media/passage.h"
#include "runtime/media/pcm.h"
#include "runtime/media/programme.h"
#include "runtime/media/wave.h"

enum { WINDOW_FRAMES = 8192, CHANNELS = 2 * (1 + BUSES) }; // the mix, then each bus

// The files, and the buses that are heard in each.
static const struct stem {
    const char *output, *about;
    unsigned buses;
} stems[] = {
    {"dialogue", "dialogue", 1u << BUS_DIALOGUE},
    {"effects", "effects", 1u << BUS_EFFECTS},
    {"music", "music", 1u << BUS_MUSIC},
    {"me", "music and effects", 1u << BUS_EFFECTS | 1u << BUS_MUSIC},
};

enum { STEMS = sizeof(stems) / sizeof(*stems) };

struct desk {
    struct passage_how how;
    struct programme *buses[BUSES];
    struct wave *files[STEMS]; // NULL: not asked for
    float stem[WINDOW_FRAMES * 2];
};

static bool open_file(struct desk *d, const struct media_job *job, struct rate rate, size_t i,
                      struct err *err)
{
    const char *title = json_get_text(job->params, "title", "");
    struct buf about = {0};
    struct wave_info info = {
        .path = media_output_path(job, stems[i].output),
        .timecode = json_get_text(job->params, "timecode", NULL),
        .rate = rate,
    };

    if (!info.path)
        return true;
    buf_printf(&about, "%s%s%s", title, *title ? ": " : "", stems[i].about);
    info.description = buf_text(&about);
    d->files[i] = wave_open(&info, err);
    buf_release(&about);
    return d->files[i] != NULL;
}

static bool desk_open(struct desk *d, const struct media_job *job, struct rate rate,
                      struct err *err)
{
    for (size_t i = 0; i < STEMS; i++)
        if (!open_file(d, job, rate, i, err))
            return false;
    for (enum bus bus = 0; bus < BUSES; bus++)
        if (!(d->buses[bus] = programme_new_of(job, rate, bus, err)))
            return false;
    d->how.buses = d->buses;
    return true;
}

static void desk_close(struct desk *d)
{
    for (size_t i = 0; i < STEMS; i++)
        wave_free(d->files[i]);
    for (enum bus bus = 0; bus < BUSES; bus++)
        programme_free(d->buses[bus]);
    mem_free(d);
}

// Writes frames of all channels to the files that want them.
static bool write_frames(struct desk *d, const float *from, size_t frames, struct err *err)
{
    for (size_t k = 0; k < STEMS; k++) {
        if (!d->files[k])
            continue;
        memset(d->stem, 0, sizeof(d->stem));
        for (enum bus bus = 0; bus < BUSES; bus++)
            for (size_t i = 0; stems[k].buses & 1u << bus && i < frames * 2; i++)
                d->stem[i] += from[i / 2 * CHANNELS + 2 * (1 + bus) + i % 2];
        if (!wave_add(d->files[k], d->stem, frames, err))
            return false;
    }
    return true;
}

// A bus may be louder than full scale where another takes away from it in the mix.
static void note_clipped(const struct desk *d, const struct media_job *job)
{
    for (size_t i = 0; job->note && i < STEMS; i++) {
        float peak = d->files[i] ? wave_peak(d->files[i]) : 0;
        char text[120];

        if (peak <= 1)
            continue;
        snprintf(text, sizeof(text),
                 "the stem of %s is clipped: it is %.1f dB too loud for its file", stems[i].about,
                 20 * log10((double)peak));
        job->note(job->user, text);
    }
}

static bool prepare(struct desk *d, struct programme *mix, int64_t start, struct err *err)
{
    int64_t from = start - PASSAGE_LEAD, to = start + PASSAGE_SAMPLES + PASSAGE_TAIL;

    for (enum bus bus = 0; bus < BUSES; bus++)
        if (!programme_prepare(d->buses[bus], from, to, err))
            return false;
    return programme_prepare(mix, from, to, err);
}

static bool write_passage(struct desk *d, int64_t start, struct err *err)
{
    struct pcm out = {0};
    bool ok = passage_finish(&d->how, start, 0, &out, err);

    for (size_t at = 0; ok && at < out.frames; at += WINDOW_FRAMES) {
        size_t n = out.frames - at < WINDOW_FRAMES ? out.frames - at : WINDOW_FRAMES;

        ok = write_frames(d, out.at + at * CHANNELS, n, err);
    }
    pcm_release(&out);
    return ok;
}

static bool write_all(struct desk *d, struct programme *mix, struct err *err)
{
    bool ok = true;

    for (int64_t start = 0; ok && start < programme_samples(mix); start += PASSAGE_SAMPLES)
        ok = prepare(d, mix, start, err) && write_passage(d, start, err);
    programme_rest(mix);
    for (size_t i = 0; ok && i < STEMS; i++)
        ok = !d->files[i] || wave_finish(d->files[i], err);
    return ok;
}

static bool are_asked_for(const struct media_job *job)
{
    for (size_t i = 0; i < STEMS; i++)
        if (media_output_path(job, stems[i].output))
            return true;
    return false;
}

bool stems_write(const struct media_job *job, struct rate rate, struct programme *mix,
                 const struct passage_how *how, struct err *err)
{
    struct desk *d;
    bool ok;

    if (!are_asked_for(job))
        return true;
    d = mem_new(sizeof(*d));
    d->how = *how;
    ok = desk_open(d, job, rate, err) && write_all(d, mix, err);
    if (ok)
        note_clipped(d, job);
    desk_close(d);
    return ok || err_wrap(err, "the stems");
}
