// SPDX-License-Identifier: MIT
#include "runtime/export/otio.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/timeline.h"

static const char *const media_key = "DEFAULT_MEDIA"; // what readers look for

static json_t *object(const char *schema)
{
    json_t *value = json_object();

    json_object_set_new(value, "OTIO_SCHEMA", json_string(schema));
    return value;
}

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

static json_t *rational(int64_t value, struct frame_rate rate)
{
    json_t *time = object("RationalTime.1");

    set(time, "value", json_real((double)value));
    set(time, "rate", json_real((double)rate.num / (double)rate.den));
    return time;
}

static json_t *range(int64_t start, int64_t frames, struct frame_rate rate)
{
    json_t *value = object("TimeRange.1");

    set(value, "start_time", rational(start, rate));
    set(value, "duration", rational(frames, rate));
    return value;
}

// What every item of a track has.
static json_t *item(const char *schema, const char *name, json_t *source_range)
{
    json_t *value = object(schema);

    set(value, "name", json_string(name));
    set(value, "source_range", source_range);
    set(value, "effects", json_array());
    set(value, "markers", json_array());
    set(value, "enabled", json_true());
    set(value, "metadata", json_object());
    return value;
}

// metadata is a new object of ours.
static void set_metadata(json_t *object, json_t *metadata)
{
    json_object_set_new(json_object_get(object, "metadata"), "c41", metadata);
}

// A still lasts as long as anybody wants: as far as its clip does here, and the transitions at both
// ends of it.
static json_t *reference(const struct timeline *t, const struct timeline_media *m, int64_t still)
{
    json_t *value = object("ExternalReference.1"), *metadata = json_object();
    char hex[DIGEST_HEX_BYTES];

    set(value, "name", json_string(m->name));
    set(value, "target_url", json_string(m->path));
    set(value, "available_range",
        m->kind == TIMELINE_STILL ? range(0, still, t->rate) : range(m->clock, m->length, m->rate));
    set(value, "available_image_bounds", json_null());
    set(metadata, "digest", json_string(digest_hex(&m->digest, hex)));
    set(metadata, "reel", json_string(m->reel));
    if (m->step)
        set(metadata, "step", json_string(m->step));
    set(value, "metadata", json_object());
    set_metadata(value, metadata);
    return value;
}

static json_t *references(const struct timeline *t, const struct timeline_clip *clip, int64_t still)
{
    json_t *value = json_object();
    char key[32];

    set(value, media_key, reference(t, clip->media, still));
    for (size_t i = 0; i < clip->n_takes; i++) {
        snprintf(key, sizeof(key), "take_%03u", clip->takes[i].number);
        set(value, key, reference(t, clip->takes[i].media, still));
    }
    return value;
}

static json_t *clip_metadata(const struct timeline *t, const struct timeline_clip *clip)
{
    json_t *value = json_object();

    set(value, "name", json_string(clip->name));
    if (clip->scene)
        set(value, "scene", json_string(clip->scene));
    if (clip->shot)
        set(value, "shot", json_string(clip->shot));
    if (clip->take)
        set(value, "take", json_integer(clip->take));
    if (clip->move)
        set(value, "move", json_string(clip->move));
    if (clip->media->kind != TIMELINE_SOUND)
        return value;
    set(value, "level_db", json_real(clip->level_db));
    set(value, "fade_in", rational(clip->fade_in, t->rate));
    set(value, "fade_out", rational(clip->fade_out, t->rate));
    return value;
}

static json_t *warp(struct timeline_speed speed)
{
    json_t *value = object("LinearTimeWarp.1");

    set(value, "name", json_string(""));
    set(value, "effect_name", json_string("LinearTimeWarp"));
    set(value, "time_scalar", json_real(timeline_scalar(speed)));
    set(value, "metadata", json_object());
    return value;
}

// A still is taken from where the transition before it lets it begin. A clip that is slowed or sped
// is as long as it lasts on its track, not as what it shows of its media.
static json_t *clip_json(const struct timeline *t, const struct timeline_clip *clip)
{
    const struct timeline_transition *in = timeline_transition_at(t, clip->at);
    const struct timeline_transition *out = timeline_transition_at(t, clip->at + clip->frames);
    bool still = clip->media->kind == TIMELINE_STILL;
    int64_t head = in ? in->before : 0, tail = out ? out->after : 0;
    int64_t start = timeline_media_clock(t, clip->media) + clip->start;
    json_t *value =
        item("Clip.2", clip->media->name, range(still ? head : start, clip->frames, t->rate));

    if (clip->speed.film)
        json_array_append_new(json_object_get(value, "effects"), warp(clip->speed));
    set(value, "media_references", references(t, clip, head + clip->frames + tail));
    set(value, "active_media_reference_key", json_string(media_key));
    set_metadata(value, clip_metadata(t, clip));
    return value;
}

static json_t *gap(const struct timeline *t, int64_t frames)
{
    return item("Gap.1", "", range(0, frames, t->rate));
}

