// SPDX-License-Identifier: MIT
#include "runtime/media/programme.h"

#include <math.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "runtime/media/ducking.h"
#include "runtime/media/loudness.h"
#include "runtime/media/media.h"
#include "runtime/media/pcm.h"
#include "runtime/media/sound.h"

static const float quarter_turn = 1.57079633f;
static const double bed_fade_seconds = 0.4;
static const double bed_lufs = -35;         // of every bed before its own level
static const double click_seconds = 0.01;   // of a fade that is there against a click
static const double most_bed_seconds = 300; // a longer one goes round after these
static const double bed_seam_seconds = 1.5; // of a bed that does not say that it loops
enum { WINDOW_FRAMES = 8192 };

// One sound on the programme's time, in samples.
struct part {
    const char *path, *what; // what: for messages
    int64_t start, end;      // heard from start to before end, or until it ends by itself
    int64_t fade_in, fade_out;
    float factor;
    bool ducked;
    bool looped;

    // While it sounds.
    struct sound *sound;
    struct pcm loop;
    size_t loop_at;
    bool over;
};

struct programme {
    const struct media_job *job;
    struct rate rate;
    VEC(int64_t) shots; // the frame on which each begins, and where the last one ends
    VEC(struct part) parts;
    struct ducking ducking;
    int64_t samples, at;
    int64_t fade_in, fade_out;
    float window[WINDOW_FRAMES * 2], duck[WINDOW_FRAMES];
};

int64_t programme_samples(const struct programme *p)
{
    return p->samples;
}

int64_t programme_shot_frame(const struct programme *p, size_t n)
{
    return p->shots.at[n];
}

static int64_t shot_sample(const struct programme *p, size_t n)
{
    return pcm_frame_sample(p->rate, p->shots.at[n]);
}

static size_t shot_count(const struct programme *p)
{
    return p->shots.n - 1;
}

static bool read_shots(struct programme *p, struct err *err)
{
    const json_t *shots = json_object_get(p->job->params, "shots");
    int64_t frame = 0;

    vec_push(&p->shots, frame);
    for (size_t i = 0; i < json_array_size(shots); i++) {
        int64_t frames = json_get_integer(json_array_get(shots, i), "frames", 0);

        if (frames <= 0)
            return err_set(err, ERR_BUG, "shot %zu of a conform is %lld frames long", i,
                           (long long)frames);
        vec_push(&p->shots, frame += frames);
    }
    p->samples = pcm_frame_sample(p->rate, frame);
    return true;
}

// The number under key, of one of count; fallback where there is none.
static bool get_index(const json_t *object, const char *key, size_t count, size_t fallback,
                      size_t *out, struct err *err)
{
    json_int_t n = json_get_integer(object, key, (json_int_t)fallback);

    if (n < 0 || (size_t)n >= count)
        return err_set(err, ERR_BUG, "a conform's `%s` is %lld of %zu", key, (long long)n, count);
    *out = (size_t)n;
    return true;
}

static bool find_part(const struct programme *p, const json_t *object, const char *name,
                      const char *what, struct part *out, struct err *err)
{
    json_int_t n = json_get_integer(object, name, -1);
    const struct media_input *input = n < 0 ? NULL : media_input_nth(p->job, name, (size_t)n);

    if (!input)
        return err_set(err, ERR_BUG, "a conform has no input \"%s\" number %lld", name,
                       (long long)n);
    *out = (struct part){.path = input->path, .what = what, .factor = 1};
    return true;
}

// A shot's stem starts `lead` before the shot and rings until it ends.
static bool add_stem(struct programme *p, size_t shot, const json_t *object, const char *name,
                     struct err *err)
{
    struct part part = {0};

    if (!json_object_get(object, name))
        return true;
    if (!find_part(p, object, name, "a shot's sound", &part, err))
        return false;
    part.start = shot_sample(p, shot) - pcm_sample(json_get_number(object, "lead", 0));
    part.end = p->samples;
    vec_push(&p->parts, part);
    return true;
}

static bool add_stems(struct programme *p, struct err *err)
{
    const json_t *shots = json_object_get(p->job->params, "shots");

    for (size_t i = 0; i < json_array_size(shots); i++)
        if (!add_stem(p, i, json_array_get(shots, i), "dialogue", err) ||
            !add_stem(p, i, json_array_get(shots, i), "effects", err))
            return false;
    return true;
}

// The samples of shots from..to of a bed or a cue.
static bool read_range(const struct programme *p, const json_t *object, struct part *part,
                       struct err *err)
{
    size_t from = 0, to = 0, n = shot_count(p);

