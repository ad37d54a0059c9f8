// SPDX-License-Identifier: MIT
#include "runtime/sched.h"

#include <string.h>

#include "base/arena.h"
#include "base/mem.h"

// What is known of a service's speed counts so much beside the newest step.
static const double memory = 0.7;

// Of idle services that would do equally well, at most so many are compared.
enum { MOST_COMPARED = 16 };

void sched_init(struct sched *s, enum sched_aim aim, unsigned n_scenes)
{
    *s = (struct sched){.aim = aim, .arena = arena_new()};
    hand_init(&s->hand, n_scenes);
}

void sched_release(struct sched *s)
{
    for (size_t i = 0; i < s->lanes.n; i++) {
        queue_release(&s->lanes.at[i]->ready);
        mem_free(s->lanes.at[i]->services);
    }
    for (size_t i = 0; i < s->models.n; i++)
        mem_free(s->models.at[i]->scene_ready);
    for (size_t i = 0; i < s->machines.n; i++)
        vec_release(&s->machines.at[i]->services);
    for (size_t i = 0; i < s->services.n; i++)
        vec_release(&s->services.at[i]->offers);
    vec_release(&s->models);
    vec_release(&s->lanes);
    vec_release(&s->machines);
    vec_release(&s->services);
    vec_release(&s->pools);
    vec_release(&s->looking);
    vec_release(&s->fresh);
    hand_release(&s->hand);
    arena_free(s->arena);
    *s = (struct sched){0};
}

struct sched_machine *sched_add_machine(struct sched *s, unsigned gpus)
{
    struct sched_machine *m = arena_make(s->arena, struct sched_machine);

    m->gpus = gpus;
    vec_push(&s->machines, m);
    return m;
}

static struct sched_model *model_of(struct sched *s, const char *name, double load_seconds)
{
    struct sched_model *m;

    for (size_t i = 0; i < s->models.n; i++)
        if (strcmp(s->models.at[i]->name, name) == 0)
            return s->models.at[i];
    m = arena_make(s->arena, struct sched_model);
    *m = (struct sched_model){
        .name = name,
        .index = s->models.n,
        .load_seconds = load_seconds,
        .scene_ready = mem_new(s->hand.n_scenes * sizeof(double)),
    };
    vec_push(&s->models, m);
    return m;
}

struct sched_lane *sched_add_lane(struct sched *s, const char *model, double load_seconds)
{
    struct sched_lane *lane = arena_make(s->arena, struct sched_lane);

    lane->model = model ? model_of(s, model, load_seconds) : NULL;
    lane->index = s->lanes.n;
    vec_push(&s->lanes, lane);
    return lane;
}

void sched_add_service(struct sched *s, struct sched_service *service)
{
    vec_push(&s->services, service);
    vec_push(&service->machine->services, service);
}

void sched_offer(struct sched *s, struct sched_service *service, struct sched_lane *lane,
                 double slowness)
{
    if (lane->n_services == lane->cap_services) {
        lane->cap_services = lane->cap_services ? 2 * lane->cap_services : 4;
        lane->services =
            mem_resize(lane->services, lane->cap_services, sizeof(struct sched_service *));
    }
    lane->services[lane->n_services++] = service;
    vec_push(&service->offers, (struct sched_offer){lane, slowness});
    if (lane->model)
        s->hand.load_seconds += lane->model->load_seconds;
}

// NULL: it does not run the lane's steps.
static struct sched_offer *find_offer(const struct sched_service *service,
                                      const struct sched_lane *lane)
{
    for (size_t i = 0; i < service->offers.n; i++)
        if (service->offers.at[i].lane == lane)
            return &service->offers.at[i];
    return NULL;
}

double sched_slowness(const struct sched_service *service, const struct sched_lane *lane)
{
    const struct sched_offer *offer = find_offer(service, lane);

    return offer ? offer->slowness : 0;
}

void sched_set_slowness(struct sched_service *service, const struct sched_lane *lane,
                        double slowness)
{
    struct sched_offer *offer = find_offer(service, lane);

    if (offer)
        offer->slowness = slowness;
}

