// SPDX-License-Identifier: MIT
// What a service with room takes next: the scheduler's policy.
#include "runtime/sched.h"

// So long a lane waits at most while others are served.
static const int64_t starved_ms = 8 * 3600 * 1000LL;

// Another service joins those that hold a model only when that spares so many times its loading.
static const double worth_loads = 0.5;

// A service is slow beside another that takes so much less time for a step. Closer than that, what
// was measured of them may be chance.
static const double much_faster = 0.75;

// Of services that may be sooner, at most so many are looked at.
enum { MOST_COMPARED = 32 };

// From the best reason to take a step to the least.
enum reason {
    REASON_STARVED,     // it has waited for very long
    REASON_HAND,        // it is in hand, and its model is there
    REASON_HAND_LOAD,   // it is in hand, and loading its model pays
    REASON_BEYOND,      // it is out of hand, and its model is there
    REASON_BEYOND_LOAD, // it is out of hand, and loading its model pays
    REASON_NONE,
};

struct choice {
    struct sched_lane *lane;
    enum reason reason;
    double gain; // of loading the model; or how long it has waited
};

static bool needs_load(const struct sched_service *service, const struct sched_lane *lane)
{
    return lane->model && lane->model != service->model;
}

// A step that waits behind another is in hand and needs the same model, for anything else is better
// chosen late; and a machine runs no more services with heavy models than it has GPUs.
static bool has_room(const struct sched_service *service, const struct sched_lane *lane,
                     bool in_hand)
{
    const struct sched_machine *m = service->machine;

    if (!lane->model)
        return true;
    if (service->running && (needs_load(service, lane) || (service->queues && !in_hand)))
        return false;
    return !m->gpus || service->heavy || m->active < m->gpus;
}

// Whether there are steps in hand for the model that the service holds.
static bool goes_on(const struct sched *s, const struct sched_service *service)
{
    for (size_t i = 0; i < service->offers.n && service->model && !service->closed; i++) {
        const struct sched_lane *lane = service->offers.at[i].lane;

        if (lane->model == service->model && lane->ready.n &&
            hand_has(&s->hand, queue_first(&lane->ready)->scene))
            return true;
    }
    return false;
}

// Where services share GPUs, those that hold a model and have work for it go on before another
// loads its own.
static bool neighbours_go_on(const struct sched *s, const struct sched_service *service)
{
    const struct sched_machine *m = service->machine;
    unsigned n = 0;

    for (size_t i = 0; m->gpus && i < m->services.n; i++)
        n += m->services.at[i] != service && goes_on(s, m->services.at[i]);
    return m->gpus && n >= m->gpus;
}

static double finish_seconds(const struct sched_service *service, const struct sched_lane *lane,
                             double slowness, int64_t now_ms)
{
    double wait = service->running >= service->at_once && service->free_ms > now_ms
                      ? (double)(service->free_ms - now_ms) / 1000
                      : 0;

    return wait + queue_first(&lane->ready)->seconds * slowness +
           (needs_load(service, lane) ? lane->model->load_seconds : 0);
}

// Where less is left than there are services, a slow one leaves it to faster ones that would be
// done earlier, though they work for a while yet.
static bool others_are_sooner(const struct sched_service *service, const struct sched_offer *offer,
                              int64_t now_ms)
{
    struct sched_lane *lane = offer->lane;
    double mine = finish_seconds(service, lane, offer->slowness, now_ms);
    size_t sooner = 0;

    if (lane->ready.n >= lane->n_services)
        return false;
    for (size_t i = 0; i < lane->n_services && i < MOST_COMPARED; i++) {
        const struct sched_service *other = lane->services[i];
        double slowness = sched_slowness(other, lane);

        if (other != service && other->running && !other->closed &&
            slowness < offer->slowness * much_faster)
            sooner += finish_seconds(other, lane, slowness, now_ms) < mine;
    }
    lane->left = lane->left || sooner >= lane->ready.n;
    return sooner >= lane->ready.n;
}

// Whether loading the lane's model pays for seconds of steps, and how well.
static bool pays(const struct sched_lane *lane, double seconds, double *gain)
{
    const struct sched_model *m = lane->model;
    double load = m->load_seconds > 1 ? m->load_seconds : 1;

    *gain = seconds / ((m->holders + 1) * load);
    return m->holders == 0 || *gain > worth_loads * m->holders;
}

static struct choice judge(const struct sched *s, const struct sched_service *service,
                           const struct sched_offer *offer, int64_t now_ms)
{
    struct sched_lane *lane = offer->lane;
    const struct sched_step *first = queue_first(&lane->ready);
    struct choice c = {.lane = lane, .reason = REASON_NONE};
    bool in_hand = first && hand_has(&s->hand, first->scene);

    if (!first || !has_room(service, lane, in_hand) || others_are_sooner(service, offer, now_ms))
        return c;
    if (now_ms - lane->waits_since_ms > starved_ms) {
        c.reason = REASON_STARVED;
        c.gain = (double)-lane->waits_since_ms;
    } else if (!needs_load(service, lane)) {
        c.reason = in_hand || !lane->model ? REASON_HAND : REASON_BEYOND;
    } else if (!neighbours_go_on(s, service) &&
               pays(lane, in_hand ? lane->model->hand_seconds : lane->model->ready_seconds,
                    &c.gain)) {
        c.reason = in_hand ? REASON_HAND_LOAD : REASON_BEYOND_LOAD;
    }
    return c;
}

static bool is_better(const struct choice *a, const struct choice *b)
{
    if (a->reason != b->reason || a->reason == REASON_NONE)
        return a->reason < b->reason;
    if (a->gain != b->gain)
        return a->gain > b->gain;
    return queue_before(queue_first(&a->lane->ready), queue_first(&b->lane->ready));
}

struct sched_lane *sched_choose(const struct sched *s, const struct sched_service *service,
                                int64_t now_ms)
{
    struct choice best = {.reason = REASON_NONE};

    for (size_t i = 0; i < service->offers.n; i++) {
        struct choice c = judge(s, service, &service->offers.at[i], now_ms);

        if (is_better(&c, &best))
            best = c;
    }
    return best.lane;
}