    if (!get_index(object, "from", n, 0, &from, err) ||
        !get_index(object, "to", n, n - 1, &to, err))
        return false;
    part->start = shot_sample(p, from);
    part->end = shot_sample(p, to + 1);
    part->factor = pcm_factor(json_get_number(object, "level", 0));
    return true;
}

// A bed is under its shots, and fades over the two cuts where it begins and ends. One that goes on
// as it was is one bed, or the fade would be heard.
static bool add_bed(struct programme *p, const json_t *object, struct err *err)
{
    int64_t fade = pcm_sample(json_get_number(object, "fade", bed_fade_seconds));
    struct part part = {0};

    if (!find_part(p, object, "bed", "a bed", &part, err) || !read_range(p, object, &part, err))
        return false;
    part.ducked = part.looped = true;
    part.fade_in = part.fade_out = fade;
    part.start = part.start > fade / 2 ? part.start - fade / 2 : 0;
    part.end += fade - fade / 2;
    part.end = part.end < p->samples ? part.end : p->samples;
    for (size_t i = 0; i < p->parts.n; i++) {
        struct part *before = &p->parts.at[i];

        if (before->looped && strcmp(before->path, part.path) == 0 &&
            before->factor == part.factor && part.start <= before->end && part.end > before->end &&
            part.start >= before->start) {
            before->end = part.end;
            return true;
        }
    }
    vec_push(&p->parts, part);
    return true;
}

static bool add_cue(struct programme *p, const json_t *object, struct err *err)
{
    int64_t fade = pcm_sample(fmax(click_seconds, json_get_number(object, "fade", 0)));
    const json_t *duck = json_object_get(object, "duck");
    struct part part = {0};

    if (!find_part(p, object, "music", "the music", &part, err) ||
        !read_range(p, object, &part, err))
        return false;
    part.ducked = !json_is_false(duck);
    part.fade_in = part.fade_out = fade;
    vec_push(&p->parts, part);
    return true;
}

static bool add_list(struct programme *p, const char *key,
                     bool (*add)(struct programme *, const json_t *, struct err *), struct err *err)
{
    const json_t *list = json_object_get(p->job->params, key);

    for (size_t i = 0; i < json_array_size(list); i++)
        if (!add(p, json_array_get(list, i), err))
            return false;
    return true;
}

static bool add_line(struct programme *p, const json_t *line, struct err *err)
{
    double seconds = json_get_number(line, "seconds", 0);
    size_t shot = 0;

    if (!get_index(line, "shot", shot_count(p), 0, &shot, err))
        return false;
    ducking_add(&p->ducking, shot_sample(p, shot) + pcm_sample(json_get_number(line, "start", 0)),
                pcm_sample(seconds));
    return true;
}

static void read_fades(struct programme *p)
{
    const json_t *fades = json_object_get(p->job->params, "fades");

    p->fade_in = pcm_sample(json_get_number(fades, "in", 0));
    p->fade_out = pcm_sample(fmax(click_seconds, json_get_number(fades, "out", 0)));
}

struct programme *programme_new(const struct media_job *job, struct rate rate, struct err *err)
{
    struct programme *p = mem_new(sizeof(*p));

    p->job = job;
    p->rate = rate;
    if (read_shots(p, err) && add_stems(p, err) && add_list(p, "beds", add_bed, err) &&
        add_list(p, "music", add_cue, err) && add_list(p, "lines", add_line, err)) {
        ducking_sort(&p->ducking);
        read_fades(p);
        return p;
    }
    programme_free(p);
    return NULL;
}

static void close_part(struct part *part)
{
    sound_close(part->sound);
    part->sound = NULL;
    pcm_release(&part->loop);
}

void programme_rewind(struct programme *p)
{
    for (size_t i = 0; i < p->parts.n; i++) {
        close_part(&p->parts.at[i]);
        p->parts.at[i].over = false;
    }
    p->at = 0;
}

void programme_free(struct programme *p)
{
    if (!p)
        return;
    programme_rewind(p);
    ducking_release(&p->ducking);
    vec_release(&p->shots);
    vec_release(&p->parts);
    mem_free(p);
}

