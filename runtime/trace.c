// SPDX-License-Identifier: MIT
#include "runtime/trace.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "runtime/build.h"
#include "runtime/events.h"
#include "runtime/service.h"
#include "runtime/trace_file.h"
#include "runtime/trace_path.h"
#include "runtime/trace_rows.h"
#include "runtime/walk.h"

enum { BUILDS_ROW = 1, PATH_ROW = 2 }; // of the film's group

// What is known of a step.
struct trace_step {
    struct trace_slot *slot; // where it runs; NULL: nowhere
    int leg;                 // the one through which it came, or NO_LEG: it was at hand
    size_t waits;            // inputs that are not done
    bool ready;
    int64_t ready_us; // since when
};

struct trace {
    struct trace_file file;
    struct trace_rows rows;

    // Of the build that runs.
    int64_t begin_us;
    const struct walk *walk; // NULL: no step has run
    struct trace_step *steps;
    struct trace_legs legs;
    size_t n_ready, n_running;
};

struct trace *trace_open(const char *path, struct err *err)
{
    struct trace *t = mem_new(sizeof(*t));

    if (!trace_file_open(&t->file, path, err)) {
        mem_free(t);
        return NULL;
    }
    t->rows.arena = arena_new();
    trace_file_name(&t->file, (struct trace_row){TRACE_FILM, 0}, "film");
    trace_file_name(&t->file, (struct trace_row){TRACE_FILM, BUILDS_ROW}, "builds");
    trace_file_name(&t->file, (struct trace_row){TRACE_FILM, PATH_ROW}, "critical path");
    return t;
}

static void forget_build(struct trace *t)
{
    mem_free(t->steps);
    t->steps = NULL;
    t->walk = NULL;
    vec_release(&t->legs.of);
    t->n_ready = t->n_running = 0;
}

bool trace_close(struct trace *t, struct err *err)
{
    bool ok;

    if (!t)
        return true;
    ok = trace_file_close(&t->file, err);
    forget_build(t);
    trace_rows_release(&t->rows);
    mem_free(t);
    return ok;
}

static int64_t time_of(const struct trace *t, const struct event *e)
{
    return t->begin_us + llround(e->t * 1e6);
}

static const struct work *work_of(const struct trace *t, const struct step *step)
{
    return &t->walk->works[step->index];
}

static void set_ready(struct trace *t, const struct step *step, bool ready, int64_t now_us)
{
    struct trace_step *s = &t->steps[step->index];

    if (s->ready == ready)
        return;
    s->ready = ready;
    s->ready_us = ready ? now_us : s->ready_us;
    t->n_ready += ready ? 1 : -1;
}

void trace_follow(struct trace *t, const struct walk *walk)
{
    if (!t)
        return;
    t->walk = walk;
    t->steps = mem_new(walk->graph->n_steps * sizeof(*t->steps));
    for (size_t i = 0; i < walk->graph->n_steps; i++) {
        const struct work *work = &walk->works[i];

        t->steps[i] = (struct trace_step){.leg = NO_LEG, .waits = work->waits};
        if (work->wanted && work->state == WORK_READY)
            set_ready(t, work->step, true, t->begin_us);
    }
}

// The last of the legs that made the inputs.
static int made_by(const struct trace *t, const struct step *step)
{
    int last = NO_LEG;

    for (size_t i = 0; i < step->n_inputs; i++)
        if (step->inputs[i].from)
            last = trace_legs_later(&t->legs, t->steps[step->inputs[i].from->index].leg, last);
    return last;
}

// What a slot has waited for until the step began.
static const char *waited_for(const struct trace *t, const struct trace_slot *slot)
{
    if (slot->service->away)
        return "the service, which did not answer";
    if (slot->before == NO_LEG)
        return "the build's begin";
    if (slot->before == slot->last)
        return "its turn";
    if (t->legs.of.at[slot->before].step == slot->step)
        return "the next attempt";
    return t->legs.of.at[slot->before].step->id;
}

static void write_idle(struct trace *t, struct trace_slot *slot, int64_t now_us,
                       const char *for_what)
{
    if (now_us > slot->free_us)
        trace_file_slice(&t->file, (struct trace_slice){
                                       .name = "idle",
                                       .category = "idle",
                                       .colour = "white",
                                       .at = slot->at,
                                       .from_us = slot->free_us,
                                       .to_us = now_us,
                                       .args = json_pack("{s:s}", "waited for", for_what),
                                   });
}

