// SPDX-License-Identifier: MIT
#include "runtime/asked.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "runtime/timeline.h"

// Findings are a frame off at each end; sounds fade, and are heard later than they begin.
enum { PICTURE_SLACK_FRAMES = 1, SOUND_SLACK_FRAMES = 3 };

static bool covers(int64_t at, int64_t frames, int64_t frame)
{
    return frame >= at && frame < at + frames;
}

// The clip that is seen, where one is: a shot that outlasts its clip holds the last frame.
static const struct timeline_clip *picture_at(const struct timeline *t, int64_t frame)
{
    for (size_t i = 0; i < t->pictures.n; i++)
        if (covers(t->pictures.at[i].at, t->pictures.at[i].frames, frame))
            return &t->pictures.at[i];
    return NULL;
}

static bool is_still(const struct timeline *t, int64_t frame)
{
    const struct timeline_clip *clip = picture_at(t, frame);

    return !clip || (clip->media->kind == TIMELINE_STILL && !clip->move);
}

// At the film's ends, from and into black.
static bool is_fading(const struct timeline *t, int64_t frame)
{
    for (size_t i = 0; i < t->transitions.n; i++) {
        const struct timeline_transition *made = &t->transitions.at[i];
        bool fades = made->blend == TIMELINE_FADE || made->at <= 0 || made->at >= t->frames;

        if (fades && covers(made->at - made->before, made->before + made->after, frame))
            return true;
    }
    return false;
}

// A card may be black, and no picture that a model has made.
static bool may_be_black(const struct timeline *t, int64_t frame)
{
    const struct timeline_clip *clip = picture_at(t, frame);

    return is_fading(t, frame) || (is_still(t, frame) && !(clip && clip->rendered));
}

static bool is_heard(const struct timeline_clip *clip, int64_t frame)
{
    const struct timeline_media *m = clip->media;

    return covers(clip->at, clip->frames, frame) &&
           covers(m->heard_at, m->heard_frames, frame - clip->at + clip->start);
}

// A stem of dialogue lasts as long as its shot: there the lines tell what is to be heard.
static bool may_be_silent(const struct timeline *t, int64_t frame)
{
    double seconds = timeline_seconds(t, frame);

    for (size_t i = 0; i < t->lines.n; i++)
        if (seconds >= t->lines.at[i].start &&
            seconds < t->lines.at[i].start + t->lines.at[i].seconds)
            return false;
    for (size_t i = 0; i < t->tracks.n; i++)
        for (size_t c = 0; c < t->tracks.at[i].clips.n; c++)
            if (strcmp(t->tracks.at[i].role, "dialogue") != 0 &&
                is_heard(&t->tracks.at[i].clips.at[c], frame))
                return false;
    return true;
}

// A film without a sound has no loudness.
static bool is_mute(const struct timeline *t)
{
    for (size_t i = 0; i < t->tracks.n; i++)
        for (size_t c = 0; c < t->tracks.at[i].clips.n; c++)
            if (t->tracks.at[i].clips.at[c].media->heard_frames)
                return false;
    return true;
}

static const struct permit {
    const char *check;
    int64_t slack_frames;
    bool (*may)(const struct timeline *t, int64_t frame);
} permits[] = {
    {"black", PICTURE_SLACK_FRAMES, may_be_black},
    {"frozen", PICTURE_SLACK_FRAMES, is_still},
    {"silent", SOUND_SLACK_FRAMES, may_be_silent},
};

// Of the film, which begins behind the file's slate.
static int64_t frame_of(const struct timeline *t, const json_t *one, const char *key)
{
    return frame_rate_nearest(t->rate, json_get_number(one, key, 0)) - t->slate_frames;
}

static bool is_asked(const struct timeline *t, const json_t *one)
{
    const char *check = json_get_text(one, "check", "");

    if (strcmp(check, "loudness") == 0)
        return is_mute(t);
    for (size_t i = 0; i < sizeof(permits) / sizeof(*permits); i++) {
        const struct permit *p = &permits[i];
        int64_t frame = frame_of(t, one, "start") + p->slack_frames;
        int64_t end = frame_of(t, one, "end") - p->slack_frames;

        if (strcmp(check, p->check) != 0)
            continue;
        if (frame < -t->slate_frames || end > t->frames) // beyond these nothing is asked for
            return false;
        frame = frame > 0 ? frame : 0;
        while (frame < end && p->may(t, frame))
            frame++;
        return frame >= end;
    }
    return false;
}

// The shot whose picture began last.
static const char *shot_at(const struct timeline *t, int64_t frame)
{
    const char *shot = NULL;

    for (size_t i = 0; i < t->pictures.n; i++)
        if (t->pictures.at[i].at <= frame)
            shot = t->pictures.at[i].shot;
    return shot;
}

static void add_difference(json_t *found, const struct timeline *t)
{
    const json_t *picture = json_object_get(json_object_get(found, "facts"), "picture");
    json_int_t frames = json_get_integer(picture, "frames", 0) - t->slate_frames;
    char text[100];

    if (!picture || frames == t->frames)
        return;
    snprintf(text, sizeof(text), "%lld frames, where the film has %lld", (long long)frames,
             (long long)t->frames);
    json_array_insert_new(
        json_object_get(found, "findings"), 0,
        json_pack("{s:s, s:s, s:s}", "check", "plan", "severity", "error", "text", text));
}

void asked_hold(json_t *found, const struct timeline *t)
{
    json_t *list = json_object_get(found, "findings");

    for (size_t i = json_array_size(list); i-- > 0;) {
        json_t *one = json_array_get(list, i);
        const char *shot = shot_at(t, frame_of(t, one, "start"));

        if (is_asked(t, one))
            json_array_remove(list, i);
        else if (shot && json_object_get(one, "start"))
            json_object_set_new(one, "shot", json_string(shot));
    }
    add_difference(found, t);
}

void asked_hold_part(json_t *found)
{
    json_t *list = json_object_get(found, "findings");

    for (size_t i = json_array_size(list); i-- > 0;)
        if (strcmp(json_get_text(json_array_get(list, i), "check", ""), "silent") == 0)
            json_array_remove(list, i);
}
