// SPDX-License-Identifier: MIT
#include "runtime/forecast.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/expect.h"
#include "runtime/flight.h"
#include "runtime/lanes.h"
#include "runtime/posts.h"
#include "runtime/rehearsal.h"
#include "runtime/rest.h"
#include "runtime/scenes.h"
#include "runtime/walk.h"

static const char here[] = "here";

// One rehearsal of the film, and what it was made from.
struct trial {
    const struct forecast *f;
    struct rehearsal r;
    struct posts posts;
    size_t *numbers; // of each step of the graph: its place in r.steps, from 1; 0: it does not run
    const struct work **works; // of r.steps
    VEC(size_t) inputs;
    VEC(double) doubts; // of each lane, -1: not known yet
};

static const struct service *live_service(const struct forecast *f,
                                          const struct studio_service *told)
{
    if (!told)
        return &f->lanes->here;
    for (size_t i = 0; i < f->lanes->n_services; i++)
        if (f->lanes->services[i].told == told)
            return &f->lanes->services[i];
    return NULL;
}

// The studio may say when this machine takes work.
static const struct studio_machine *this_machine(const struct studio *studio)
{
    static const struct studio_machine alone = {.name = here};

    for (size_t i = 0; studio && i < studio->n_machines; i++)
        if (strcmp(studio->machines[i].name, here) == 0)
            return &studio->machines[i];
    return &alone;
}

// A machine that rests takes nothing before; where nobody knows until when, it may be any moment.
static int64_t rests_until_ms(const struct forecast *f, const struct studio_machine *machine)
{
    struct rest rest = rest_of(machine, f->pauses, f->wall_ms);

    return rest.until_ms ? f->now_ms + rest.until_ms - f->wall_ms : 0;
}

static void add_post(struct trial *t, const struct studio_service *told, unsigned at_once,
                     bool queues)
{
    struct rehearsal_service *s = rehearsal_add_service(&t->r, at_once, queues);

    s->from_ms = rests_until_ms(t->f, told ? told->machine : this_machine(t->f->studio));

    s->told = (void *)(uintptr_t)told;
    posts_add(&t->posts, told, &s->sched);
}

static void add_machine(struct trial *t, const struct studio_machine *machine)
{
    for (size_t i = 0; i < machine->n_services; i++) {
        const struct studio_service *told = &machine->services[i];
        const struct driver *driver = driver_find(told->driver);

        if (driver && !driver->here)
            add_post(t, told, service_at_once(told, driver), driver->queues);
    }
}

static void add_posts(struct trial *t)
{
    const struct studio *studio = t->f->studio;

    add_post(t, NULL, t->f->workers, false);
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        add_machine(t, &studio->machines[i]);
}

static bool is_left(const struct forecast *f, size_t i)
{
    const struct work *work = &f->walk->works[i];

    return f->left ? f->left[i] : work->wanted && work->state <= WORK_RUNNING;
}

static size_t count_left(const struct forecast *f)
{
    size_t n = 0;

    for (size_t i = 0; i < f->walk->graph->n_steps; i++)
        n += is_left(f, i);
    return n;
}

// How far off what a step should take well may be, as a share of it: steps of one lane alike.
static double doubt_of(struct trial *t, const struct work *work, const struct sched_lane *lane)
{
    while (t->doubts.n <= lane->index)
        vec_push(&t->doubts, -1);
    if (t->doubts.at[lane->index] < 0)
        t->doubts.at[lane->index] = expect_doubt(t->f->walk->ledger, work);
    return t->doubts.at[lane->index];
}

