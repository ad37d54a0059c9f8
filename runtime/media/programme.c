// SPDX-License-Identifier: MIT
#include "runtime/media/programme.h"

#include <math.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"
#include "runtime/media/ducking.h"
#include "runtime/media/media.h"
#include "runtime/media/part.h"
#include "runtime/media/pcm.h"

static const double bed_fade_seconds = 0.4;
static const double click_seconds = 0.01; // of a fade that is there against a click

struct programme {
    const struct media_job *job;
    struct rate rate;
    VEC(int64_t) shots; // the frame on which each begins, and where the last one ends
    VEC(struct part) parts;
    struct ducking ducking;
    enum bus bus; // that is read alone; BUSES: all
    int64_t slate_frames;
    int64_t lead; // samples under the slate, silent. All else is counted from the film's first.
    int64_t samples;
    int64_t fade_in, fade_out;
};

static const char *const bus_names[BUSES] = {"dialogue", "effects", "music"};
static const struct duck unducked = {.floor = 1};

const char *bus_name(enum bus bus)
{
    return bus_names[bus];
}

int64_t programme_samples(const struct programme *p)
{
    return p->lead + p->samples;
}

int64_t programme_shot_frame(const struct programme *p, size_t n)
{
    return p->slate_frames + p->shots.at[n];
}

// Rounded as the file's frames are, of which the slate is the first.
static int64_t shot_sample(const struct programme *p, size_t n)
{
    return pcm_frame_sample(p->rate, programme_shot_frame(p, n)) - p->lead;
}

static size_t shot_count(const struct programme *p)
{
    return p->shots.n - 1;
}

static bool read_shots(struct programme *p, struct err *err)
{
    const json_t *shots = json_object_get(p->job->params, "shots");
    int64_t frame = 0;

    p->slate_frames = json_get_integer(p->job->params, "slate", 0);
    p->lead = pcm_frame_sample(p->rate, p->slate_frames);
    vec_push(&p->shots, frame);
    for (size_t i = 0; i < json_array_size(shots); i++) {
        int64_t frames = json_get_integer(json_array_get(shots, i), "frames", 0);

        if (frames <= 0)
            return err_set(err, ERR_BUG, "shot %zu of a conform is %lld frames long", i,
                           (long long)frames);
        vec_push(&p->shots, frame += frames);
    }
    p->samples = shot_sample(p, shot_count(p));
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
    *out = (struct part){.input = input, .what = what, .factor = 1, .duck = unducked};
    return true;
}

// Adds the part, if it is read at all. What lies before the film is passed over, and the rest comes
// in without a click.
static void add_part(struct programme *p, struct part part)
{
    if (p->bus != BUSES && p->bus != part.bus)
        return;
    if (part.start < 0) {
        part.skip -= part.start;
        part.start = 0;
        part.fade_in =
            part.fade_in > pcm_sample(click_seconds) ? part.fade_in : pcm_sample(click_seconds);
    }
    if (part.start < part.end)
        vec_push(&p->parts, part);
}

// Where a stem ends that begins at start; the film's end where that is not known.
static int64_t stem_end(const struct programme *p, const struct media_input *input, int64_t start)
{
    int64_t samples = json_get_integer(input->facts, "samples", 0);

    if (samples <= 0 || json_get_integer(input->facts, "rate", 0) != PCM_RATE)
        return p->samples;
    return start + samples < p->samples ? start + samples : p->samples;
}

// Of a shot whose footage speaks no words are known: everything steps back from the first sound of
// its dialogue to the last.
static void add_speech(struct programme *p, const struct part *part)
{
    const json_t *heard = json_object_get(part->input->facts, "heard");
    int64_t from = pcm_sample(json_number_value(json_array_get(heard, 0)));

    if (heard)
        ducking_add(&p->ducking, part->start + from,
                    pcm_sample(json_number_value(json_array_get(heard, 1))) - from);
}

// A shot's stem starts `lead` before the shot and rings until it ends.
static bool add_stem(struct programme *p, size_t shot, const json_t *object, enum bus bus,
                     struct err *err)
{
    struct part part = {0};

    if (!json_object_get(object, bus_name(bus)))
        return true;
    if (!find_part(p, object, bus_name(bus), "a shot's sound", &part, err))
        return false;
    part.bus = bus;
    part.start = shot_sample(p, shot) - pcm_sample(json_get_number(object, "lead", 0));
    part.end = stem_end(p, part.input, part.start);
    if (bus == BUS_DIALOGUE && json_get_flag(object, "speaks", false))
        add_speech(p, &part);
    add_part(p, part);
    return true;
}

