// SPDX-License-Identifier: MIT
#include "runtime/turnover.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/plan.h"
#include "runtime/timeline.h"
#include "runtime/turnover_read.h"

enum { MOST_NAMED = 3 }; // steps of a film that is not built

bool turnover_input(const struct turnover *u, const char *name, json_int_t n, size_t *at,
                    struct err *err)
{
    for (size_t i = 0; i < TURNOVER_INPUTS; i++) {
        const struct turnover_inputs *inputs = &u->inputs[i];

        if (strcmp(inputs->name, name) == 0 && n >= 0 && (size_t)n < inputs->at.n) {
            *at = inputs->at.at[n];
            return true;
        }
    }
    return err_set(err, ERR_BUG, "%s has no input \"%s\" number %lld", u->conform->id, name,
                   (long long)n);
}

const struct artifact *turnover_take(const struct turnover *u, const struct step *pick, size_t i)
{
    const struct artifact *wanted = plan_input(u->plan, pick, i);
    const struct edge *e = &pick->inputs[i];

    return wanted || !e->from ? wanted : plan_kept(u->plan, e->from, e->output);
}

const struct step *turnover_maker(const struct turnover *u, const struct step *step,
                                  const struct artifact *artifact)
{
    for (size_t i = 0; step && step->kind->chooses && i < step->n_inputs; i++) {
        const struct artifact *take = turnover_take(u, step, i);

        if (take && memcmp(&take->digest, &artifact->digest, sizeof(take->digest)) == 0)
            return step->inputs[i].from;
    }
    return step;
}

const struct timeline_media *turnover_media(struct turnover *u, const struct step *step,
                                            size_t input, struct err *err)
{
    const struct artifact *artifact = plan_input(u->plan, step, input);
    const struct edge *e = &step->inputs[input];

    if (!artifact) {
        err_set(err, ERR_FINAL, "%s is not at hand: build the film first",
                e->from ? e->from->id : e->file);
        return NULL;
    }
    return reel_add(&u->reel, artifact, turnover_maker(u, e->from, artifact), err);
}

static bool read_shots(struct turnover *u, struct err *err)
{
    json_t *shots = json_object_get(u->params, "shots"), *shot;
    int64_t frame = 0;
    size_t i;

    vec_push(&u->shots, frame);
    json_array_foreach(shots, i, shot) {
        int64_t frames = json_get_integer(shot, "frames", 0);

        if (frames <= 0)
            return err_set(err, ERR_BUG, "shot %zu of %s is %lld frames long", i, u->conform->id,
                           (long long)frames);
        vec_push(&u->shots, frame += frames);
        vec_push(&u->scenes, arena_strdup(u->timeline->arena, json_get_text(shot, "scene", "")));
    }
    u->timeline->frames = frame;
    return true;
}

// A chapter for each scene, until the next begins.
static void add_chapters(struct turnover *u)
{
    json_t *shots = json_object_get(u->params, "shots");

    for (size_t i = 0, end; i < u->scenes.n; i = end) {
        const char *scene = u->scenes.at[i];
        const char *title = json_get_text(json_array_get(shots, i), "title", scene);

        for (end = i + 1; end < u->scenes.n; end++)
            if (strcmp(u->scenes.at[end], scene) != 0)
                break;
        turnover_mark(u, TIMELINE_CHAPTER, u->shots.at[i], u->shots.at[end] - u->shots.at[i], title,
                      "");
    }
}

static void add_lines(struct turnover *u)
{
    json_t *lines = json_object_get(u->params, "lines"), *line;
    struct arena *a = u->timeline->arena;
    size_t i;

    json_array_foreach(lines, i, line) {
        size_t shot = (size_t)json_get_integer(line, "shot", 0);
        double begins = 0;

        if (shot < u->shots.n)
            begins = timeline_seconds(u->timeline, u->shots.at[shot]);
        vec_push(&u->timeline->lines, (struct timeline_line){
                                          .who = arena_strdup(a, json_get_text(line, "who", "")),
                                          .mode = arena_strdup(a, json_get_text(line, "mode", "")),
                                          .text = arena_strdup(a, json_get_text(line, "text", "")),
                                          .shot = shot < u->names.n ? u->names.at[shot] : "",
                                          .start = begins + json_get_number(line, "start", 0),
                                          .seconds = json_get_number(line, "seconds", 0),
                                      });
    }
}

static int by_frame(const void *left, const void *right)
{
    const struct timeline_marker *a = left, *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->mark != b->mark)
        return a->mark < b->mark ? -1 : 1;
    return (a->frames > b->frames) - (a->frames < b->frames);
}

static bool read_format(struct turnover *u, struct err *err)
{
    const json_t *pixels = json_object_get(u->params, "pixels");
    const char *fps = json_get_text(u->params, "fps", "");
    struct timeline *t = u->timeline;

    t->title = arena_strdup(t->arena, json_get_text(u->params, "title", ""));
    t->width = (int)json_integer_value(json_array_get(pixels, 0));
    t->height = (int)json_integer_value(json_array_get(pixels, 1));
    if (!frame_rate_read(fps, &t->rate))
        return err_set(err, ERR_BUG, "%s has the rate \"%s\"", u->conform->id, fps);
    t->slate_frames = json_get_integer(u->params, "slate", 0);
    t->drops = timecode_text_drops(t->rate, json_get_text(u->params, "timecode", ""));
    if (timecode_read(t->rate, json_get_text(u->params, "timecode", ""), &t->start))
        t->start += t->slate_frames; // the file's first frame has it
    else
        t->start = timecode_hour(t->rate);
    return true;
}

