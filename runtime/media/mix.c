// SPDX-License-Identifier: MIT
// A shot's stems: its dialogue and its effects on its own time.
#include "runtime/media/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "runtime/media/hush.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/params.h"
#include "runtime/media/pcm.h"

static const double ring_seconds = 1; // that a spot sound may last beyond its shot
static const double softest_lufs = -27, loudest_lufs = -16; // of a line, before its own level
static const double least_measured_seconds = 0.4, highest_peak_db = -1;
static const double footage_fade_seconds = 0.005;

// The stems of one shot. Sample 0 lies lead before the shot's first frame.
struct stems {
    const struct media_job *job;
    int64_t lead, picture; // samples
    struct rate rate;
    struct pcm dialogue, effects;
};

// Adds sound to stem at a sample of the shot, making the stem longer if it must be.
static void place(struct stems *s, struct pcm *stem, int64_t sample, const struct pcm *sound,
                  float factor)
{
    int64_t end = s->lead + sample + (int64_t)sound->frames;

    if (end > (int64_t)stem->frames)
        pcm_resize(stem, (size_t)end);
    pcm_add(stem, s->lead + sample, sound, factor);
}

// Voices of any model and microphone sit together: one that is far from the usual level is brought
// near it. What direction makes of a line, from a whisper to a shout, lies within.
static void bring_near(struct pcm *voice)
{
    double lufs = loudness_of(voice), wanted;
    float most = pcm_factor(highest_peak_db) / fmaxf(1e-9f, pcm_peak(voice));

    if (voice->frames < (size_t)pcm_sample(least_measured_seconds) || lufs <= LOUDNESS_SILENCE)
        return;
    wanted = lufs < softest_lufs ? softest_lufs : lufs > loudest_lufs ? loudest_lufs : lufs;
    pcm_scale(voice, fminf(pcm_factor(wanted - lufs), fmaxf(1, most)));
}

static bool add_line(struct stems *s, const json_t *line, struct err *err)
{
    const char *name = json_get_text(line, "name", "");
    const struct media_input *input = media_input(s->job, name);
    double start = json_get_number(line, "start", 0);
    struct pcm voice;

    if (!input)
        return err_set(err, ERR_BUG, "a mix has no voice for its line \"%s\"", name);
    if (s->lead + pcm_sample(start) < 0)
        return err_set(err, ERR_BUG, "line \"%s\" starts %.3f s before its stem", name,
                       -start - (double)s->lead / PCM_RATE);
    if (!pcm_read(&voice, input->path, 1, err))
        return err_wrap(err, "line \"%s\"", name);
    bring_near(&voice);
    place(s, &s->dialogue, pcm_sample(start), &voice,
          pcm_factor(json_get_number(line, "level", 0)));
    pcm_release(&voice);
    return true;
}

static bool add_lines(struct stems *s, struct err *err)
{
    const json_t *lines = json_object_get(s->job->params, "lines");

    for (size_t i = 0; i < json_array_size(lines); i++)
        if (!add_line(s, json_array_get(lines, i), err))
            return false;
    return true;
}

// A spot sound starts with the shot and may ring a little over the next one.
static bool add_spot(struct stems *s, struct err *err)
{
    const struct media_input *input = media_input(s->job, "sound");
    const json_t *params = json_object_get(s->job->params, "sound");
    size_t ring = (size_t)pcm_sample(ring_seconds), most = (size_t)s->picture + ring;
    struct pcm sound;

    if (!input)
        return true;
    if (!pcm_read(&sound, input->path, 2, err))
        return err_wrap(err, "the shot's sound");
    if (sound.frames > most) {
        pcm_resize(&sound, most);
        pcm_fade(&sound, 0, ring);
    }
    place(s, &s->effects, 0, &sound, pcm_factor(json_get_number(params, "level", 0)));
    pcm_release(&sound);
    return true;
}

// The sound of the footage that the shot shows, no longer than it is seen.
static bool add_footage(struct stems *s, struct err *err)
{
    const struct media_input *input = media_input(s->job, "footage");
    const json_t *params = json_object_get(s->job->params, "footage");
    const char *bus = json_get_text(params, "bus", "effects");
    size_t fade = (size_t)pcm_sample(footage_fade_seconds);
    struct pcm sound, seen;

    if (!input || strcmp(bus, "drop") == 0)
        return true;
    if (input->facts && !json_get_flag(input->facts, "audio", true))
        return true;
    if (!pcm_read(&sound, input->path, 2, err))
        return err_wrap(err, "the footage's sound");
    pcm_init(&seen, 2, (size_t)s->picture);
    pcm_add(&seen, -pcm_sample(json_get_number(params, "in", 0)), &sound, 1);
    pcm_fade(&seen, fade, fade);
    place(s, strcmp(bus, "dialogue") == 0 ? &s->dialogue : &s->effects, 0, &seen,
          pcm_factor(json_get_number(params, "level", 0)));
    pcm_release(&seen);
    pcm_release(&sound);
    return true;
}

// To the end of a frame: an editor lays stems on frames, and would cut off what is over.
static void fill_last_frame(const struct stems *s, struct pcm *stem)
{
    int64_t frames = (int64_t)stem->frames * s->rate.num / ((int64_t)PCM_RATE * s->rate.den);

    while (pcm_frame_sample(s->rate, frames) < (int64_t)stem->frames)
        frames++;
    pcm_resize(stem, (size_t)pcm_frame_sample(s->rate, frames));
}

// Where nothing is in it, nothing is missing when it is not heard.
static void tell_silent(const struct stems *s, const struct pcm *stem, const char *name)
{
    char fact[40];

    snprintf(fact, sizeof(fact), "%s.silent", name);
    if (pcm_peak(stem) < HUSH_MOST)
        media_tell(s->job, fact, json_true());
}

static bool write_stem(const struct stems *s, struct pcm *stem, const char *name, struct err *err)
{
    const char *path = media_output_path(s->job, name);

    fill_last_frame(s, stem);
    tell_silent(s, stem, name);
    return !path || pcm_write(stem, path, PCM_FLOAT, err);
}

bool mix_run(const struct media_job *job, struct err *err)
{
    struct stems s = {.job = job};
    bool ok;

    if (!params_rate(job->params, &s.rate, err))
        return false;
    s.lead = pcm_sample(json_get_number(job->params, "lead", 0));
    s.picture = pcm_frame_sample(s.rate, json_get_integer(job->params, "frames", 0));
    pcm_init(&s.dialogue, 2, (size_t)(s.lead + s.picture));
    pcm_init(&s.effects, 2, (size_t)(s.lead + s.picture));
    ok = add_lines(&s, err) && add_spot(&s, err) && add_footage(&s, err) &&
         write_stem(&s, &s.dialogue, "dialogue", err) && write_stem(&s, &s.effects, "effects", err);
    pcm_release(&s.dialogue);
    pcm_release(&s.effects);
    return ok;
}
