// SPDX-License-Identifier: MIT
#include "runtime/lanes.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/walk.h"

// What is known of a service's speed counts so much beside the newest step.
static const double memory = 0.7;

static void add_service(struct lanes *l, const struct studio_service *told,
                        const struct services *services)
{
    const struct driver *driver = driver_find(told->driver);

    if (!driver || driver->here)
        return;
    l->services[l->n_services++] = (struct service){
        .told = told,
        .driver = driver,
        .services = services,
        .arena = arena_new(),
        .at_once = told->jobs        ? told->jobs
                   : driver->at_once ? driver->at_once
                                     : 1,
    };
}

void lanes_init(struct lanes *l, const struct studio *studio, const struct services *services,
                unsigned here)
{
    size_t n = 0;

    *l = (struct lanes){.studio = studio, .arena = arena_new(), .here = {.at_once = here}};
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        n += studio->machines[i].n_services;
    l->services = arena_array(l->arena, struct service, n);
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        for (size_t k = 0; k < studio->machines[i].n_services; k++)
            add_service(l, &studio->machines[i].services[k], services);
    vec_push(&l->list, (struct lane){.services = arena_array(l->arena, struct service *, 1)});
    l->list.at[0].services[l->list.at[0].n_services++] = &l->here;
}

void lanes_release(struct lanes *l)
{
    for (size_t i = 0; i < l->n_services; i++) {
        if (l->services[i].open && l->services[i].driver->close)
            l->services[i].driver->close(&l->services[i]);
        buf_release(&l->services[i].print);
        arena_free(l->services[i].arena);
    }
    for (size_t i = 0; i < l->list.n; i++)
        sched_release(&l->list.at[i].ready);
    vec_release(&l->list);
    vec_release(&l->waits);
    arena_free(l->arena);
    *l = (struct lanes){0};
}

static struct lane make_lane(struct lanes *l, const json_t *preset)
{
    struct lane lane = {.preset = preset};
    const struct studio_service **offers =
        arena_array(l->arena, const struct studio_service *, l->n_services);
    size_t n = l->studio ? studio_offers(l->studio, preset, offers, l->n_services) : 0;

    lane.services = arena_array(l->arena, struct service *, n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < l->n_services; k++)
            if (l->services[k].told == offers[i])
                lane.services[lane.n_services++] = &l->services[k];
    return lane;
}

static struct lane *lane_of(struct lanes *l, const struct work *work)
{
    const json_t *preset =
        !work->by || work->by->here || work->step->kind->chooses ? NULL : work->preset;

    for (size_t i = 0; i < l->list.n; i++)
        if (l->list.at[i].preset == preset)
            return &l->list.at[i];
    vec_push(&l->list, make_lane(l, preset));
    return &l->list.at[l->list.n - 1];
}

void lanes_push(struct lanes *l, struct work *work)
{
    sched_push(&lane_of(l, work)->ready, work);
}

void lanes_push_later(struct lanes *l, struct work *work, int64_t again_ms)
{
    vec_push(&l->waits, (struct lane_wait){work, again_ms});
}

static void end_waits(struct lanes *l, int64_t now_ms)
{
    for (size_t i = 0; i < l->waits.n;) {
        struct lane_wait wait = l->waits.at[i];

        if (wait.again_ms > now_ms) {
            i++;
            continue;
        }
        l->waits.at[i] = l->waits.at[--l->waits.n];
        lanes_push(l, wait.work);
    }
}

static double turn_of(const struct service *s)
{
    return (s->running + 1) * (s->each_seconds > 0 ? s->each_seconds : 1);
}

// The service with room that should be done with one more step first; equals in the studio's order.
static struct service *free_service(const struct lane *lane, int64_t now_ms)
{
    struct service *best = NULL;

    for (size_t i = 0; i < lane->n_services; i++) {
        struct service *s = lane->services[i];

        if (s->running < s->at_once && s->again_ms <= now_ms &&
            (!best || turn_of(s) < turn_of(best)))
            best = s;
    }
    return best;
}

struct work *lanes_next(struct lanes *l, int64_t now_ms, struct service **service)
{
    struct lane *best = NULL;

    end_waits(l, now_ms);
    for (size_t i = 0; i < l->list.n; i++) {
        struct lane *lane = &l->list.at[i];
        struct service *s = lane->ready.n ? free_service(lane, now_ms) : NULL;

        if (!s || (best && !sched_before(sched_first(&lane->ready), sched_first(&best->ready))))
            continue;
        best = lane;
        *service = s;
    }
    return best ? sched_pop(&best->ready) : NULL;
}

bool lanes_wait(const struct lanes *l)
{
    for (size_t i = 0; i < l->list.n; i++)
        if (l->list.at[i].ready.n)
            return true;
    return l->waits.n > 0;
}

bool lanes_are_full(const struct lanes *l)
{
    for (size_t i = 0; i < l->list.n; i++) {
        const struct lane *lane = &l->list.at[i];
        unsigned running = 0;

        for (size_t k = 0; k < lane->n_services; k++)
            running += lane->services[k]->running;
        if (running && !lane->ready.n)
            return false;
    }
    return true;
}

static struct service *away_since(const struct lane *lane, int64_t since_ms)
{
    for (size_t i = 0; i < lane->n_services; i++)
        if (!lane->services[i]->away_since_ms || lane->services[i]->away_since_ms > since_ms)
            return NULL;
    return lane->n_services ? lane->services[0] : NULL;
}

struct work *lanes_lost(struct lanes *l, int64_t now_ms, int64_t patience_ms,
                        struct service **service)
{
    for (size_t i = 0; i < l->list.n; i++) {
        struct lane *lane = &l->list.at[i];

        *service = lane->ready.n ? away_since(lane, now_ms - patience_ms) : NULL;
        if (*service)
            return sched_pop(&lane->ready);
    }
    return NULL;
}

void lanes_learn(struct service *service, double seconds)
{
    double before = service->each_seconds;

    service->each_seconds = before > 0 ? memory * before + (1 - memory) * seconds : seconds;
}