static void sort_inputs(struct turnover *u)
{
    static const char *const names[TURNOVER_INPUTS] = {"cut", "dialogue", "effects", "bed",
                                                       "music"};

    for (size_t k = 0; k < TURNOVER_INPUTS; k++) {
        u->inputs[k].name = names[k];
        for (size_t i = 0; i < u->conform->n_inputs; i++)
            if (strcmp(u->conform->inputs[i].name, names[k]) == 0)
                vec_push(&u->inputs[k].at, i);
    }
}

// The name of each shot is that of its cut. A slate's is no shot's.
static void name_shots(struct turnover *u)
{
    const struct turnover_inputs *cuts = &u->inputs[0];

    for (size_t i = 0; i < cuts->at.n; i++) {
        const struct step *s = u->conform->inputs[cuts->at.at[i]].from;

        if (s->shot && turnover_is_cut(s))
            vec_push(&u->names, arena_strdup(u->timeline->arena, s->shot));
    }
}

static bool read_all(struct turnover *u, struct err *err)
{
    sort_inputs(u);
    name_shots(u);
    if (!read_format(u, err) || !read_shots(u, err))
        return false;
    if (u->names.n != u->scenes.n)
        return err_set(err, ERR_BUG, "%s has %zu shots and %zu cuts", u->conform->id, u->scenes.n,
                       u->names.n);
    add_chapters(u);
    add_lines(u);
    if (!turnover_add_pictures(u, err) || !turnover_add_sounds(u, err))
        return false;
    qsort(u->timeline->markers.at, u->timeline->markers.n, sizeof(*u->timeline->markers.at),
          by_frame);
    return true;
}

bool turnover_is_film(const struct deliverable *d)
{
    return strcmp(d->output, d->step->outputs[0]) == 0 && step_has_param(d->step, "pieces");
}

static const struct deliverable *find_deliverable(const struct graph *g, const char *name,
                                                  struct err *err)
{
    struct buf known = {0};

    for (size_t i = 0; i < g->n_deliverables; i++) {
        const struct deliverable *d = &g->deliverables[i];

        if (!turnover_is_film(d))
            continue;
        if (name ? strcmp(d->name, name) == 0 : !d->step->scene)
            return buf_release(&known), d;
        buf_printf(&known, "%s%s", known.len ? ", " : "", d->name);
    }
    if (!known.len)
        err_set(err, ERR_FILM, "this film delivers no film that could be exported");
    else if (name)
        err_set(err, ERR_USAGE, "no deliverable \"%s\": this film has %s", name, buf_text(&known));
    else
        err_set(err, ERR_USAGE, "which of its deliverables? This film has %s", buf_text(&known));
    buf_release(&known);
    return NULL;
}

// Names the first steps that are owed.
static bool refuse_unbuilt(const struct plan *plan, const struct step *conform, struct err *err)
{
    struct buf ids = {0};
    size_t left = 0;

    for (size_t i = 0; i <= conform->index; i++) {
        const struct plan_row *row = &plan->rows[i];

        if (!row->wanted || row->status == PLAN_CURRENT)
            continue;
        if (left++ < MOST_NAMED)
            buf_printf(&ids, "%s%s", ids.len ? ", " : "", row->step->id);
    }
    err_set(err, ERR_FINAL,
            "this film is not built as it stands now: `c41 build` it first. %zu step%s to be made: "
            "%s%s",
            left, left == 1 ? " is" : "s are", buf_text(&ids), left > MOST_NAMED ? " …" : "");
    buf_release(&ids);
    return false;
}

static void release(struct turnover *u)
{
    for (size_t i = 0; i < TURNOVER_INPUTS; i++)
        vec_release(&u->inputs[i].at);
    vec_release(&u->shots);
    vec_release(&u->names);
    vec_release(&u->scenes);
    reel_release(&u->reel);
}

// The deliverable's file without folders and ending.
static const char *name_of(struct arena *a, const struct deliverable *d)
{
    const char *base = path_base(d->file), *ext = path_ext(base);

    return arena_strndup(a, base, strlen(base) - (*ext ? strlen(ext) + 1 : 0));
}

struct timeline *turnover_new(const struct graph *graph, struct plan *plan, const char *module_dir,
                              const char *deliverable, struct err *err)
{
    const struct deliverable *d = find_deliverable(graph, deliverable, err);
    struct turnover u = {.graph = graph, .plan = plan, .module_dir = module_dir};
    bool ok;

    if (!d)
        return NULL;
    u.conform = d->step;
    u.params = plan->rows[d->step->index].request;
    if (plan->rows[d->step->index].status != PLAN_CURRENT)
        return refuse_unbuilt(plan, d->step, err), NULL;
    u.timeline = u.reel.timeline = timeline_new();
    u.timeline->name = name_of(u.timeline->arena, d);
    ok = read_all(&u, err);
    release(&u);
    if (ok)
        return u.timeline;
    timeline_free(u.timeline);
    return NULL;
}
