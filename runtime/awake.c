// SPDX-License-Identifier: MIT
#include "runtime/awake.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "compiler/studio.h"
#include "runtime/display.h"
#include "runtime/lanes.h"
#include "runtime/service.h"

enum {
    LOOK_MS = 500,
    AFTER_MS = 1000,       // who is done sooner does not fall asleep
    LINGER_MS = 60 * 1000, // after the last step, for the next may come
    AGAIN_MS = 5 * 60 * 1000,
};

void awake_begin(struct awake *a)
{
    const struct studio *studio = a->lanes->studio;

    a->machines = mem_new(((studio ? studio->n_machines : 0) + 1) * sizeof(*a->machines));
    a->machines[a->n_machines++].argv = guard_against_sleep();
    for (size_t i = 0; studio && i < studio->n_machines; i++)
        if (studio->machines[i].awake)
            a->machines[a->n_machines++] = (struct awake_machine){
                .told = &studio->machines[i], .argv = studio->machines[i].awake};
}

static bool has_work(const struct awake *a, const struct awake_machine *m)
{
    for (size_t i = 0; i < a->lanes->n_services; i++)
        if (a->lanes->services[i].told->machine == m->told && a->lanes->services[i].sched.running)
            return true;
    return false;
}

static bool rests(const struct awake *a, const struct awake_machine *m)
{
    for (size_t i = 0; i < a->lanes->n_services; i++)
        if (a->lanes->services[i].told->machine == m->told && a->lanes->services[i].resting)
            return true;
    return false;
}

// This machine may have nothing that could keep it awake, or nobody may ask it to: then it is as if
// we were not there. What the studio says is meant.
static void say_broken(const struct awake *a, struct awake_machine *m, const char *why)
{
    struct arena *scratch = arena_new();

    if (m->told && !m->said)
        display_tell(a->display, SEVERITY_WARNING, &m->told->at,
                     arena_printf(scratch, "nothing keeps %s awake: %s", m->told->name, why),
                     "its `awake` must run for as long as its standard input is open");
    m->said = true;
    arena_free(scratch);
}

static void start(const struct awake *a, struct awake_machine *m, int64_t now_ms)
{
    struct err err;

    if (guard_start(&m->guard, m->argv, &err))
        return;
    m->again_ms = now_ms + AGAIN_MS;
    say_broken(a, m, err.text);
}

static void look_after(const struct awake *a, struct awake_machine *m, int64_t now_ms)
{
    struct arena *scratch;
    int code;

    if (!guard_has_ended(&m->guard, &code))
        return;
    scratch = arena_new();
    m->again_ms = now_ms + AGAIN_MS;
    say_broken(a, m, arena_printf(scratch, "%s ended with exit code %d", m->argv[0], code));
    arena_free(scratch);
}

static void turn(const struct awake *a, struct awake_machine *m, bool works, int64_t now_ms)
{
    if (works)
        m->until_ms = now_ms;
    if (!works)
        m->from_ms = 0;
    else if (!m->from_ms)
        m->from_ms = now_ms;
    look_after(a, m, now_ms);
    if (m->guard.pid && !works && (now_ms - m->until_ms > LINGER_MS || (m->told && rests(a, m))))
        guard_stop(&m->guard);
    if (!m->guard.pid && works && now_ms - m->from_ms >= AFTER_MS && now_ms >= m->again_ms)
        start(a, m, now_ms);
}

void awake_turn(struct awake *a, bool works, int64_t now_ms)
{
    if (now_ms < a->look_ms)
        return;
    a->look_ms = now_ms + LOOK_MS;
    for (size_t i = 0; i < a->n_machines; i++)
        turn(a, &a->machines[i], i ? has_work(a, &a->machines[i]) : works, now_ms);
}

void awake_end(struct awake *a)
{
    for (size_t i = 0; i < a->n_machines; i++)
        guard_stop(&a->machines[i].guard);
    mem_free(a->machines);
}
