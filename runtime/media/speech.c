// SPDX-License-Identifier: MIT
// Draft speech: libav's flite where it is, else the espeak-ng program, else silence of the length
// that the words would take.
#include "runtime/media/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "runtime/media/filters.h"
#include "runtime/media/espeak.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/spoken.h"
#include "runtime/media/voices.h"

static const double line_lufs = -20;
static const double highest_peak_db = -3;
static const double edge_seconds = 0.015; // of silence before the first sound and after the last
static const float floor_factor = 0.012f; // of the peak: what is below is silence
static const double least_seconds = 0.3;
static const double flite_hz = 16000;
static const double quaver_depth = 0.06;
static const double quaver_delay = 0.005 * 16000; // samples: what the filter holds back
enum { MOST_SHAPES = 8 };

static void note(const struct media_job *job, const char *text)
{
    if (job->note)
        job->note(job->user, text);
}

// The filters that make one of flite's voices somebody's, with their numbers.
struct shape {
    struct filter list[MOST_SHAPES];
    char numbers[MOST_SHAPES][32], tempo[32];
    size_t n;
};

// Adds a filter with one number; returns it for more options.
static struct filter *add_shape(struct shape *s, const char *name, const char *option, double value)
{
    snprintf(s->numbers[s->n], sizeof(*s->numbers), "%.4f", value);
    s->list[s->n] = (struct filter){name, {{option, s->numbers[s->n]}}};
    return &s->list[s->n++];
}

// Pitch and pace: by rubberband where the libav at hand has it, else by playing faster or slower
// and putting the pace right.
static void shape_voice(struct shape *s, const struct voice *v)
{
    if (filters_have("rubberband")) {
        struct filter *f = add_shape(s, "rubberband", "pitch", v->pitch);

        snprintf(s->tempo, sizeof(s->tempo), "%.4f", v->tempo);
        f->options[1] = (struct filter_option){"tempo", s->tempo};
        f->options[2] = (struct filter_option){"formant", v->same_throat ? "preserved" : "shifted"};
        add_shape(s, "aresample", "sample_rate", flite_hz);
    } else {
        add_shape(s, "asetrate", "sample_rate", round(flite_hz * v->pitch));
        add_shape(s, "aresample", "sample_rate", flite_hz);
        add_shape(s, "atempo", "tempo", v->tempo / v->pitch);
    }
    if (v->quaver) {
        add_shape(s, "vibrato", "d", quaver_depth);
        // Until it has heard so many samples it plays what its memory held before.
        add_shape(s, "atrim", "start_sample", quaver_delay);
    }
    if (v->low_hz > 0)
        add_shape(s, "highpass", "frequency", v->low_hz);
    if (v->high_hz > 0)
        add_shape(s, "lowpass", "frequency", v->high_hz);
}

static bool say_with_flite(struct pcm *out, const struct spoken *words, const struct voice *v,
                           const struct media_job *job, struct err *err)
{
    struct shape shape = {
        .list = {{"flite", {{"text", buf_text(&words->plain)}, {"voice", v->flite}}}},
        .n = 1,
    };
    struct filters *f;
    bool done = false, ok;

    shape_voice(&shape, v);
    f = filters_new(shape.list, shape.n, false, 1, err);
    ok = f != NULL;
    while (ok && !done) {
        if (atomic_load(job->cancelled))
            ok = err_set(err, ERR_CANCELLED, "stopped");
        else
            ok = filters_pull(f, out, &done, err);
    }
    filters_free(f);
    return ok;
}

static bool say_nothing(struct pcm *out, const struct spoken *words, const struct media_job *job)
{
    double seconds = words->seconds < least_seconds ? least_seconds : words->seconds;

    if (words->empty)
        note(job, "this line has no words: its voice is silent");
    else
        note(job, words->latin
                      ? "neither flite nor espeak-ng is on this machine: the voice is silent"
                      : "without espeak-ng the draft speaks no language of this script: the voice "
                        "is silent");
    pcm_init(out, 1, (size_t)pcm_sample(seconds));
    return true;
}

// flite speaks English only; what it cannot say goes to espeak-ng first.
static bool say(struct pcm *out, const struct spoken *words, const struct voice *v,
                const struct media_job *job, struct err *err)
{
    bool english = words->latin && strcmp(words->language, "en") == 0;
    bool flite = filters_have("flite") && words->latin;
    bool found;

    if (words->empty)
        return say_nothing(out, words, job);
    if (english && flite)
        return say_with_flite(out, words, v, job, err);
    if (!espeak_say(out, buf_text(&words->text), words->language, v, job->cancelled, &found, err))
        return false;
    if (found)
        return true;
    if (!flite)
        return say_nothing(out, words, job);
    note(job, "without espeak-ng the draft reads this language with an English voice");
    return say_with_flite(out, words, v, job, err);
}

// Cuts the silence at both ends to the same short breath, so that a line starts when it is told to.
static void trim(struct pcm *p)
{
    float least = pcm_peak(p) * floor_factor;
    size_t edge = (size_t)pcm_sample(edge_seconds), first = 0, last = p->frames;
    struct pcm kept;

    if (least <= 0)
        return;
    while (first < last && p->at[first] < least && p->at[first] > -least)
        first++;
    while (last > first && p->at[last - 1] < least && p->at[last - 1] > -least)
        last--;
    pcm_init(&kept, 1, last - first + 2 * edge);
    pcm_add(&kept, (int64_t)edge - (int64_t)first, p, 1);
    pcm_fade(&kept, edge / 2, edge / 2);
    pcm_release(p);
    *p = kept;
}

// Every line as loud as every other, but for how it is said.
static void level(struct pcm *p, double db_over)
{
    double lufs = loudness_of(p);
    float peak = pcm_peak(p), factor, most = pcm_factor(highest_peak_db);

    if (peak <= 0 || lufs <= LOUDNESS_SILENCE)
        return;
    factor = pcm_factor(line_lufs + db_over - lufs);
    if (peak * factor > most)
        factor = most / peak;
    pcm_scale(p, factor);
}

bool speak_run(const struct media_job *job, struct err *err)
{
    struct voice voice = voice_for(job->params);
    struct spoken words;
    struct pcm sound = {.channels = 1};
    bool ok;

    spoken_init(&words, job->params);
    ok = say(&sound, &words, &voice, job, err);
    if (ok) {
        trim(&sound);
        level(&sound, voice.level);
        ok = pcm_write(&sound, media_output_path(job, "voice"), PCM_S16, err);
    }
    pcm_release(&sound);
    spoken_release(&words);
    return ok;
}