// What this machine runs itself loads none.
static const char *model_of(const struct trace *t, const struct step *step)
{
    const struct work *work = work_of(t, step);

    return work->by && work->by->op ? NULL : json_get_text(work->preset, "model", NULL);
}

// Returns whether the service had another one before, or none.
static bool take_model(struct trace *t, struct trace_service *service, const char *model)
{
    if (!model || (service->model && strcmp(service->model, model) == 0))
        return false;
    service->model = arena_strdup(t->rows.arena, model);
    return true;
}

static void add_text(json_t *args, const char *name, const char *text)
{
    if (text)
        json_object_set_new(args, name, json_string(text));
}

static json_t *about(const struct trace *t, const struct trace_slot *slot)
{
    const struct trace_step *s = &t->steps[slot->step->index];
    json_t *args = json_pack("{s:s, s:s, s:i, s:f, s:f, s:b}", "kind", slot->step->kind->name,
                             "key", work_of(t, slot->step)->key, "attempt", (int)slot->attempt,
                             "seconds expected", slot->expected, "seconds ready",
                             (double)(slot->from_us - s->ready_us) / 1e6, "cached", 0);

    add_text(args, "preset", slot->step->preset);
    add_text(args, "model", model_of(t, slot->step));
    return args;
}

// A part of the attempt that runs in a slot.
static void write_part(struct trace *t, const struct trace_slot *slot, const char *category,
                       const char *name, int64_t from_us, int64_t to_us)
{
    if (to_us > from_us)
        trace_file_slice(&t->file, (struct trace_slice){.name = name,
                                                        .category = category,
                                                        .colour = "thread_state_iowait",
                                                        .at = slot->at,
                                                        .from_us = from_us,
                                                        .to_us = to_us});
}

static void write_parts(struct trace *t, const struct trace_slot *slot)
{
    struct arena *a = arena_new();

    write_part(t, slot, "queue", "in the service's queue", slot->from_us, slot->turn_us);
    if (slot->loaded_us)
        write_part(t, slot, "load", arena_printf(a, "load %s", model_of(t, slot->step)),
                   slot->turn_us, slot->loaded_us);
    arena_free(a);
}

static void end_attempt(struct trace *t, const struct step *step, int64_t now_us,
                        const char *status, const struct err *err)
{
    struct trace_step *s = &t->steps[step->index];
    struct trace_slot *slot = s->slot;
    struct trace_service *service = slot->service;
    const struct trace_leg leg = {
        step,         service->machine,         service->name, slot->from_us, now_us,
        slot->before, trace_ending_find(status)};
    json_t *args = about(t, slot);

    if (err)
        add_text(args, "error", err->text);
    trace_leg_write(&leg, &t->file, slot->at, leg.ending ? leg.ending->status : "step", args);
    write_parts(t, slot);
    vec_push(&t->legs.of, leg);
    s->leg = slot->last = (int)t->legs.of.n - 1;
    s->slot = NULL;
    slot->step = NULL;
    slot->free_us = service->last_us = now_us;
    if (!leg.ending)
        take_model(t, service, model_of(t, step));
    t->n_running--;
}

static void step_start(struct trace *t, const struct event *e, int64_t now_us)
{
    const struct work *work = work_of(t, e->step);
    struct trace_step *s = &t->steps[e->step->index];
    bool here = work->by && work->by->op; // whose drivers share the workers
    struct trace_slot *slot =
        trace_rows_slot(&t->rows, &t->file, e->machine, here ? "worker" : e->service, t->begin_us);

    slot->step = e->step;
    slot->before = trace_legs_later(
        &t->legs, trace_legs_later(&t->legs, made_by(t, e->step), s->leg), slot->last);
    write_idle(t, slot, now_us, waited_for(t, slot));
    slot->from_us = now_us;
    slot->turn_us = slot->loaded_us = 0;
    slot->expected = work->seconds;
    slot->attempt = work->tries + 1;
    s->slot = slot;
    set_ready(t, e->step, false, now_us);
    t->n_running++;
}

// Its first: whatever was to be loaded is there.
static void step_progress(struct trace *t, const struct event *e, int64_t now_us)
{
    struct trace_slot *slot = t->steps[e->step->index].slot;
    int64_t last_us;

    if (!slot || slot->turn_us || !(e->done > 0))
        return;
    last_us = slot->service->last_us;
    slot->turn_us = last_us > slot->from_us ? last_us : slot->from_us;
    if (take_model(t, slot->service, model_of(t, e->step)))
        slot->loaded_us = now_us;
}

