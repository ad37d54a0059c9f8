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

// Samples of a sound; none where from is to.
struct part {
    int64_t from, to;
};

struct stem {
    struct pcm sound;
    struct part heard; // in which it is meant to be heard
};

// The stems of one shot. Sample 0 lies lead before the shot's first frame.
struct stems {
    const struct media_job *job;
    int64_t lead, picture; // samples
    struct rate rate;
    struct stem dialogue, effects;
};

// From the first sample to the last that does not count as silence.
static struct part audible(const struct pcm *sound, float factor)
{
    struct part part = {0, 0};

    for (size_t i = 0; i < sound->frames * sound->channels; i++)
        if (fabsf(sound->at[i]) * factor >= HUSH_MOST) {
            int64_t sample = (int64_t)(i / sound->channels);

            part.from = part.to ? part.from : sample;
            part.to = sample + 1;
        }
    return part;
}

// Makes heard reach over a part that begins at a sample.
static void reach(struct part *heard, int64_t start, struct part part)
{
    if (part.from == part.to)
        return;
    if (heard->from == heard->to || start + part.from < heard->from)
        heard->from = start + part.from;
    if (start + part.to > heard->to)
        heard->to = start + part.to;
}

// Adds sound to stem at a sample of the shot, making the stem longer if it must be. heard is the
// part of the sound that is meant to be heard.
static void place(struct stems *s, struct stem *stem, int64_t sample, const struct pcm *sound,
                  float factor, struct part heard)
{
    int64_t start = s->lead + sample, end = start + (int64_t)sound->frames;

    if (end > (int64_t)stem->sound.frames)
        pcm_resize(&stem->sound, (size_t)end);
    pcm_add(&stem->sound, start, sound, factor);
    reach(&stem->heard, start, heard);
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
    float factor = pcm_factor(json_get_number(line, "level", 0));
    struct pcm voice;

    if (!input)
        return err_set(err, ERR_BUG, "a mix has no voice for its line \"%s\"", name);
    if (s->lead + pcm_sample(start) < 0)
        return err_set(err, ERR_BUG, "line \"%s\" starts %.3f s before its stem", name,
                       -start - (double)s->lead / PCM_RATE);
    if (!pcm_read(&voice, input->path, 1, err))
        return err_wrap(err, "line \"%s\"", name);
    bring_near(&voice);
    place(s, &s->dialogue, pcm_sample(start), &voice, factor, audible(&voice, factor));
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
    float factor = pcm_factor(json_get_number(params, "level", 0));
    struct pcm sound;

    if (!input)
        return true;
    if (!pcm_read_part(&sound, input->path, 2, 0, most + 1, err))
        return err_wrap(err, "the shot's sound");
    if (sound.frames > most) {
        pcm_resize(&sound, most);
        pcm_fade(&sound, 0, ring);
    }
    place(s, &s->effects, 0, &sound, factor, audible(&sound, factor));
    pcm_release(&sound);
    return true;
}

// Footage that falls silent is meant to be heard all the same, as long as its sound lasts.
static struct part lasting(const struct pcm *seen, float factor, size_t samples)
{
    struct part part = audible(seen, factor);

    return part.to ? (struct part){0, (int64_t)samples} : part;
}

// Leaves out what comes from a sample on, without a click; where there is any of it.
static void end_at(struct pcm *sound, int64_t end, size_t fade)
{
    if (end <= 0 || end >= (int64_t)sound->frames)
        return;
    pcm_resize(sound, (size_t)end);
    pcm_fade(sound, 0, fade);
}

static void note_tracks(const struct stems *s, const struct media_input *input)
{
    json_int_t n = json_get_integer(input->facts, "tracks", 1);
    char text[120];

    if (n < 2 || !s->job->note)
        return;
    snprintf(text, sizeof(text),
             "the footage has %lld tracks of sound, and one is heard: merge them in a copy of it",
             (long long)n);
    s->job->note(s->job->user, text);
}

// The sound of the footage that the shot shows, as long as it is seen, and `head` and `tail`
// seconds more where the file has them. Of a whole reel no more than that is held in memory.
static bool add_footage(struct stems *s, struct err *err)
{
    const struct media_input *input = media_input(s->job, "footage");
    const json_t *params = json_object_get(s->job->params, "footage");
    const char *bus = json_get_text(params, "bus", "effects");
    float factor = pcm_factor(json_get_number(params, "level", 0));
    size_t in = (size_t)pcm_sample(json_get_number(params, "in", 0));
    size_t fade = (size_t)pcm_sample(footage_fade_seconds);
    size_t head = (size_t)pcm_sample(json_get_number(params, "head", 0));
    size_t before = head < in ? head : in;
    size_t samples =
        before + (size_t)s->picture + (size_t)pcm_sample(json_get_number(params, "tail", 0));
    struct pcm sound, seen;

    if (!input || strcmp(bus, "drop") == 0)
        return true;
    if (input->facts && !json_get_flag(input->facts, "audio", true))
        return true;
    if (!pcm_read_part(&sound, input->path, 2, in - before, samples, err))
        return err_wrap(err, "the footage's sound");
    note_tracks(s, input);
    end_at(&sound, pcm_sample(json_get_number(params, "out", 0)) - (int64_t)(in - before), fade);
    pcm_init(&seen, 2, samples);
    pcm_add(&seen, 0, &sound, 1);
    pcm_fade(&seen, fade, fade);
    place(s, strcmp(bus, "dialogue") == 0 ? &s->dialogue : &s->effects, -(int64_t)before, &seen,
          factor, lasting(&seen, factor, sound.frames));
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

static void tell(const struct stems *s, const char *name, const char *fact, json_t *value)
{
    char whole[40];

    snprintf(whole, sizeof(whole), "%s.%s", name, fact);
    media_tell(s->job, whole, value);
}

// Where nothing is in it, or no more, nothing is missing when it is not heard.
static void tell_heard(const struct stems *s, const struct stem *stem, const char *name)
{
    double from = (double)stem->heard.from / PCM_RATE, to = (double)stem->heard.to / PCM_RATE;

    if (pcm_peak(&stem->sound) < HUSH_MOST)
        tell(s, name, "silent", json_true());
    else if (from < to)
        tell(s, name, "heard", json_pack("[f, f]", from, to));
}

static bool write_stem(const struct stems *s, struct stem *stem, const char *name, struct err *err)
{
    const char *path = media_output_path(s->job, name);

    fill_last_frame(s, &stem->sound);
    tell_heard(s, stem, name);
    return !path || pcm_write(&stem->sound, path, PCM_FLOAT, err);
}

bool mix_run(const struct media_job *job, struct err *err)
{
    struct stems s = {.job = job};
    bool ok;

    if (!params_rate(job->params, &s.rate, err))
        return false;
    s.lead = pcm_sample(json_get_number(job->params, "lead", 0));
    s.picture = pcm_frame_sample(s.rate, json_get_integer(job->params, "frames", 0));
    pcm_init(&s.dialogue.sound, 2, (size_t)(s.lead + s.picture));
    pcm_init(&s.effects.sound, 2, (size_t)(s.lead + s.picture));
    ok = add_lines(&s, err) && add_spot(&s, err) && add_footage(&s, err) &&
         write_stem(&s, &s.dialogue, "dialogue", err) && write_stem(&s, &s.effects, "effects", err);
    pcm_release(&s.dialogue.sound);
    pcm_release(&s.effects.sound);
    return ok;
}