static bool add_stems(struct programme *p, struct err *err)
{
    const json_t *shots = json_object_get(p->job->params, "shots");

    for (size_t i = 0; i < json_array_size(shots); i++)
        if (!add_stem(p, i, json_array_get(shots, i), BUS_DIALOGUE, err) ||
            !add_stem(p, i, json_array_get(shots, i), BUS_EFFECTS, err))
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

static bool is_ducked_alike(const struct part *a, const struct part *b)
{
    return a->duck.floor == b->duck.floor && a->duck.attack_seconds == b->duck.attack_seconds &&
           a->duck.release_seconds == b->duck.release_seconds;
}

// A bed is under its shots, and fades over the two cuts where it begins and ends. One that goes on
// as it was is one bed, or the fade would be heard.
static bool add_bed(struct programme *p, const json_t *object, struct err *err)
{
    int64_t fade = pcm_sample(json_get_number(object, "fade", bed_fade_seconds));
    struct part part = {0};

    if (!find_part(p, object, "bed", "a bed", &part, err) || !read_range(p, object, &part, err))
        return false;
    part.bus = BUS_EFFECTS;
    part.looped = true;
    part.duck = duck_read(json_object_get(object, "duck"));
    part.fade_in = part.fade_out = fade;
    part.start = part.start > fade / 2 ? part.start - fade / 2 : 0;
    part.end += fade - fade / 2;
    part.end = part.end < p->samples ? part.end : p->samples;
    for (size_t i = 0; i < p->parts.n; i++) {
        struct part *before = &p->parts.at[i];

        if (before->looped && strcmp(before->input->path, part.input->path) == 0 &&
            before->factor == part.factor && is_ducked_alike(before, &part) &&
            part.start <= before->end && part.end > before->end && part.start >= before->start) {
            before->end = part.end;
            return true;
        }
    }
    add_part(p, part);
    return true;
}

// The fade of a cue at one of its ends; `fade` is one number for both, or {in, out}.
static int64_t read_fade(const json_t *cue, const char *end)
{
    const json_t *fade = json_object_get(cue, "fade");
    double seconds = json_is_object(fade) ? json_get_number(fade, end, 0) : json_number_value(fade);

    return pcm_sample(fmax(click_seconds, seconds));
}

// What there is of the file from `in` on; INT64_MAX where that is not known.
static int64_t file_samples(const struct programme *p, const json_t *cue, int64_t in)
{
    size_t n = (size_t)json_get_integer(cue, "music", 0);
    const json_t *facts = media_input_nth(p->job, "music", n)->facts;
    double seconds = json_get_number(facts, "seconds", 0);

    return seconds > 0 ? (int64_t)floor(seconds * PCM_RATE) - in : INT64_MAX;
}

// A cue starts `at` in its first shot with what lies `in` its file. It goes as it is told to at
// the end of its last shot or at `out`; a file that ends by itself just does not click.
static bool add_cue(struct programme *p, const json_t *object, struct err *err)
{
    double in = json_get_number(object, "in", 0), out = json_get_number(object, "out", HUGE_VAL);
    struct part part = {0};
    int64_t left;

    if (!find_part(p, object, "music", "the music", &part, err) ||
        !read_range(p, object, &part, err))
        return false;
    part.bus = BUS_MUSIC;
    part.duck = duck_read(json_object_get(object, "duck"));
    part.skip = pcm_sample(in);
    part.start += pcm_sample(json_get_number(object, "at", 0));
    if (out < HUGE_VAL && part.start + pcm_sample(out) - part.skip < part.end)
        part.end = part.start + pcm_sample(out) - part.skip;
    part.fade_in = read_fade(object, "in");
    part.fade_out = read_fade(object, "out");
    left = file_samples(p, object, part.skip);
    if (left < part.end - part.start) {
        part.end = part.start + left;
        part.fade_out = pcm_sample(click_seconds);
    }
    add_part(p, part);
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

static void note_cut_line(const struct programme *p, const json_t *line, int64_t off,
                          const char *end)
{
    struct buf text = {0};

    if (off <= pcm_sample(click_seconds))
        return;
    buf_printf(&text, "\"%s\" is cut off: it %s the film by %.2f s",
               json_get_text(line, "text", ""), end, (double)off / PCM_RATE);
    p->job->note(p->job->user, buf_text(&text));
    buf_release(&text);
}

void programme_note_cut_lines(const struct programme *p)
{
    const json_t *lines = json_object_get(p->job->params, "lines");

    for (size_t i = 0; p->job->note && i < json_array_size(lines); i++) {
        const json_t *line = json_array_get(lines, i);
        size_t shot = (size_t)json_get_integer(line, "shot", 0);
        int64_t start = shot_sample(p, shot) + pcm_sample(json_get_number(line, "start", 0));
        int64_t end = start + pcm_sample(json_get_number(line, "seconds", 0));

        note_cut_line(p, line, -start, "begins before");
        note_cut_line(p, line, end - p->samples, "outlasts");
    }
}

static void read_fades(struct programme *p)
{
    const json_t *fades = json_object_get(p->job->params, "fades");

    p->fade_in = pcm_sample(json_get_number(fades, "in", 0));
    p->fade_out = pcm_sample(fmax(click_seconds, json_get_number(fades, "out", 0)));
}

struct programme *programme_new_of(const struct media_job *job, struct rate rate, enum bus bus,
                                   struct err *err)
{
    struct programme *p = mem_new(sizeof(*p));

    p->job = job;
    p->rate = rate;
    p->bus = bus;
    if (read_shots(p, err) && add_stems(p, err) && add_list(p, "beds", add_bed, err) &&
        add_list(p, "music", add_cue, err) && add_list(p, "lines", add_line, err)) {
        ducking_sort(&p->ducking);
        read_fades(p);
        return p;
    }
    programme_free(p);
    return NULL;
}

struct programme *programme_new(const struct media_job *job, struct rate rate, struct err *err)
{
    return programme_new_of(job, rate, BUSES, err);
}

void programme_rest(struct programme *p)
{
    for (size_t i = 0; i < p->parts.n; i++)
        part_close(&p->parts.at[i]);
}

void programme_free(struct programme *p)
{
    if (!p)
        return;
    programme_rest(p);
    ducking_release(&p->ducking);
    vec_release(&p->shots);
    vec_release(&p->parts);
    mem_free(p);
}

static const char *scratch_path(const struct programme *p)
{
    return p->job->n_outputs ? p->job->outputs[0].path : NULL;
}

bool programme_prepare(struct programme *p, int64_t from, int64_t to, struct err *err)
{
    for (size_t i = 0; i < p->parts.n; i++) {
        struct part *part = &p->parts.at[i];

        if (!part_sounds(part, from - p->lead, to - p->lead))
            part_close(part);
        else if (!part_open(part, scratch_path(p), err))
            return false;
    }
    return true;
}

static void fade_window(const struct programme *p, int64_t at, float *to, size_t frames)
{
    if (at >= p->fade_in && p->samples - p->fade_out >= at + (int64_t)frames)
        return;
    for (size_t i = 0; i < frames; i++) {
        int64_t sample = at + (int64_t)i;
        float factor = part_fade(sample, p->samples - 1 - sample, p->fade_in, p->fade_out);

        if (sample >= 0 && sample < p->samples) {
            to[i * 2] *= factor;
            to[i * 2 + 1] *= factor;
        }
    }
}

// From a sample of the film on.
static bool read_film(const struct programme *p, int64_t at, float *to, size_t frames,
                      struct err *err)
{
    int64_t from = at > 0 ? at : 0, end = at + (int64_t)frames;
    float *first = to + (from - at) * 2;

    memset(to, 0, frames * 2 * sizeof(*to));
    end = end < p->samples ? end : p->samples;
    if (atomic_load(p->job->cancelled))
        return err_set(err, ERR_CANCELLED, "stopped");
    for (size_t i = 0; from < end && i < p->parts.n; i++)
        if (part_sounds(&p->parts.at[i], from, end) &&
            !part_add(&p->parts.at[i], &p->ducking, from, first, (size_t)(end - from), err))
            return false;
    fade_window(p, at, to, frames);
    return true;
}

bool programme_read_at(const struct programme *p, int64_t at, float *to, size_t frames,
                       struct err *err)
{
    return read_film(p, at - p->lead, to, frames, err);
}

struct digest programme_recipe(const struct programme *p, int64_t from, int64_t to)
{
    struct buf text = {0};
    struct digest digest;

    from -= p->lead;
    to -= p->lead;
    for (size_t i = 0; i < p->parts.n; i++)
        if (part_sounds(&p->parts.at[i], from, to))
            part_describe(&p->parts.at[i], &p->ducking, from, to, &text);
    if (from < p->fade_in)
        buf_printf(&text, "in %lld %lld\n", (long long)from, (long long)p->fade_in);
    if (to > p->samples - p->fade_out)
        buf_printf(&text, "out %lld %lld\n", (long long)(p->samples - from),
                   (long long)p->fade_out);
    digest = digest_of(buf_text(&text), text.len);
    buf_release(&text);
    return digest;
}
