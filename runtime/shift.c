// SPDX-License-Identifier: MIT
#include "runtime/shift.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/display.h"
#include "runtime/events.h"
#include "runtime/lanes.h"
#include "runtime/loop.h"
#include "runtime/service.h"
#include "runtime/walk.h"

enum { LOOK_MS = 500, UNLOAD_MS = 3000, POLL_MS = 50, SENTENCE_BYTES = 160 };

static const char this_machine[] = "here";

void shift_begin(struct shift *s, const char *state_dir)
{
    static const struct studio_machine here = {.name = this_machine};
    const struct studio *studio = s->lanes->studio;

    pauses_init(&s->pauses, state_dir);
    s->n_machines = studio ? studio->n_machines : 1;
    s->machines = mem_new(s->n_machines * sizeof(*s->machines));
    for (size_t i = 0; i < s->n_machines; i++)
        s->machines[i].told = studio ? &studio->machines[i] : &here;
}

static bool is_left(const struct work *work)
{
    return work->wanted && work->state < WORK_DONE;
}

static bool runs_any(const struct studio_machine *m, const json_t *preset)
{
    for (size_t i = 0; i < m->n_services; i++)
        if (studio_runs(&m->services[i], preset))
            return true;
    return false;
}

// Whether a step that is still to be made could be made there. Thousands of steps share a preset.
static bool is_needed(const struct shift *s, const struct studio_machine *m)
{
    bool here = strcmp(m->name, this_machine) == 0, needed = false;
    VEC(const json_t *) refused = {0};

    for (size_t i = 0; !needed && i < s->walk->graph->n_steps; i++) {
        const struct work *work = &s->walk->works[i];
        size_t k = 0;

        if (!is_left(work) || work_is_made_here(work) != here)
            continue;
        while (k < refused.n && refused.at[k] != work->preset)
            k++;
        needed = here || (k == refused.n && runs_any(m, work->preset));
        if (!needed && k == refused.n)
            vec_push(&refused, work->preset);
    }
    vec_release(&refused);
    return needed;
}

static void tell(const struct shift *s, const struct shift_machine *m)
{
    char state[SENTENCE_BYTES], sentence[SENTENCE_BYTES];

    rest_state(&m->rest, state, sizeof(state));
    for (size_t i = 0; i < m->told->n_services; i++)
        events_tell(s->events, (struct event){.type = EVENT_SERVICE,
                                              .machine = m->told->name,
                                              .service = m->told->services[i].name,
                                              .state = state,
                                              .aside = true});
    rest_sentence(&m->rest, m->told->name, sentence, sizeof(sentence));
    display_say(s->display, "%s%s", sentence, m->rest.reason == REST_NOT ? " again" : "");
}

// While it rests nobody waits for it, so that no patience runs out.
static void let_rest(struct lanes *l, struct service *service)
{
    service->resting = true;
    service->failures = 0;
    service->away_since_ms = 0;
    service->again_ms = 0;
    if (service->unloaded || service->sched.running || !service->open || !service->driver->unload)
        return;
    service->unloaded = true;
    service->driver->unload(service);
    sched_set_model(&l->sched, &service->sched, NULL);
}

static void let_work(struct service *service)
{
    service->resting = false;
    service->unloaded = false;
}

static void apply(struct shift *s, const struct shift_machine *m)
{
    bool rests = m->rest.reason != REST_NOT;

    for (size_t i = 0; i < s->lanes->n_services; i++) {
        struct service *service = &s->lanes->services[i];

        if (service->told->machine == m->told && rests)
            let_rest(s->lanes, service);
        else if (service->told->machine == m->told)
            let_work(service);
    }
    if (strcmp(m->told->name, this_machine) == 0)
        s->lanes->here.resting = rests;
}

void shift_turn(struct shift *s, int64_t now_ms)
{
    int64_t wall_ms = s->clock->wall_ms(s->clock);

    if (now_ms < s->look_ms)
        return;
    s->look_ms = now_ms + LOOK_MS;
    pauses_look(&s->pauses);
    for (size_t i = 0; i < s->n_machines; i++) {
        struct shift_machine *m = &s->machines[i];
        struct rest rest = rest_of(m->told, &s->pauses, wall_ms);
        bool changed = !rest_equal(&rest, &m->rest);

        m->rest = rest;
        if (changed)
            m->needed = is_needed(s, m->told);
        apply(s, m);
        if (changed && m->needed)
            tell(s, m);
    }
}

static void add_waited_for(const struct shift *s, struct buf *words)
{
    for (size_t i = 0; i < s->n_machines; i++) {
        const struct shift_machine *m = &s->machines[i];
        char sentence[SENTENCE_BYTES];

        if (m->rest.reason == REST_NOT || !is_needed(s, m->told))
            continue;
        rest_sentence(&m->rest, m->told->name, sentence, sizeof(sentence));
        buf_printf(words, "%s%s", words->len ? ", " : "", sentence);
    }
}

void shift_tell_wait(struct shift *s, bool idle)
{
    struct buf words = {0};

    if (idle == s->waits)
        return;
    if (idle)
        add_waited_for(s, &words);
    s->waits = words.len > 0;
    events_wait(s->events, s->waits ? buf_text(&words) : NULL);
    if (s->waits)
        display_say(s->display, "waiting: %s", buf_text(&words));
    buf_release(&words);
}

bool shift_waits_for_good(const struct shift *s)
{
    if (!s->waits)
        return false;
    for (size_t i = 0; i < s->n_machines; i++)
        if (s->machines[i].rest.until[0])
            return false;
    return true;
}

void shift_end(struct shift *s)
{
    int64_t until_ms = s->clock->now_ms(s->clock) + UNLOAD_MS;
    struct lanes *l = s->lanes;
    struct err err;

    s->look_ms = 0;
    shift_turn(s, 0);
    for (size_t i = 0; i < l->n_services; i++) {
        struct service *one = &l->services[i];

        while (one->resting && one->unloading && s->clock->now_ms(s->clock) < until_ms &&
               one->services->net->poll(one->services->loop, POLL_MS, &err))
            continue;
    }
    pauses_release(&s->pauses);
    mem_free(s->machines);
}
