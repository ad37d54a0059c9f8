// SPDX-License-Identifier: MIT
#include "runtime/rehearsal.h"

#include "base/arena.h"
#include "base/mem.h"

void rehearsal_init(struct rehearsal *r, enum sched_aim aim, size_t n_steps, unsigned n_scenes)
{
    *r = (struct rehearsal){
        .steps = mem_new((n_steps + 1) * sizeof(*r->steps)),
        .n_steps = n_steps,
        .begins.by_begin = true,
    };
    sched_init(&r->sched, aim, n_scenes);
}

void rehearsal_release(struct rehearsal *r)
{
    sched_release(&r->sched);
    vec_release(&r->ends.steps);
    vec_release(&r->begins.steps);
    mem_free(r->users);
    mem_free(r->first_user);
    mem_free(r->steps);
    *r = (struct rehearsal){0};
}

struct rehearsal_service *rehearsal_add_service(struct rehearsal *r, unsigned at_once, bool queues)
{
    struct rehearsal_service *service = arena_make(r->sched.arena, struct rehearsal_service);

    service->sched = (struct sched_service){.at_once = at_once, .queues = queues, .owner = service};
    service->last = r->n_steps;
    return service;
}

void rehearsal_measure(struct rehearsal *r)
{
    for (size_t i = 0; i < r->n_steps; i++)
        r->steps[i].step.path_seconds = 0;
    for (size_t i = r->n_steps; i-- > 0;) {
        struct sched_step *step = &r->steps[i].step;

        step->path_seconds += step->seconds;
        for (size_t k = 0; k < r->steps[i].n_inputs; k++) {
            struct sched_step *input = &r->steps[r->steps[i].inputs[k]].step;

            if (input->path_seconds < step->path_seconds)
                input->path_seconds = step->path_seconds;
        }
    }
}

static void link_users(struct rehearsal *r)
{
    size_t n = 0;

    r->first_user = mem_new((r->n_steps + 2) * sizeof(size_t));
    for (size_t i = 0; i < r->n_steps; i++) {
        r->steps[i].waits = r->steps[i].n_inputs;
        n += r->steps[i].n_inputs;
        for (size_t k = 0; k < r->steps[i].n_inputs; k++)
            r->first_user[r->steps[i].inputs[k] + 2]++;
    }
    r->users = mem_new((n + 1) * sizeof(size_t));
    for (size_t i = 2; i < r->n_steps + 2; i++)
        r->first_user[i] += r->first_user[i - 1];
    for (size_t i = 0; i < r->n_steps; i++)
        for (size_t k = 0; k < r->steps[i].n_inputs; k++)
            r->users[r->first_user[r->steps[i].inputs[k] + 1]++] = i;
}

static bool is_before(const struct rehearsal *r, const struct rehearsal_heap *h, size_t a, size_t b)
{
    size_t i = h->steps.at[a], k = h->steps.at[b];
    const struct rehearsal_step *x = &r->steps[i], *y = &r->steps[k];
    int64_t p = h->by_begin ? x->from_ms : x->end_ms, q = h->by_begin ? y->from_ms : y->end_ms;

    return p != q ? p < q : i < k;
}

static void swap(struct rehearsal_heap *h, size_t a, size_t b)
{
    size_t i = h->steps.at[a];

    h->steps.at[a] = h->steps.at[b];
    h->steps.at[b] = i;
}

static void push(const struct rehearsal *r, struct rehearsal_heap *h, size_t step)
{
    size_t i = h->steps.n;

    vec_push(&h->steps, step);
    for (; i > 0 && is_before(r, h, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(h, i, (i - 1) / 2);
}

static void sink(const struct rehearsal *r, struct rehearsal_heap *h)
{
    size_t i = 0, n = h->steps.n;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < n && is_before(r, h, child + 1, child))
            child++;
        if (child >= n || !is_before(r, h, child, i))
            return;
        swap(h, i, child);
        i = child;
    }
}

static size_t pop(const struct rehearsal *r, struct rehearsal_heap *h)
{
    size_t first = h->steps.at[0];

    h->steps.at[0] = h->steps.at[--h->steps.n];
    sink(r, h);
    return first;
}

// The step that is next; NULL: there is none.
static const struct rehearsal_step *next_of(const struct rehearsal *r,
                                            const struct rehearsal_heap *h)
{
    return h->steps.n ? &r->steps[h->steps.at[0]] : NULL;
}

static double takes(const struct rehearsal_step *step)
{
    return step->takes_seconds > 0 ? step->takes_seconds : step->step.seconds;
}

static void start(struct rehearsal *r, struct sched_step *next, struct sched_service *on, bool load,
                  int64_t now_ms)
{
    struct rehearsal_step *step = next->owner;
    struct rehearsal_service *service = on->owner;
    double slowness = service->slowness > 0 ? service->slowness : sched_slowness(on, next->lane);

    step->service = service;
    step->load_ms = load ? (int64_t)(next->lane->model->load_seconds * 1000) : 0;
    step->start_ms = on->queues && service->busy_ms > now_ms ? service->busy_ms : now_ms;
    step->took_seconds = takes(step) * slowness;
    step->end_ms = step->start_ms + step->load_ms + (int64_t)(step->took_seconds * 1000);
    step->before = service->last;
    if (on->queues)
        service->last = (size_t)(step - r->steps);
    service->busy_ms = step->end_ms;
    push(r, &r->ends, (size_t)(step - r->steps));
}

