// SPDX-License-Identifier: MIT
#include "runtime/timeline.h"

#include <string.h>

#include "base/arena.h"

struct timeline *timeline_new(void)
{
    struct timeline *t = mem_new(sizeof(*t));

    t->arena = arena_new();
    return t;
}

void timeline_free(struct timeline *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->tracks.n; i++)
        vec_release(&t->tracks.at[i].clips);
    vec_release(&t->tracks);
    vec_release(&t->media);
    vec_release(&t->pictures);
    vec_release(&t->transitions);
    vec_release(&t->titles);
    vec_release(&t->markers);
    vec_release(&t->lines);
    arena_free(t->arena);
    mem_free(t);
}

static bool has_room(const struct timeline_track *track, const struct timeline_clip *clip)
{
    const struct timeline_clip *last = track->clips.n ? &track->clips.at[track->clips.n - 1] : NULL;

    return !last || last->at + last->frames <= clip->at;
}

static struct timeline_track *find_track(struct timeline *t, const char *role, const char *prefix,
                                         const struct timeline_clip *clip)
{
    size_t of_role = 0;

    for (size_t i = 0; i < t->tracks.n; i++) {
        if (strcmp(t->tracks.at[i].role, role) != 0)
            continue;
        if (has_room(&t->tracks.at[i], clip))
            return &t->tracks.at[i];
        of_role++;
    }
    vec_push(&t->tracks,
             (struct timeline_track){.name = arena_printf(t->arena, "%s %zu", prefix, of_role + 1),
                                     .role = role});
    return &t->tracks.at[t->tracks.n - 1];
}

void timeline_add_sound(struct timeline *t, const char *role, const char *prefix,
                        struct timeline_clip clip)
{
    struct timeline_track *track;
    int64_t early = clip.at < 0 ? -clip.at : 0;

    clip.at += early;
    clip.start += early;
    clip.frames -= early;
    if (clip.frames > t->frames - clip.at)
        clip.frames = t->frames - clip.at;
    if (clip.frames <= 0)
        return;
    track = find_track(t, role, prefix, &clip);
    vec_push(&track->clips, clip);
}

static size_t lane_over(const struct timeline *t, const struct timeline_title *title)
{
    size_t lane = 0;

    for (size_t i = 0; i < t->titles.n; i++) {
        const struct timeline_title *under = &t->titles.at[i];

        if (under->at < title->at + title->frames && title->at < under->at + under->frames &&
            under->lane >= lane)
            lane = under->lane + 1;
    }
    return lane;
}

void timeline_add_title(struct timeline *t, struct timeline_title title)
{
    size_t i = t->titles.n;

    title.lane = lane_over(t, &title);
    vec_push(&t->titles, title);
    for (; i > 0 && t->titles.at[i - 1].at > title.at; i--)
        t->titles.at[i] = t->titles.at[i - 1];
    t->titles.at[i] = title;
}

double timeline_seconds(const struct timeline *t, int64_t frame)
{
    return (double)frame_rate_sample(t->rate, frame) / FRAME_SOUND_RATE;
}

int64_t timeline_media_clock(const struct timeline *t, const struct timeline_media *m)
{
    int64_t whole = m->rate.num * t->rate.den;

    return m->clock ? (m->clock * m->rate.den * t->rate.num + whole - 1) / whole : 0;
}

int64_t timeline_media_parts(const struct timeline *t, const struct timeline_media *m)
{
    return m->length * m->rate.den * t->rate.num * TIMELINE_PARTS / (m->rate.num * t->rate.den);
}

int64_t timeline_media_frames(struct timeline_speed speed, int64_t film)
{
    int64_t product = film * speed.media, half = product < 0 ? -speed.film / 2 : speed.film / 2;

    return speed.film ? (product + half) / speed.film : film;
}

int64_t timeline_film_frames(struct timeline_speed speed, int64_t media)
{
    return speed.film ? media * speed.film / speed.media : media;
}

double timeline_scalar(struct timeline_speed speed)
{
    return speed.film ? (double)speed.media / (double)speed.film : 1;
}

const struct timeline_transition *timeline_transition_at(const struct timeline *t, int64_t at)
{
    size_t from = 0, to = t->transitions.n;

    while (from < to) {
        size_t middle = (from + to) / 2;

        if (t->transitions.at[middle].at < at)
            from = middle + 1;
        else
            to = middle;
    }
    return from < t->transitions.n && t->transitions.at[from].at == at ? &t->transitions.at[from]
                                                                       : NULL;
}

const char *timeline_mark_name(enum timeline_mark mark)
{
    static const char *const names[] = {"chapter", "note", "warning"};

    return names[mark];
}

const char *timeline_mark_color(enum timeline_mark mark)
{
    static const char *const colors[] = {"GREEN", "BLUE", "RED"};

    return colors[mark];
}

const char *timeline_blend_name(enum timeline_blend blend)
{
    static const char *const names[] = {"dissolve", "fade", "wipe"};

    return names[blend];
}
