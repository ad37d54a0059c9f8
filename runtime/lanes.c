// SPDX-License-Identifier: MIT
#include "runtime/lanes.h"

#include "base/arena.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/scenes.h"
#include "runtime/walk.h"

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
        .sched = {.at_once = service_at_once(told, driver), .queues = driver->queues},
    };
}

void lanes_init(struct lanes *l, const struct studio *studio, const struct services *services,
                unsigned here)
{
    size_t n = 0;

    *l = (struct lanes){.studio = studio, .arena = arena_new(), .here.sched.at_once = here};
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        n += studio->machines[i].n_services;
    l->services = arena_array(l->arena, struct service, n);
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        for (size_t k = 0; k < studio->machines[i].n_services; k++)
            add_service(l, &studio->machines[i].services[k], services);
}

void lanes_release(struct lanes *l)
{
    sched_release(&l->sched);
    for (size_t i = 0; i < l->n_services; i++) {
        if (l->services[i].open && l->services[i].driver->close)
            l->services[i].driver->close(&l->services[i]);
        buf_release(&l->services[i].print);
        arena_free(l->services[i].arena);
    }
    posts_release(&l->posts);
    vec_release(&l->waits);
    arena_free(l->arena);
    *l = (struct lanes){0};
}

// Tells the scheduler of this machine, and of the studio's services.
static void man_posts(struct lanes *l)
{
    l->here.sched.owner = &l->here;
    posts_add(&l->posts, NULL, &l->here.sched);
    for (size_t i = 0; i < l->n_services; i++) {
        l->services[i].sched.owner = &l->services[i];
        posts_add(&l->posts, l->services[i].told, &l->services[i].sched);
    }
}

static bool is_to_come(const struct work *work)
{
    return work->wanted && work->state <= WORK_READY;
}

void lanes_begin(struct lanes *l, struct walk *w, enum sched_aim aim)
{
    sched_init(&l->sched, aim, scenes_order(w));
    l->posts = (struct posts){.sched = &l->sched, .ledger = w->ledger};
    man_posts(l);
    for (size_t i = 0; i < w->graph->n_steps; i++) {
        struct work *work = &w->works[i];

        if (!is_to_come(work))
            continue;
        posts_fill(&l->posts, work, &work->sched);
        work->sched.owner = work;
        sched_expect(&l->sched, &work->sched);
    }
    sched_begin(&l->sched);
}

void lanes_push(struct lanes *l, struct work *work, int64_t now_ms)
{
    sched_push(&l->sched, &work->sched, now_ms);
}

void lanes_push_later(struct lanes *l, struct work *work, int64_t again_ms)
{
    vec_push(&l->waits, (struct lane_wait){work, again_ms});
}

void lanes_drop(struct lanes *l, struct work *work)
{
    sched_drop(&l->sched, &work->sched);
}

void lanes_drop_failed(struct lanes *l, struct walk *w)
{
    for (size_t i = 0; i < w->graph->n_steps; i++)
        if (w->works[i].state >= WORK_FAILED)
            lanes_drop(l, &w->works[i]);
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
        lanes_push(l, wait.work, now_ms);
    }
}

struct work *lanes_next(struct lanes *l, int64_t now_ms, struct service **service, bool *load)
{
    struct sched_service *at;
    struct sched_step *step;

    end_waits(l, now_ms);
    for (size_t i = 0; i < l->n_services; i++)
        sched_set_closed(&l->sched, &l->services[i].sched,
                         l->services[i].resting || l->services[i].again_ms > now_ms);
    sched_set_closed(&l->sched, &l->here.sched, l->here.resting);
    step = sched_next(&l->sched, now_ms, &at, load);
    if (!step)
        return NULL;
    *service = at->owner;
    return step->owner;
}

void lanes_end(struct lanes *l, struct service *service, const struct work *work)
{
    sched_end(&l->sched, &service->sched, &work->sched);
}

void lanes_resume(struct lanes *l, struct service *service, struct work *work, int64_t now_ms)
{
    sched_resume(&l->sched, &service->sched, &work->sched, now_ms);
}

bool lanes_wait(const struct lanes *l)
{
    return l->sched.n_ready || l->waits.n;
}

bool lanes_are_full(const struct lanes *l)
{
    for (size_t i = 0; i < l->sched.lanes.n; i++) {
        const struct sched_lane *lane = l->sched.lanes.at[i];
        unsigned running = 0;

        for (size_t k = 0; k < lane->n_services; k++)
            running += lane->services[k]->running;
        if (running && !lane->ready.n)
            return false;
    }
    return true;
}

static struct service *away_since(const struct sched_lane *lane, int64_t since_ms)
{
    for (size_t i = 0; i < lane->n_services; i++) {
        const struct service *s = lane->services[i]->owner;

        if (!s->away_since_ms || s->away_since_ms > since_ms)
            return NULL;
    }
    return lane->n_services ? lane->services[0]->owner : NULL;
}

struct work *lanes_lost(struct lanes *l, int64_t now_ms, int64_t patience_ms,
                        struct service **service)
{
    for (size_t i = 0; i < l->sched.lanes.n; i++) {
        struct sched_lane *lane = l->sched.lanes.at[i];

        *service = lane->ready.n ? away_since(lane, now_ms - patience_ms) : NULL;
        if (*service)
            return sched_take(&l->sched, lane)->owner;
    }
    return NULL;
}
