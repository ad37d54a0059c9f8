// SPDX-License-Identifier: MIT
// What is seen: each shot's picture as its cut shows it, the takes beside it, titles, and what
// people should read about them.
#include "runtime/turnover_read.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/module.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/media/media.h"
#include "runtime/plan.h"
#include "runtime/timeline.h"

void turnover_mark(struct turnover *u, enum timeline_mark mark, int64_t at, int64_t frames,
                   const char *name, const char *text)
{
    struct arena *a = u->timeline->arena;
    struct timeline_marker made = {mark, at, frames, arena_strdup(a, name), arena_strdup(a, text)};

    vec_push(&u->timeline->markers, made);
}

// The pick behind a picture, by way of steps that only finish it; NULL: there is none.
static const struct step *pick_behind(const struct step *s)
{
    while (s && !s->kind->chooses) {
        const struct step *from = NULL;

        for (size_t i = 0; i < s->n_inputs && !from; i++)
            if (strcmp(s->inputs[i].name, s->outputs[0]) == 0)
                from = s->inputs[i].from;
        s = from;
    }
    return s;
}

// The other takes that are at hand beside the one that is used.
static bool add_takes(struct turnover *u, const struct step *from, struct timeline_clip *clip,
                      struct err *err)
{
    const struct step *pick = pick_behind(from);
    const struct plan_row *row = pick ? &u->plan->rows[pick->index] : NULL;
    struct timeline_take *takes;
    unsigned number = 0;

    if (!row || !row->n_artifacts)
        return true;
    takes = arena_array(u->timeline->arena, struct timeline_take, pick->n_inputs);
    clip->takes = takes;
    for (size_t i = 0; i < pick->n_inputs; i++) {
        const struct artifact *take = turnover_take(u, pick, i);

        if (strcmp(pick->inputs[i].name, "take") != 0)
            continue;
        number++;
        if (!take)
            continue;
        if (memcmp(&take->digest, &row->artifacts[0].digest, sizeof(take->digest)) == 0) {
            clip->take = number;
            continue;
        }
        takes[clip->n_takes] = (struct timeline_take){
            .media = reel_add(&u->reel, take, pick->inputs[i].from, err), .number = number};
        if (!takes[clip->n_takes++].media)
            return false;
    }
    return true;
}

// What is told of a shot where it begins, and where its clip ends before it.
static void add_remarks(struct turnover *u, const struct step *cut,
                        const struct timeline_clip *clip, int64_t frames)
{
    if (cut->note)
        turnover_mark(u, TIMELINE_NOTE, clip->at, 1, clip->name, cut->note);
    if (clip->frames < frames)
        turnover_mark(u, TIMELINE_WARNING, clip->at + clip->frames, frames - clip->frames,
                      clip->name,
                      "the clip ends before the shot does: the film holds its last frame here");
}

// Words that lie over the picture of a shot of so many frames: said is a lower third, or a card.
static void add_title(struct turnover *u, const json_t *said, const struct timeline_clip *clip,
                      int64_t frames)
{
    struct frame_rate rate = u->timeline->rate;
    const char *text = json_get_text(said, "text", NULL);
    int64_t from = frame_rate_nearest(rate, json_get_number(said, "at", 0)), shown = frames - from;

    if (json_object_get(said, "seconds"))
        shown = frame_rate_nearest(rate, json_get_number(said, "seconds", 0));
    if (shown > frames - from)
        shown = frames - from;
    if (text && shown > 0)
        timeline_add_title(u->timeline,
                           (struct timeline_title){.at = clip->at + from,
                                                   .frames = shown,
                                                   .text = arena_strdup(u->timeline->arena, text)});
}

// In the order in which the film draws them.
static void add_titles(struct turnover *u, const json_t *params, const struct timeline_clip *clip,
                       int64_t frames)
{
    const json_t *card = json_object_get(params, "card");

    if (json_get_flag(card, "over", false))
        add_title(u, card, clip, frames);
    add_title(u, json_object_get(params, "text"), clip, frames);
}

static size_t input_named(const struct step *s, const char *name)
{
    size_t i = 0;

    while (i < s->n_inputs && strcmp(s->inputs[i].name, name) != 0)
        i++;
    return i;
}

bool turnover_is_cut(const struct step *s)
{
    return input_named(s, "picture") < s->n_inputs;
}

static const char *move_of(const json_t *params)
{
    const char *move = json_get_text(params, "move", "static");

    return strcmp(move, "static") == 0 ? NULL : move;
}