void sched_learn_load(struct sched_model *model, double seconds)
{
    model->load_seconds = memory * model->load_seconds + (1 - memory) * seconds;
}

void sched_learn(struct sched_service *service, const struct sched_step *step, double seconds)
{
    struct sched_offer *offer = find_offer(service, step->lane);

    if (offer && step->seconds > 0)
        offer->slowness = memory * offer->slowness + (1 - memory) * (seconds / step->seconds);
}

void sched_expect(struct sched *s, struct sched_step *step)
{
    if (step->to_come || !step->lane->model)
        return;
    step->to_come = true;
    hand_add(&s->hand, step);
}

static void refresh(struct sched *s, struct sched_lane *lane)
{
    if (lane->fresh || !lane->ready.n)
        return;
    lane->fresh = true;
    lane->left = false;
    vec_push(&s->fresh, lane);
}

static void count_in_hand(struct sched *s, unsigned scene)
{
    for (size_t i = 0; i < s->models.n; i++)
        s->models.at[i]->hand_seconds += s->models.at[i]->scene_ready[scene];
}

// Takes more scenes in hand, as many as are wanted.
static void take_in_hand(struct sched *s)
{
    while (hand_wants(&s->hand))
        count_in_hand(s, hand_take(&s->hand));
    for (size_t i = 0; i < s->lanes.n; i++)
        refresh(s, s->lanes.at[i]);
}

void sched_drop(struct sched *s, struct sched_step *step)
{
    if (!step->to_come)
        return;
    step->to_come = false;
    if (hand_remove(&s->hand, step))
        take_in_hand(s);
}

static bool offers_the_same(const struct sched_service *a, const struct sched_service *b)
{
    if (a->offers.n != b->offers.n)
        return false;
    for (size_t i = 0; i < a->offers.n; i++)
        if (a->offers.at[i].lane != b->offers.at[i].lane)
            return false;
    return true;
}

static struct sched_pool *pool_of(struct sched *s, size_t at)
{
    struct sched_service *service = s->services.at[at];
    struct sched_pool *pool = at ? s->services.at[at - 1]->pool : NULL;

    if (pool && offers_the_same(service, s->services.at[at - 1]))
        return pool;
    for (size_t i = 0; i < at; i++)
        if (offers_the_same(service, s->services.at[i]))
            return s->services.at[i]->pool;
    pool = arena_make(s->arena, struct sched_pool);
    pool->idle = arena_array(s->arena, struct sched_service *, s->models.n + 1);
    vec_push(&s->pools, pool);
    return pool;
}

static void look(struct sched *s, struct sched_service *service);

void sched_begin(struct sched *s)
{
    hand_begin(&s->hand, s->aim == SCHED_SHORTEST_NIGHT);
    for (unsigned i = 0; i < s->hand.n; i++)
        count_in_hand(s, i);
    for (size_t i = 0; i < s->services.n; i++)
        s->services.at[i]->pool = pool_of(s, i);
    for (size_t i = s->services.n; i-- > 0;) // the last to be added looks first
        look(s, s->services.at[i]);
}

// The list of the idle ones that hold the model.
static struct sched_service **idle_list(const struct sched *s, struct sched_pool *pool,
                                        const struct sched_model *model)
{
    return &pool->idle[model ? model->index : s->models.n];
}

static void leave_idle(struct sched *s, struct sched_service *service)
{
    struct sched_service **list;

    if (!service->idle)
        return;
    list = idle_list(s, service->pool, service->model);
    if (service->prev)
        service->prev->next = service->next;
    else
        *list = service->next;
    if (service->next)
        service->next->prev = service->prev;
    service->next = service->prev = NULL;
    service->idle = false;
    service->pool->n_idle--;
}

static void join_idle(struct sched *s, struct sched_service *service)
{
    struct sched_service **list = idle_list(s, service->pool, service->model);

    service->next = *list;
    if (*list)
        (*list)->prev = service;
    *list = service;
    service->idle = true;
    service->pool->n_idle++;
}

static bool has_room(const struct sched_service *service)
{
    return !service->closed && service->running < service->at_once;
}