static void attempt_end(struct trace *t, const struct event *e, int64_t now_us)
{
    end_attempt(t, e->step, now_us, e->status, e->err);
}

static void step_done(struct trace *t, const struct event *e, int64_t now_us)
{
    const struct work *work = work_of(t, e->step);
    struct trace_step *s = &t->steps[e->step->index];

    if (s->slot) // a choice: no attempt was made
        end_attempt(t, e->step, now_us, "done", NULL);
    else if (e->cached)
        s->leg = made_by(t, e->step);
    set_ready(t, e->step, false, now_us);
    for (size_t i = 0; i < work->n_users; i++) {
        const struct work *user = work->users[i];

        if (user->wanted && user->state == WORK_WAITING && --t->steps[user->step->index].waits == 0)
            set_ready(t, user->step, true, now_us);
    }
}

static void step_failed(struct trace *t, const struct event *e, int64_t now_us)
{
    set_ready(t, e->step, e->again, now_us);
}

static void service_state(struct trace *t, const struct event *e, int64_t now_us)
{
    struct trace_service *service = trace_rows_service(&t->rows, &t->file, e->machine, e->service);
    struct arena *a = arena_new();

    service->away = e->away;
    trace_file_mark(&t->file, (struct trace_row){service->group, service->row},
                    arena_printf(a, "%s: %s", e->service, e->state), now_us);
    arena_free(a);
}

static void end_slot(struct trace *t, struct trace_slot *slot, int64_t now_us)
{
    if (slot->step) // the build broke off before it was told
        end_attempt(t, slot->step, now_us, "cancelled", NULL);
    write_idle(t, slot, now_us, "the build's end");
    slot->last = NO_LEG;
    slot->free_us = now_us;
}

static void build_end(struct trace *t, const struct event *e, int64_t now_us)
{
    const struct build_result *r = e->result;
    json_t *args = json_pack("{s:s, s:I, s:I, s:I}", "status", e->status, "ran", (json_int_t)r->ran,
                             "cached", (json_int_t)r->cached, "failed", (json_int_t)r->failed);

    for (size_t i = 0; i < t->rows.services.n; i++)
        for (size_t k = 0; k < t->rows.services.at[i]->slots.n; k++)
            end_slot(t, t->rows.services.at[i]->slots.at[k], now_us);
    trace_file_slice(&t->file, (struct trace_slice){
                                   .name = e->graph->film,
                                   .category = "build",
                                   .at = {TRACE_FILM, BUILDS_ROW},
                                   .from_us = t->begin_us,
                                   .to_us = now_us,
                                   .args = args,
                               });
    trace_legs_write(&t->legs, &t->file, (struct trace_row){TRACE_FILM, PATH_ROW}, t->begin_us,
                     now_us);
    forget_build(t);
    t->begin_us = now_us; // the next film's, if there is one
}

static void count(struct trace *t, int64_t now_us)
{
    trace_file_count(&t->file, TRACE_FILM, "steps", now_us,
                     json_pack("{s:I, s:I}", "ready", (json_int_t)t->n_ready, "running",
                               (json_int_t)t->n_running));
}

struct telling_of {
    void (*take)(struct trace *t, const struct event *e, int64_t now_us); // NULL: nothing to tell
    bool runs;                                                            // only once steps run
    bool counts;
};

static const struct telling_of tellings[] = {
    [EVENT_BUILD_START] = {NULL, false, false},
    [EVENT_STEP_START] = {step_start, true, true},
    [EVENT_STEP_PROGRESS] = {step_progress, true, false},
    [EVENT_ATTEMPT_END] = {attempt_end, true, true},
    [EVENT_STEP_DONE] = {step_done, true, true},
    [EVENT_STEP_FAILED] = {step_failed, true, true},
    [EVENT_SERVICE] = {service_state, false, false},
    [EVENT_BUILD_END] = {build_end, false, false},
};

void trace_tell(struct trace *t, const struct event *e)
{
    const struct telling_of *of = &tellings[e->type];
    int64_t now_us;

    if (!t || !of->take || (of->runs && !t->walk))
        return;
    now_us = time_of(t, e);
    of->take(t, e, now_us);
    if (of->counts)
        count(t, now_us);
    trace_file_flush(&t->file);
}