// Opens the services whose time has come; returns when the next one's does.
static int64_t open_services(struct rehearsal *r, int64_t now_ms)
{
    int64_t next_ms = INT64_MAX;

    for (size_t i = 0; i < r->sched.services.n; i++) {
        struct rehearsal_service *s = r->sched.services.at[i]->owner;

        sched_set_closed(&r->sched, &s->sched, s->from_ms > now_ms);
        if (s->from_ms > now_ms && s->from_ms < next_ms)
            next_ms = s->from_ms;
    }
    return next_ms;
}

static void start_all(struct rehearsal *r, int64_t now_ms)
{
    const struct rehearsal_step *ready;
    struct sched_service *service;
    struct sched_step *next;
    bool load;

    while ((ready = next_of(r, &r->begins)) && ready->from_ms <= now_ms)
        sched_push(&r->sched, &r->steps[pop(r, &r->begins)].step, now_ms);
    while ((next = sched_next(&r->sched, now_ms, &service, &load)))
        start(r, next, service, load, now_ms);
}

static void end(struct rehearsal *r, size_t i)
{
    struct rehearsal_step *step = &r->steps[i];

    if (step->runs_on) {
        sched_vacate(&r->sched, &step->service->sched);
    } else {
        if (step->service->slowness > 0)
            sched_learn(&step->service->sched, &step->step, step->took_seconds);
        sched_end(&r->sched, &step->service->sched, &step->step);
    }
    if (!step->service->sched.queues)
        step->service->last = i;
    r->n_done++;
    for (size_t k = r->first_user[i]; k < r->first_user[i + 1]; k++)
        if (--r->steps[r->users[k]].waits == 0)
            push(r, &r->begins, r->users[k]);
}

static void begin(struct rehearsal *r, int64_t now_ms)
{
    link_users(r);
    for (size_t i = 0; i < r->n_steps; i++) {
        struct rehearsal_step *step = &r->steps[i];

        step->step.owner = step;
        if (!step->runs_on)
            sched_expect(&r->sched, &step->step);
    }
    sched_begin(&r->sched);
    for (size_t i = 0; i < r->n_steps; i++) {
        struct rehearsal_step *step = &r->steps[i];

        if (step->runs_on) {
            step->service = step->runs_on;
            step->start_ms = now_ms;
            step->took_seconds = step->left_seconds;
            step->end_ms = now_ms + (int64_t)(step->left_seconds * 1000);
            step->before = r->n_steps;
            step->service->last = i;
            step->service->busy_ms = step->end_ms;
            sched_occupy(&r->sched, &step->service->sched);
            push(r, &r->ends, i);
        } else if (!step->waits) {
            push(r, &r->begins, i);
        }
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool rehearsal_run(struct rehearsal *r, int64_t now_ms)
{
    const struct rehearsal_step *next;
    int64_t opens_ms;

    begin(r, now_ms);
    r->end_ms = now_ms;
    opens_ms = open_services(r, now_ms);
    while (r->n_done < r->n_steps) {
        start_all(r, now_ms);
        now_ms = opens_ms;
        if ((next = next_of(r, &r->ends)))
            now_ms = earlier(now_ms, next->end_ms);
        if ((next = next_of(r, &r->begins)))
            now_ms = earlier(now_ms, next->from_ms);
        if (now_ms == INT64_MAX)
            return false;
        for (; (next = next_of(r, &r->ends)) && next->end_ms <= now_ms; r->end_ms = now_ms)
            end(r, pop(r, &r->ends));
        if (now_ms >= opens_ms)
            opens_ms = open_services(r, now_ms);
    }
    return true;
}

// What ended last of what the step waited for: an input, or what held its service.
static size_t decided_by(const struct rehearsal *r, size_t i)
{
    const struct rehearsal_step *step = &r->steps[i];
    size_t found = r->n_steps;

    for (size_t k = 0; k < step->n_inputs; k++)
        if (found == r->n_steps || r->steps[step->inputs[k]].end_ms > r->steps[found].end_ms)
            found = step->inputs[k];
    if (step->before < r->n_steps &&
        (found == r->n_steps || r->steps[step->before].end_ms > r->steps[found].end_ms))
        return step->before;
    return found;
}

size_t rehearsal_critical(const struct rehearsal *r, size_t *out, size_t max)
{
    size_t n = 0, i = r->n_steps;

    for (size_t k = 0; k < r->n_steps; k++)
        if (i == r->n_steps || r->steps[k].end_ms > r->steps[i].end_ms)
            i = k;
    for (; i < r->n_steps && n < max; i = decided_by(r, i))
        out[n++] = i;
    for (size_t k = 0; k < n / 2; k++) {
        size_t one = out[k];

        out[k] = out[n - 1 - k];
        out[n - 1 - k] = one;
    }
    return n;
}