// doubt: 0; or -1, so that it takes as little as it well may, or 1, as much.
static void add_step(struct trial *t, size_t i, size_t *n, int doubt)
{
    const struct work *work = &t->f->walk->works[i];
    struct rehearsal_step *step = &t->r.steps[*n];

    posts_fill(&t->posts, work, &step->step);
    if (!step->step.lane->n_services)
        return;
    step->step.scene = work->sched.scene;
    if (doubt)
        step->takes_seconds = work->seconds * (1 + doubt * doubt_of(t, work, step->step.lane));
    t->works[*n] = work;
    for (size_t k = 0; k < work->step->n_inputs; k++) {
        const struct step *from = work->step->inputs[k].from;

        if (from && t->numbers[from->index]) {
            vec_push(&t->inputs, t->numbers[from->index] - 1);
            step->n_inputs++;
        }
    }
    t->numbers[i] = ++*n;
}

static struct rehearsal_service *service_of(const struct trial *t, const struct service *live)
{
    for (size_t i = 0; i < t->posts.list.n; i++)
        if (t->posts.list.at[i].told == live->told)
            return t->posts.list.at[i].service->owner;
    return NULL;
}

// What runs goes on running, for as long as it should.
static void take_over(struct trial *t)
{
    const struct forecast *f = t->f;

    for (size_t i = 0; i < f->n_flights; i++) {
        const struct flight *flight = f->flights[i];
        size_t number = t->numbers[flight->work->step->index];
        struct rehearsal_step *step = number ? &t->r.steps[number - 1] : NULL;

        if (!step)
            continue;
        step->runs_on = service_of(t, flight->service);
        step->left_seconds = flight_seconds_left(flight, f->now_ms);
        step->n_inputs = 0;
    }
}

static void copy_model(struct trial *t, struct sched_service *to, const struct sched_service *from)
{
    for (size_t i = 0; from->model && i < t->r.sched.models.n; i++)
        if (strcmp(t->r.sched.models.at[i]->name, from->model->name) == 0)
            sched_set_model(&t->r.sched, to, t->r.sched.models.at[i]);
}

// How fast it was lately, of every preset.
static void copy_speeds(struct trial *t, struct sched_service *to, const struct sched_service *from)
{
    const struct posts *live = &t->f->lanes->posts;

    for (size_t i = 0; i < t->posts.lanes.n; i++)
        for (size_t k = 0; k < live->lanes.n; k++)
            if (t->posts.lanes.at[i].preset == live->lanes.at[k].preset)
                sched_set_slowness(to, t->posts.lanes.at[i].lane,
                                   sched_slowness(from, live->lanes.at[k].lane));
}

// What the build knows of its services.
static void copy_services(struct trial *t)
{
    for (size_t i = 0; t->f->lanes && i < t->posts.list.n; i++) {
        struct sched_service *s = t->posts.list.at[i].service;
        const struct service *live = live_service(t->f, t->posts.list.at[i].told);

        copy_model(t, s, &live->sched);
        copy_speeds(t, s, &live->sched);
    }
}

static void set_stage(struct trial *t, const struct forecast *f, int doubt)
{
    size_t n_steps = f->walk->graph->n_steps, n = 0, at = 0, most = count_left(f);

    *t = (struct trial){.f = f,
                        .numbers = mem_new((n_steps + 1) * sizeof(*t->numbers)),
                        .works = mem_new((most + 1) * sizeof(*t->works))};
    rehearsal_init(&t->r, f->aim, most, scenes_order(f->walk));
    t->posts = (struct posts){.sched = &t->r.sched, .ledger = f->walk->ledger};
    add_posts(t);
    for (size_t i = 0; i < n_steps; i++)
        if (is_left(f, i))
            add_step(t, i, &n, doubt);
    t->r.n_steps = n;
    for (size_t i = 0; i < n; at += t->r.steps[i++].n_inputs)
        if (t->r.steps[i].n_inputs) // else there may be no list at all
            t->r.steps[i].inputs = t->inputs.at + at;
    rehearsal_measure(&t->r);
    take_over(t);
    copy_services(t);
}

static void strike(struct trial *t)
{
    rehearsal_release(&t->r);
    posts_release(&t->posts);
    vec_release(&t->inputs);
    vec_release(&t->doubts);
    mem_free(t->numbers);
    mem_free(t->works);
}

