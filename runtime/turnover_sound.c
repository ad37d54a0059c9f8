// SPDX-License-Identifier: MIT
// What is heard: the stems of shots, which may begin before and end after their pictures, beds that
// go round, and music.
#include "runtime/turnover_read.h"

#include <math.h>

#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/module.h"
#include "compiler/graph.h"
#include "runtime/media/media.h"
#include "runtime/timeline.h"

// The stems of shots, by their output's name.
static const struct stem {
    const char *output, *prefix;
} stems[] = {
    {"dialogue", "DX"},
    {"effects", "FX"},
};

// A sound's way onto the timeline.
struct sound {
    const char *role, *prefix;
    struct timeline_clip clip;
    int64_t end;
};

static int64_t frames_of(const struct turnover *u, double seconds)
{
    return frame_rate_nearest(u->timeline->rate, seconds);
}

static bool add_stem(struct turnover *u, size_t shot, const json_t *params, const struct stem *stem,
                     struct err *err)
{
    json_int_t n = json_get_integer(params, stem->output, -1);
    const struct timeline_media *media;
    size_t input;

    if (n < 0)
        return true;
    if (!turnover_input(u, stem->output, n, &input, err) ||
        !(media = turnover_media(u, u->conform, input, err)))
        return false;
    timeline_add_sound(
        u->timeline, stem->output, stem->prefix,
        (struct timeline_clip){
            .name = u->names.at[shot],
            .scene = u->scenes.at[shot],
            .shot = u->names.at[shot],
            .media = media,
            .at = u->shots.at[shot] - frames_of(u, json_get_number(params, "lead", 0)),
            .frames = media->frames,
        });
    return true;
}

// One end of a fade: it is told by one number for both, or as {in, out}.
static int64_t read_fade(const struct turnover *u, const json_t *params, const char *end)
{
    const json_t *fade = json_object_get(params, "fade");

    return frames_of(u, json_is_object(fade) ? json_get_number(fade, end, 0)
                                             : json_number_value(fade));
}

// Reads the media of a bed or a cue, the shots that it is under, its level and its fade.
static bool read_range(struct turnover *u, const json_t *params, const char *name,
                       struct sound *sound, struct err *err)
{
    json_int_t last = (json_int_t)u->shots.n - 2, from = json_get_integer(params, "from", 0);
    json_int_t to = json_get_integer(params, "to", last);
    const struct timeline_media *media;
    size_t input;

    if (from < 0 || to > last || to < from)
        return err_set(err, ERR_BUG, "a %s under shots %lld to %lld of %lld", name, (long long)from,
                       (long long)to, (long long)last + 1);
    if (!turnover_input(u, name, json_get_integer(params, name, -1), &input, err) ||
        !(media = turnover_media(u, u->conform, input, err)))
        return false;
    sound->clip = (struct timeline_clip){
        .name = media->step ? media->step : media->name,
        .media = media,
        .at = u->shots.at[from],
        .level_db = json_get_number(params, "level", 0),
    };
    sound->clip.fade_in = read_fade(u, params, "in");
    sound->clip.fade_out = read_fade(u, params, "out");
    sound->end = u->shots.at[to + 1];
    return true;
}

static void add_part(struct turnover *u, const struct sound *s, struct timeline_clip clip)
{
    timeline_add_sound(u->timeline, s->role, s->prefix, clip);
}

// Adds what brings the bed to the level of all beds.
static bool add_gain(struct turnover *u, struct timeline_clip *clip, struct err *err)
{
    const struct media *media = module_load(u->module_dir, "c41-media", "c41_media", err);
    const char *path = path_join(u->timeline->arena, u->graph->project, clip->media->source);
    double db;

    if (!media || !media->bed_gain(path, &db, err))
        return false;
    clip->level_db += round(db * 10) / 10;
    return true;
}

