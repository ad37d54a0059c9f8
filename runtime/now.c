// SPDX-License-Identifier: MIT
#include "runtime/now.h"

#include <string.h>

#include "base/str.h"
#include "runtime/events.h"

// So little of a step tells nothing of the rest.
static const double least_part = 0.02;

void now_release(struct now *n)
{
    vec_release(&n->running);
    vec_release(&n->services);
}

// As much of text as there is room for, never a part of a character.
static void copy_short(char *to, size_t size, const char *text)
{
    size_t len = 0;

    while (text[len]) {
        unsigned code;
        size_t next = len + str_decode(str_of(text + len), &code);

        if (next >= size)
            break;
        len = next;
    }
    memcpy(to, text, len);
    to[len] = 0;
}

static struct now_step *find_step(struct now *n, const struct step *step)
{
    for (size_t i = 0; i < n->running.n; i++)
        if (n->running.at[i].step == step)
            return &n->running.at[i];
    return NULL;
}

static void drop_step(struct now *n, const struct step *step)
{
    struct now_step *s = find_step(n, step);

    if (s)
        *s = n->running.at[--n->running.n];
}

static void see_progress(struct now *n, const struct event *e)
{
    struct now_step *s = find_step(n, e->step);

    if (s && e->total > 0) {
        s->done = e->done;
        s->total = e->total;
    }
    if (s && e->doing)
        copy_short(s->doing, sizeof(s->doing), e->doing);
}

static void see_service(struct now *n, const struct event *e)
{
    size_t i = 0;

    while (i < n->services.n && (strcmp(n->services.at[i].machine, e->machine) != 0 ||
                                 strcmp(n->services.at[i].service, e->service) != 0))
        i++;
    if (strcmp(e->state, "up") == 0) {
        if (i < n->services.n)
            n->services.at[i] = n->services.at[--n->services.n];
        return;
    }
    if (i == n->services.n)
        vec_push(&n->services, (struct now_service){.machine = e->machine, .service = e->service});
    copy_short(n->services.at[i].state, sizeof(n->services.at[i].state), e->state);
}

void now_see(struct now *n, const struct event *e, int64_t now_ms)
{
    switch (e->type) {
    case EVENT_BUILD_START:
        n->n_to_run = e->to_run;
        n->start_ms = now_ms;
        break;
    case EVENT_STEP_START:
        vec_push(&n->running, (struct now_step){.step = e->step,
                                                .machine = e->machine,
                                                .service = e->service,
                                                .start_ms = now_ms,
                                                .expected_seconds = e->expected_seconds});
        break;
    case EVENT_STEP_PROGRESS:
        see_progress(n, e);
        break;
    case EVENT_STEP_FAILED:
        drop_step(n, e->step);
        n->n_ended += !e->again;
        n->n_failed += !e->again;
        break;
    case EVENT_STEP_DONE:
        drop_step(n, e->step);
        n->n_ended++;
        break;
    case EVENT_SERVICE:
        see_service(n, e);
        break;
    case EVENT_ATTEMPT_END:
    case EVENT_BUILD_END:
        break;
    }
}

void now_wait(struct now *n, const char *why)
{
    copy_short(n->waits, sizeof(n->waits), why ? why : "");
}

double now_left(const struct now_step *s, int64_t now_ms)
{
    double elapsed = (double)(now_ms - s->start_ms) / 1000,
           part = s->total > 0 ? s->done / s->total : 0, left = s->expected_seconds - elapsed;

    if (part > least_part && part <= 1)
        left = elapsed * (1 - part) / part;
    return left > 0 ? left : 0;
}