static double try(const struct forecast *f, int doubt)
{
    struct trial t;
    double seconds;

    set_stage(&t, f, doubt);
    rehearsal_run(&t.r, f->now_ms);
    seconds = (double)(t.r.end_ms - f->now_ms) / 1000;
    strike(&t);
    return seconds;
}

static const char *machine_of(const struct rehearsal_service *s)
{
    const struct studio_service *told = s->told;

    return told ? told->machine->name : here;
}

// Machines stand in the order of their services, this one first.
static struct plan_machine *find_machine(struct forecast *f, struct plan_machine *list,
                                         const struct rehearsal_service *s)
{
    const struct studio_service *told = s->told;
    const char *name = machine_of(s);

    for (size_t i = 0; i < f->n_machines; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    list[f->n_machines] = (struct plan_machine){
        .name = name,
        .slots = !told                 ? f->workers
                 : told->machine->gpus ? told->machine->gpus
                                       : 1,
    };
    return &list[f->n_machines++];
}

static int by_start(const void *a, const void *b)
{
    const struct rehearsal_step *const *x = a, *const *y = b;

    if ((*x)->start_ms != (*y)->start_ms)
        return (*x)->start_ms > (*y)->start_ms ? 1 : -1;
    return (*x)->step.index > (*y)->step.index ? 1 : -1;
}

static void count_step(struct forecast *f, const struct trial *t, struct plan_machine *m,
                       const struct rehearsal_step *s)
{
    m->steps++;
    m->seconds += s->took_seconds;
    if (!s->load_ms)
        return;
    if (!m->models)
        m->models = arena_array(f->arena, const char *, t->r.sched.n_loads);
    m->models[m->loads++] = s->step.lane->model->name;
}

static void tell_machines(struct forecast *f, const struct trial *t)
{
    size_t n = t->r.n_steps;
    const struct rehearsal_step **order = mem_new((n + 1) * sizeof(*order));
    struct plan_machine *list =
                            arena_array(f->arena, struct plan_machine, t->r.sched.services.n + 1),
                        *all = list;

    f->where = arena_array(f->arena, const char *, f->walk->graph->n_steps);
    for (size_t i = 0; i < n; i++)
        order[i] = &t->r.steps[i];
    qsort(order, n, sizeof(*order), by_start);
    for (size_t i = 0; i < t->r.sched.services.n; i++)
        find_machine(f, all, t->r.sched.services.at[i]->owner);
    for (size_t i = 0; i < n; i++)
        if (order[i]->service) {
            count_step(f, t, find_machine(f, all, order[i]->service), order[i]);
            f->where[order[i]->step.index] = machine_of(order[i]->service);
        }
    mem_free(order);
    for (size_t i = 0; i < f->n_machines; i++)
        if (all[i].steps)
            *list++ = all[i];
    f->n_machines = (size_t)(list - all);
    f->machines = all;
}

static void tell_decisive(struct forecast *f, const struct trial *t)
{
    size_t *numbers = mem_new((t->r.n_steps + 1) * sizeof(*numbers));
    const struct work **list;

    f->n_decide = rehearsal_critical(&t->r, numbers, t->r.n_steps);
    list = arena_array(f->arena, const struct work *, f->n_decide + 1);
    for (size_t i = 0; i < f->n_decide; i++)
        list[i] = t->works[numbers[i]];
    f->decide = list;
    mem_free(numbers);
}

void forecast_make(struct forecast *f)
{
    struct trial t;

    set_stage(&t, f, 0);
    rehearsal_run(&t.r, f->now_ms);
    f->seconds = (double)(t.r.end_ms - f->now_ms) / 1000;
    tell_machines(f, &t);
    tell_decisive(f, &t);
    strike(&t);
    f->least = try(f, -1);
    f->most = try(f, 1);
}

double forecast_seconds(struct forecast *f)
{
    f->seconds = try(f, 0);
    return f->seconds;
}