// Every program knows the dissolve; the others are told for who can do more.
static json_t *transition_json(const struct timeline *t, const struct timeline_transition *made)
{
    bool dissolve = made->blend == TIMELINE_DISSOLVE;
    json_t *value = object("Transition.1"), *metadata = json_object();

    set(value, "name", json_string(timeline_blend_name(made->blend)));
    set(value, "transition_type", json_string(dissolve ? "SMPTE_Dissolve" : "Custom_Transition"));
    set(value, "in_offset", rational(made->before, t->rate));
    set(value, "out_offset", rational(made->after, t->rate));
    set(metadata, "blend", json_string(timeline_blend_name(made->blend)));
    if (made->blend == TIMELINE_FADE)
        set(metadata, "color", json_string(made->color));
    set(value, "metadata", json_object());
    set_metadata(value, metadata);
    return value;
}

static json_t *track_json(const char *name, const char *kind, json_t *children)
{
    json_t *value = item("Track.1", name, json_null());

    set(value, "kind", json_string(kind));
    set(value, "children", children);
    return value;
}

// Adds nothing but a gap up to a frame; *at follows.
static void fill(const struct timeline *t, json_t *children, int64_t *at, int64_t to)
{
    assert(to >= *at);
    if (to > *at)
        json_array_append_new(children, gap(t, to - *at));
    *at = to;
}

static void add_transition(const struct timeline *t, json_t *children, int64_t at)
{
    const struct timeline_transition *made = timeline_transition_at(t, at);

    if (made)
        json_array_append_new(children, transition_json(t, made));
}

static json_t *pictures(const struct timeline *t)
{
    json_t *children = json_array();
    int64_t at = 0;

    for (size_t i = 0; i < t->pictures.n; i++) {
        const struct timeline_clip *clip = &t->pictures.at[i];

        fill(t, children, &at, clip->at);
        add_transition(t, children, clip->at);
        json_array_append_new(children, clip_json(t, clip));
        at += clip->frames;
    }
    fill(t, children, &at, t->frames);
    add_transition(t, children, t->frames);
    return track_json("Picture", "Video", children);
}

static json_t *sounds(const struct timeline *t, const struct timeline_track *track)
{
    json_t *children = json_array(), *value, *metadata = json_object();
    int64_t at = 0;

    for (size_t i = 0; i < track->clips.n; i++) {
        fill(t, children, &at, track->clips.at[i].at);
        json_array_append_new(children, clip_json(t, &track->clips.at[i]));
        at += track->clips.at[i].frames;
    }
    value = track_json(track->name, "Audio", children);
    set(metadata, "role", json_string(track->role));
    set_metadata(value, metadata);
    return value;
}

static json_t *title_json(const struct timeline *t, const struct timeline_title *title)
{
    json_t *value = item("Clip.2", title->text, range(0, title->frames, t->rate));
    json_t *generator = object("GeneratorReference.1"), *parameters = json_object();
    json_t *keys = json_object();

    set(parameters, "text", json_string(title->text));
    set(generator, "name", json_string("title"));
    set(generator, "generator_kind", json_string("title"));
    set(generator, "parameters", parameters);
    set(generator, "available_range", range(0, title->frames, t->rate));
    set(generator, "available_image_bounds", json_null());
    set(generator, "metadata", json_object());
    set(keys, media_key, generator);
    set(value, "media_references", keys);
    set(value, "active_media_reference_key", json_string(media_key));
    return value;
}

// One lane of titles; NULL: there are none on it.
static json_t *titles(const struct timeline *t, size_t lane)
{
    json_t *children = json_array();
    int64_t at = 0;
    char name[32];

    for (size_t i = 0; i < t->titles.n; i++) {
        if (t->titles.at[i].lane != lane)
            continue;
        fill(t, children, &at, t->titles.at[i].at);
        json_array_append_new(children, title_json(t, &t->titles.at[i]));
        at += t->titles.at[i].frames;
    }
    if (!json_array_size(children)) {
        json_decref(children);
        return NULL;
    }
    snprintf(name, sizeof(name), "Titles %zu", lane + 1);
    return track_json(lane ? name : "Titles", "Video", children);
}

static json_t *marker_json(const struct timeline *t, const struct timeline_marker *m)
{
    json_t *value = object("Marker.2"), *metadata = json_object();

    set(value, "name", json_string(m->name));
    set(value, "color", json_string(timeline_mark_color(m->mark)));
    set(value, "marked_range", range(m->at, m->frames, t->rate));
    set(value, "comment", json_string(m->text));
    set(metadata, "mark", json_string(timeline_mark_name(m->mark)));
    set(value, "metadata", json_object());
    set_metadata(value, metadata);
    return value;
}

// The stack lies from the bottom up.
static json_t *stack(const struct timeline *t)
{
    json_t *value = item("Stack.1", "tracks", json_null()), *tracks = json_array();
    json_t *markers = json_object_get(value, "markers"), *track;

    json_array_append_new(tracks, pictures(t));
    for (size_t lane = 0; (track = titles(t, lane)); lane++)
        json_array_append_new(tracks, track);
    for (size_t i = 0; i < t->tracks.n; i++)
        json_array_append_new(tracks, sounds(t, &t->tracks.at[i]));
    for (size_t i = 0; i < t->markers.n; i++)
        json_array_append_new(markers, marker_json(t, &t->markers.at[i]));
    set(value, "children", tracks);
    return value;
}

void otio_write(const struct timeline *t, struct buf *out)
{
    json_t *value = object("Timeline.1");

    set(value, "name", json_string(t->title));
    set(value, "global_start_time", rational(t->start, t->rate));
    set(value, "tracks", stack(t));
    set(value, "metadata", json_object());
    json_pretty_exact(value, out);
    json_decref(value);
}