// Reads a bed and brings it to the level of all beds.
static bool load_loop(struct part *part, struct err *err)
{
    struct sound *sound = sound_open(part->path, 2, err);
    size_t seam = (size_t)pcm_sample(bed_seam_seconds);
    double lufs;
    bool ok;

    pcm_init(&part->loop, 2, (size_t)pcm_sample(most_bed_seconds));
    ok = sound && sound_read(sound, part->loop.at, part->loop.frames, &part->loop.frames, err);
    sound_close(sound);
    if (!ok)
        return false;
    pcm_resize(&part->loop, part->loop.frames);
    if (!pcm_is_loop(part->path))
        pcm_close_loop(&part->loop, seam < part->loop.frames / 3 ? seam : part->loop.frames / 3);
    lufs = loudness_of(&part->loop);
    if (lufs > LOUDNESS_SILENCE)
        pcm_scale(&part->loop, pcm_factor(bed_lufs - lufs));
    part->loop_at = 0;
    return true;
}

// Fills to with the part's next frames; *got is less at its end.
static bool read_part(struct part *part, float *to, size_t frames, size_t *got, struct err *err)
{
    *got = 0;
    if (!part->looped)
        return sound_read(part->sound, to, frames, got, err);
    while (*got < frames && part->loop.frames) {
        size_t left = part->loop.frames - part->loop_at;
        size_t n = left < frames - *got ? left : frames - *got;

        memcpy(to + *got * 2, part->loop.at + part->loop_at * 2, n * 2 * sizeof(*to));
        part->loop_at = (part->loop_at + n) % part->loop.frames;
        *got += n;
    }
    return true;
}

// Opens the part, and passes over what would lie before the programme.
static bool open_part(struct programme *p, struct part *part, struct err *err)
{
    int64_t early = -part->start;
    size_t got = 1;
    bool ok;

    if (part->looped) {
        ok = load_loop(part, err);
    } else {
        part->sound = sound_open(part->path, 2, err);
        ok = part->sound != NULL;
    }
    while (ok && got && early > 0) {
        size_t n = early < WINDOW_FRAMES ? (size_t)early : WINDOW_FRAMES;

        ok = read_part(part, p->window, n, &got, err);
        early -= (int64_t)got;
    }
    return ok || err_wrap(err, "%s", part->what);
}

static float fade_at(int64_t into, int64_t left, int64_t fade_in, int64_t fade_out)
{
    float factor = 1;

    if (into < fade_in)
        factor *= sinf(quarter_turn * ((float)into + 0.5f) / (float)fade_in);
    if (left < fade_out)
        factor *= sinf(quarter_turn * ((float)left + 0.5f) / (float)fade_out);
    return factor;
}

// Adds what of the part lies in [at, at + frames).
static bool add_part(struct programme *p, struct part *part, float *to, size_t frames,
                     struct err *err)
{
    int64_t from = part->start > p->at ? part->start : p->at, to_sample = p->at + (int64_t)frames;
    size_t skip = (size_t)(from - p->at), got;

    if (part->end < to_sample)
        to_sample = part->end;
    if (part->over || from >= to_sample)
        return true;
    if (!part->sound && !part->loop.at && !open_part(p, part, err))
        return false;
    if (!read_part(part, p->window, (size_t)(to_sample - from), &got, err))
        return err_wrap(err, "%s", part->what);
    for (size_t i = 0; i < got; i++) {
        int64_t sample = from + (int64_t)i;
        float factor = part->factor * fade_at(sample - part->start, part->end - 1 - sample,
                                              part->fade_in, part->fade_out);

        if (part->ducked)
            factor *= p->duck[skip + i];
        to[(skip + i) * 2] += factor * p->window[i * 2];
        to[(skip + i) * 2 + 1] += factor * p->window[i * 2 + 1];
    }
    if ((int64_t)got < to_sample - from || to_sample == part->end) {
        part->over = true;
        close_part(part);
    }
    return true;
}

bool programme_read(struct programme *p, float *to, size_t frames, size_t *got, struct err *err)
{
    int64_t left = p->samples - p->at;
    size_t n = frames < WINDOW_FRAMES ? frames : WINDOW_FRAMES;

    *got = 0;
    if (atomic_load(p->job->cancelled))
        return err_set(err, ERR_CANCELLED, "stopped");
    if ((int64_t)n > left)
        n = (size_t)left;
    memset(to, 0, n * 2 * sizeof(*to));
    ducking_fill(&p->ducking, p->at, p->duck, n);
    for (size_t i = 0; i < p->parts.n; i++)
        if (!add_part(p, &p->parts.at[i], to, n, err))
            return false;
    for (size_t i = 0; i < n; i++) {
        float factor = fade_at(p->at + (int64_t)i, left - 1 - (int64_t)i, p->fade_in, p->fade_out);

        to[i * 2] *= factor;
        to[i * 2 + 1] *= factor;
    }
    p->at += (int64_t)n;
    *got = n;
    return true;
}
