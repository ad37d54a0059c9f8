// SPDX-License-Identifier: MIT
// The transitions between pictures and at the film's ends, as far as clips without held frames can
// show them.
#include "runtime/turnover_read.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/plan.h"
#include "runtime/timeline.h"

// A film that opens from black, or ends in it.
void turnover_add_fades(struct turnover *u, const json_t *params, int64_t at, int64_t frames)
{
    const json_t *fades = json_object_get(params, "fades");
    struct frame_rate rate = u->timeline->rate;
    int64_t in = frame_rate_nearest(rate, json_get_number(fades, "in", 0));
    int64_t out = frame_rate_nearest(rate, json_get_number(fades, "out", 0));

    if (in > 0)
        vec_push(&u->timeline->transitions, (struct timeline_transition){.at = at, .after = in});
    if (out > 0)
        vec_push(&u->timeline->transitions,
                 (struct timeline_transition){.at = at + frames, .before = out});
}

static enum timeline_blend blend_of(const json_t *params)
{
    static const enum timeline_blend all[] = {TIMELINE_DISSOLVE, TIMELINE_FADE, TIMELINE_WIPE};
    const char *kind = json_get_text(params, "kind", "dissolve");

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        if (strcmp(timeline_blend_name(all[i]), kind) == 0)
            return all[i];
    return TIMELINE_DISSOLVE;
}

void turnover_add_join(struct turnover *u, const struct step *join, int64_t cut)
{
    const json_t *params = u->plan->rows[join->index].request;
    int64_t half = json_get_integer(params, "frames", 0) / 2;
    const char *color = json_get_text(params, "color", "black");

    vec_push(&u->timeline->transitions,
             (struct timeline_transition){.blend = blend_of(params),
                                          .color = arena_strdup(u->timeline->arena, color),
                                          .at = cut,
                                          .before = half,
                                          .after = half});
}

// What a clip could still show behind its end.
static int64_t handle_behind(const struct timeline_clip *clip, int64_t cut)
{
    int64_t left;

    if (clip->at + clip->frames < cut)
        return 0;
    if (clip->media->kind == TIMELINE_STILL)
        return INT64_MAX;
    left = timeline_film_frames(clip->speed, clip->media->frames - clip->start) - clip->frames;
    return left > 0 ? left : 0;
}

static int64_t handle_before(const struct timeline_clip *clip)
{
    return clip->media->kind == TIMELINE_STILL ? INT64_MAX
                                               : timeline_film_frames(clip->speed, clip->start);
}

// What the shot is called that begins at a frame.
static const char *name_at(const struct turnover *u, int64_t frame)
{
    size_t i = 0;

    while (i + 1 < u->names.n && u->shots.at[i] < frame)
        i++;
    return u->names.at[i];
}

// Tells that a transition is shorter than in the film. The one at the film's end lies on no frame.
static void warn(struct turnover *u, int64_t cut, const char *text)
{
    int64_t frame = cut < u->timeline->frames ? cut : u->timeline->frames - 1;

    turnover_mark(u, TIMELINE_WARNING, frame, 1, name_at(u, frame), text);
}

static bool is_end(const struct timeline *t, const struct timeline_transition *made)
{
    return made->at == 0 || made->at == t->frames;
}

// An editor has no frame to hold where a clip has no handle, or ends early: there the transition is
// shorter. A fade and those at the film's ends show each shot for itself, on its side of the cut.
static void fit_reach(struct turnover *u, struct timeline_transition *made)
{
    const struct timeline_clip *out = NULL, *in = NULL;
    int64_t before, after;

    for (size_t i = 0; i < u->timeline->pictures.n; i++) {
        const struct timeline_clip *clip = &u->timeline->pictures.at[i];

        out = clip->at < made->at ? clip : out;
        in = clip->at == made->at ? clip : in;
    }
    if (made->blend == TIMELINE_FADE || is_end(u->timeline, made)) {
        before = out && out->at + out->frames == made->at ? INT64_MAX : 0;
        after = in ? INT64_MAX : 0;
    } else {
        before = in ? handle_before(in) : 0;
        after = out ? handle_behind(out, made->at) : 0;
    }
    if (made->before <= before && made->after <= after)
        return;
    made->before = made->before < before ? made->before : before;
    made->after = made->after < after ? made->after : after;
    warn(u, made->at,
         "the clips do not reach through this transition: it is shorter than in the film");
}

static struct timeline_transition *find_transition(struct timeline *t, int64_t at)
{
    const struct timeline_transition *found = timeline_transition_at(t, at);

    return found ? &t->transitions.at[found - t->transitions.at] : NULL;
}

static void shorten(struct turnover *u, int64_t cut, int64_t *side, int64_t frames)
{
    if (*side <= frames)
        return;
    *side = frames;
    warn(u, cut, "there is no room for this transition: it is shorter than in the film");
}

// Keeps the transitions at both ends of a clip, or of a hole, from one another. That at an end of
// the film gives way to a join, as it does there: a join is not faded. Two of a kind share.
static void fit_between(struct turnover *u, int64_t from, int64_t to)
{
    struct timeline_transition none = {0}, *in = find_transition(u->timeline, from),
                               *out = find_transition(u->timeline, to);
    int64_t room = to - from, after, before;

    in = in ? in : &none;
    out = out ? out : &none;
    after = in->after;
    before = out->before;
    if (room <= 0 || after + before <= room)
        return;
    if (is_end(u->timeline, in) == is_end(u->timeline, out))
        after = room * after / (after + before);
    else if (is_end(u->timeline, in))
        after = before < room ? room - before : 0;
    else
        after = after < room ? after : room;
    shorten(u, from, &in->after, after);
    shorten(u, to, &out->before, room - after);
}

void turnover_fit_transitions(struct turnover *u)
{
    struct timeline *t = u->timeline;
    int64_t at = 0;
    size_t n = 0;

    for (size_t i = 0; i < t->transitions.n; i++)
        fit_reach(u, &t->transitions.at[i]);
    for (size_t i = 0; i < t->pictures.n; i++) {
        const struct timeline_clip *clip = &t->pictures.at[i];

        fit_between(u, at, clip->at);
        at = clip->at + clip->frames;
        fit_between(u, clip->at, at);
    }
    fit_between(u, at, t->frames);
    for (size_t i = 0; i < t->transitions.n; i++)
        if (t->transitions.at[i].before || t->transitions.at[i].after)
            t->transitions.at[n++] = t->transitions.at[i];
    t->transitions.n = n;
}