// How many frames of a shot the media has, from one of its own on.
static int64_t clip_frames(const struct timeline_media *media, int64_t start, int64_t frames)
{
    int64_t left = media->frames > start ? media->frames - start : 0;

    return frames < left ? frames : left;
}

// How much a clip is slowed or sped to fill its shot, which clip->frames is. What it shows ends
// with its media, even where it begins on a frame that lies somewhat behind the instant asked for.
static bool read_speed(const struct turnover *u, const json_t *params, struct timeline_clip *clip,
                       struct err *err)
{
    const struct frame_rate film = u->timeline->rate, own = clip->media->rate;
    double seconds = (double)(clip->media->length * own.den) / (double)own.num;
    double shot = (double)(clip->frames * film.den) / (double)film.num, speed;
    int64_t parts = clip->frames * TIMELINE_PARTS, shown;
    int64_t left = timeline_media_parts(u->timeline, clip->media) - clip->start * TIMELINE_PARTS;
    const struct media *media;

    if (!(json_get_number(params, "stretch", 0) > 0))
        return true;
    media = module_load(u->module_dir, "c41-media", "c41_media", err);
    if (!media)
        return false;
    speed = media->speed(params, seconds, shot);
    shown = llround(speed * (double)parts);
    if (speed != 1)
        clip->speed = (struct timeline_speed){shown < left ? shown : left, parts};
    return true;
}

// From where on and how fast a moving picture fills its shot, which clip->frames is.
static bool time_clip(const struct turnover *u, const json_t *params, struct timeline_clip *clip,
                      struct err *err)
{
    bool footage = strcmp(json_get_text(params, "from", ""), "footage") == 0;
    double begins = json_get_number(params, footage ? "in" : "handles", 0);
    double ends = footage ? json_get_number(params, "out", 0) : 0;
    int64_t most;

    clip->start = frame_rate_nearest(u->timeline->rate, begins);
    if (!read_speed(u, params, clip, err))
        return false;
    if (clip->speed.film)
        return true;
    clip->frames = clip_frames(clip->media, clip->start, clip->frames);
    most = frame_rate_nearest(u->timeline->rate, ends) - clip->start;
    if (ends > 0 && clip->frames > most)
        clip->frames = most;
    return true;
}

// Cards and the author's own files are meant as they are.
static bool is_rendered(const struct turnover *u, const struct timeline_media *media)
{
    const struct step *maker = media->step ? graph_find(u->graph, media->step) : NULL;

    return maker && !maker->kind->local;
}

// The picture of shot number n, as its cut shows it.
static bool add_picture(struct turnover *u, const struct step *cut, size_t n, struct err *err)
{
    const json_t *params = u->plan->rows[cut->index].request;
    int64_t at = u->shots.at[n], frames = u->shots.at[n + 1] - at;
    size_t input = input_named(cut, "picture");
    const struct timeline_media *media = turnover_media(u, cut, input, err);
    struct timeline_clip clip = {
        .name = u->names.at[n],
        .scene = u->scenes.at[n],
        .shot = u->names.at[n],
        .media = media,
        .at = at,
        .frames = frames,
    };

    if (!media)
        return false;
    clip.rendered = is_rendered(u, media);
    if (media->kind == TIMELINE_MOVING) {
        if (!time_clip(u, params, &clip, err))
            return false;
    } else if (move_of(params)) {
        clip.move = arena_strdup(u->timeline->arena, move_of(params));
    }
    add_remarks(u, cut, &clip, frames);
    add_titles(u, params, &clip, frames);
    turnover_add_fades(u, params, at, frames);
    if (!add_takes(u, cut->inputs[input].from, &clip, err))
        return false;
    if (clip.frames > 0)
        vec_push(&u->timeline->pictures, clip);
    return true;
}

// The cut or join that is the conform's n-th piece.
static const struct step *piece_step(const struct turnover *u, const json_t *piece, struct err *err)
{
    size_t input;

    if (!turnover_input(u, "cut", json_get_integer(piece, "cut", -1), &input, err))
        return NULL;
    return u->conform->inputs[input].from;
}

bool turnover_add_pictures(struct turnover *u, struct err *err)
{
    json_t *pieces = json_object_get(u->params, "pieces"), *piece;
    size_t i, shot = 0;

    json_array_foreach(pieces, i, piece) {
        const struct step *s = piece_step(u, piece, err);

        if (!s)
            return false;
        if (!s->shot) // the slate: an editor gets the film alone
            continue;
        if (!turnover_is_cut(s))
            turnover_add_join(u, s, u->shots.at[shot]);
        else if (!add_picture(u, s, shot++, err))
            return false;
    }
    turnover_fit_transitions(u);
    return true;
}