// It may find something to do: the next turn looks.
static void look(struct sched *s, struct sched_service *service)
{
    if (service->looking || !has_room(service))
        return;
    leave_idle(s, service);
    service->looking = true;
    vec_push(&s->looking, service);
}

void sched_push(struct sched *s, struct sched_step *step, int64_t now_ms)
{
    struct sched_lane *lane = step->lane;
    struct sched_model *m = lane->model;

    sched_expect(s, step);
    if (!lane->ready.n)
        lane->waits_since_ms = now_ms;
    queue_push(&lane->ready, step);
    s->n_ready++;
    if (m) {
        m->ready_seconds += step->seconds;
        if (step->scene < s->hand.n_scenes)
            m->scene_ready[step->scene] += step->seconds;
        if (hand_has(&s->hand, step->scene))
            m->hand_seconds += step->seconds;
    }
    refresh(s, lane);
}

// A service that holds a model will see to steps that need it, where it is given any.
static void count_holder(const struct sched_service *service, int by)
{
    if (service->model && !service->closed)
        service->model->holders += by;
}

static void hold(struct sched *s, struct sched_service *service, struct sched_model *model)
{
    bool was_idle = service->idle;

    if (service->model == model)
        return;
    leave_idle(s, service);
    count_holder(service, -1);
    service->model = model;
    count_holder(service, 1);
    if (was_idle)
        join_idle(s, service);
}

void sched_set_model(struct sched *s, struct sched_service *service, struct sched_model *model)
{
    hold(s, service, model);
}

// Where services share GPUs, those that do not run make room for one that loads a model.
static void evict_others(struct sched *s, const struct sched_service *service)
{
    const struct sched_machine *m = service->machine;
    unsigned holding = 0;

    for (size_t i = 0; m->gpus && i < m->services.n; i++)
        holding += m->services.at[i]->model != NULL;
    for (size_t i = 0; holding > m->gpus && m->gpus && i < m->services.n; i++) {
        struct sched_service *other = m->services.at[i];

        if (other == service || !other->model || other->running)
            continue;
        hold(s, other, NULL);
        other->evicted = true;
        holding--;
    }
}

static void count_out(struct sched *s, struct sched_step *step)
{
    struct sched_model *m = step->lane->model;

    s->n_ready--;
    if (!m)
        return;
    m->ready_seconds -= step->seconds;
    if (step->scene < s->hand.n_scenes)
        m->scene_ready[step->scene] -= step->seconds;
    if (hand_has(&s->hand, step->scene))
        m->hand_seconds -= step->seconds;
    sched_drop(s, step);
}

struct sched_step *sched_take(struct sched *s, struct sched_lane *lane)
{
    struct sched_step *step = queue_pop(&lane->ready);

    count_out(s, step);
    return step;
}

static void run(struct sched *s, struct sched_service *service, const struct sched_step *step,
                double seconds, int64_t now_ms)
{
    if (step->lane->model && !service->heavy++)
        service->machine->active++;
    if (!service->queues || !service->running || service->free_ms < now_ms)
        service->free_ms = now_ms;
    service->free_ms += (int64_t)(seconds * 1000);
    sched_occupy(s, service);
    look(s, service); // it may have room for more
}

void sched_resume(struct sched *s, struct sched_service *service, struct sched_step *step,
                  int64_t now_ms)
{
    sched_drop(s, step);
    if (step->lane->model)
        hold(s, service, step->lane->model);
    run(s, service, step, step->seconds * sched_slowness(service, step->lane), now_ms);
}

static struct sched_step *begin(struct sched *s, struct sched_service *service,
                                struct sched_lane *lane, int64_t now_ms, bool *load)
{
    struct sched_step *step = sched_take(s, lane);
    double seconds = step->seconds * sched_slowness(service, lane);

    lane->waits_since_ms = now_ms;
    *load = lane->model && lane->model != service->model;
    if (*load) {
        seconds += lane->model->load_seconds;
        hold(s, service, lane->model);
        evict_others(s, service);
        s->n_loads++;
    }
    run(s, service, step, seconds, now_ms);
    return step;
}

void sched_occupy(struct sched *s, struct sched_service *service)
{
    leave_idle(s, service);
    service->running++;
    s->n_running++;
}