// A bed lies over the two cuts at its ends by half its fade, and goes round until then.
static bool add_bed(struct turnover *u, const json_t *params, struct err *err)
{
    struct sound s = {.role = "effects", .prefix = "FX"};
    int64_t fade, begin;

    if (!read_range(u, params, "bed", &s, err) || !add_gain(u, &s.clip, err))
        return false;
    fade = s.clip.fade_in;
    begin = s.clip.at > fade / 2 ? s.clip.at - fade / 2 : 0;
    s.end += fade - fade / 2;
    s.end = s.end < u->timeline->frames ? s.end : u->timeline->frames;
    for (int64_t at = begin; at < s.end && s.clip.media->frames > 0; at += s.clip.media->frames) {
        struct timeline_clip clip = s.clip;
        bool last = at + clip.media->frames >= s.end;

        clip.at = at;
        clip.frames = last ? s.end - at : clip.media->frames;
        clip.fade_in = at == begin ? fade : 0;
        clip.fade_out = last ? fade : 0;
        add_part(u, &s, clip);
    }
    return true;
}

// The part of a cue's file that is heard: from `in` at `at` of its first shot on.
static void place_cue(const struct turnover *u, const json_t *params, struct sound *s)
{
    int64_t at = frames_of(u, json_get_number(params, "at", 0));
    int64_t in = frames_of(u, json_get_number(params, "in", 0)), end = s->clip.media->frames;

    if (json_object_get(params, "out"))
        end = frames_of(u, json_get_number(params, "out", 0));
    if (end > s->clip.media->frames)
        end = s->clip.media->frames;
    s->clip.at += at;
    if (s->clip.at < 0) {
        in -= s->clip.at;
        s->clip.at = 0;
    }
    s->clip.start = in;
    s->clip.frames = s->end - s->clip.at < end - in ? s->end - s->clip.at : end - in;
}

static bool add_cue(struct turnover *u, const json_t *params, struct err *err)
{
    struct sound s = {.role = "music", .prefix = "MX"};

    if (!read_range(u, params, "music", &s, err))
        return false;
    place_cue(u, params, &s);
    if (s.clip.frames > 0)
        add_part(u, &s, s.clip);
    return true;
}

static bool add_all(struct turnover *u, const char *key,
                    bool (*add)(struct turnover *u, const json_t *params, struct err *err),
                    struct err *err)
{
    json_t *list = json_object_get(u->params, key), *params;
    size_t i;

    json_array_foreach(list, i, params)
        if (!add(u, params, err))
            return false;
    return true;
}

// A film that opens or ends by a fade is heard so: each sound that lies there fades in or out with
// it, over its own part of it.
static void fade_at_ends(const struct turnover *u, struct timeline_clip *clip)
{
    const json_t *fades = json_object_get(u->params, "fades");
    int64_t in = frames_of(u, json_get_number(fades, "in", 0)) - clip->at;
    int64_t out = frames_of(u, json_get_number(fades, "out", 0)) -
                  (u->timeline->frames - clip->at - clip->frames);

    if (in > clip->fade_in)
        clip->fade_in = in < clip->frames ? in : clip->frames;
    if (out > clip->fade_out)
        clip->fade_out = out < clip->frames - clip->fade_in ? out : clip->frames - clip->fade_in;
}

bool turnover_add_sounds(struct turnover *u, struct err *err)
{
    json_t *shots = json_object_get(u->params, "shots"), *params;
    size_t i;

    for (size_t k = 0; k < sizeof(stems) / sizeof(*stems); k++)
        json_array_foreach(shots, i, params)
            if (!add_stem(u, i, params, &stems[k], err))
                return false;
    if (!add_all(u, "beds", add_bed, err) || !add_all(u, "music", add_cue, err))
        return false;
    for (i = 0; i < u->timeline->tracks.n; i++)
        for (size_t k = 0; k < u->timeline->tracks.at[i].clips.n; k++)
            fade_at_ends(u, &u->timeline->tracks.at[i].clips.at[k]);
    return true;
}