void sched_vacate(struct sched *s, struct sched_service *service)
{
    service->running--;
    s->n_running--;
    look(s, service);
}

// A GPU that is free again serves the machine's other services too.
static void look_all(struct sched *s, struct sched_machine *m)
{
    for (size_t i = 0; i < m->services.n; i++)
        look(s, m->services.at[i]);
}

void sched_end(struct sched *s, struct sched_service *service, const struct sched_step *step)
{
    sched_vacate(s, service);
    if (step->lane->model && !--service->heavy) {
        service->machine->active--;
        look_all(s, service->machine);
    }
    for (size_t i = 0; i < service->offers.n; i++) // to this one, it may be
        if (service->offers.at[i].lane->left)
            refresh(s, service->offers.at[i].lane);
}

void sched_set_closed(struct sched *s, struct sched_service *service, bool closed)
{
    if (service->closed == closed)
        return;
    leave_idle(s, service);
    count_holder(service, -1);
    service->closed = closed;
    count_holder(service, 1);
    look(s, service);
    for (size_t i = 0; closed && i < service->offers.n; i++)
        refresh(s, service->offers.at[i].lane);
}

// The fastest of the first idle ones that hold the model.
static struct sched_service *best_idle(const struct sched *s, struct sched_pool *pool,
                                       const struct sched_lane *lane,
                                       const struct sched_model *model)
{
    struct sched_service *best = NULL;
    unsigned n = 0;

    for (struct sched_service *i = *idle_list(s, pool, model); i && n < MOST_COMPARED; i = i->next)
        if (n++ == 0 || sched_slowness(i, lane) < sched_slowness(best, lane))
            best = i;
    return best;
}

// An idle service of the pool for which the lane is the best that it can do. NULL: there is none.
static struct sched_service *idle_for(const struct sched *s, struct sched_pool *pool,
                                      const struct sched_lane *lane, int64_t now_ms)
{
    struct sched_service *found = best_idle(s, pool, lane, lane->model);

    if (found && sched_choose(s, found, now_ms) == lane)
        return found;
    for (size_t i = s->models.n + 1; i-- > 0;) { // those that hold none come first
        const struct sched_model *m = i < s->models.n ? s->models.at[i] : NULL;

        found = m == lane->model ? NULL : best_idle(s, pool, lane, m);
        if (found && sched_choose(s, found, now_ms) == lane)
            return found;
    }
    return NULL;
}

static struct sched_service *wake(struct sched *s, const struct sched_lane *lane, int64_t now_ms)
{
    struct sched_service *found = NULL;

    for (size_t i = 0; i < s->pools.n && !found && lane->ready.n; i++) {
        struct sched_pool *pool = s->pools.at[i];

        if (pool->n_idle)
            found = idle_for(s, pool, lane, now_ms);
    }
    return found;
}

// A service that has room and has not looked yet: it takes what is best for it, or is idle.
static struct sched_lane *next_looking(struct sched *s, int64_t now_ms,
                                       struct sched_service **service)
{
    while (s->looking.n) {
        struct sched_service *one = s->looking.at[--s->looking.n];
        struct sched_lane *lane;

        one->looking = false;
        if (!has_room(one))
            continue;
        lane = sched_choose(s, one, now_ms);
        if (lane) {
            *service = one;
            return lane;
        }
        join_idle(s, one);
    }
    return NULL;
}

// A lane that has something new, for one of those that are idle.
static struct sched_lane *next_fresh(struct sched *s, int64_t now_ms,
                                     struct sched_service **service)
{
    while (s->fresh.n) {
        struct sched_lane *lane = s->fresh.at[s->fresh.n - 1];

        *service = wake(s, lane, now_ms);
        if (*service)
            return lane;
        lane->fresh = false;
        s->fresh.n--;
    }
    return NULL;
}

struct sched_step *sched_next(struct sched *s, int64_t now_ms, struct sched_service **service,
                              bool *load)
{
    struct sched_lane *lane = next_looking(s, now_ms, service);

    if (!lane)
        lane = next_fresh(s, now_ms, service);
    return lane ? begin(s, *service, lane, now_ms, load) : NULL;
}
