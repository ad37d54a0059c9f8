// SPDX-License-Identifier: MIT
#include "runtime/inspect.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/team.h"
#include "compiler/studio.h"
#include "runtime/engine.h"
#include "runtime/lanes.h"
#include "runtime/ledger_prints.h"
#include "runtime/loop.h"

enum { MOST_MS = 30 * 1000, TURN_MS = 100 };

struct inspect {
    struct engine engine;
    struct services services;
    struct lanes lanes;
    struct inspection *list; // one for each of lanes.services
    size_t left;             // that have not answered
};

static void done(struct inspection *i)
{
    struct inspect *all = i->user;

    i->done = NULL;
    all->left--;
}

static void fail(struct inspection *i, const struct err *err)
{
    i->up = false;
    i->err = *err;
    i->done(i);
}

static void ask(struct inspect *all, size_t n)
{
    struct service *s = &all->lanes.services[n];
    struct inspection *i = &all->list[n];
    struct err err;

    *i = (struct inspection){.service = s, .done = done, .user = all};
    s->open = !s->driver->open || s->driver->open(s, &err);
    if (!s->open) {
        fail(i, &err);
    } else if (s->driver->inspect) {
        s->driver->inspect(i);
    } else {
        i->up = true;
        i->done(i);
    }
}

static bool wait_for_answers(struct inspect *all, struct err *err)
{
    struct clock *clock = all->services.clock;
    int64_t end_ms = clock->now_ms(clock) + MOST_MS;

    while (all->left && clock->now_ms(clock) < end_ms && !engine_interrupts(&all->engine)) {
        for (size_t i = 0; i < all->lanes.n_services; i++)
            if (all->lanes.services[i].open && all->lanes.services[i].driver->tick)
                all->lanes.services[i].driver->tick(&all->lanes.services[i], clock->now_ms(clock));
        if (!engine_wait(&all->engine, TURN_MS, err))
            return false;
    }
    for (size_t i = 0; i < all->lanes.n_services; i++)
        if (all->list[i].done) {
            err_set(&all->list[i].err, ERR_AWAY, "no answer within %d s", MOST_MS / 1000);
            all->list[i].up = false;
        }
    return true;
}

static bool run(struct inspect *all, struct err *err)
{
    if (!engine_load_loop(&all->engine, err))
        return false;
    all->services.net = all->engine.api;
    all->services.loop = all->engine.loop;
    all->services.pool = all->engine.pool;
    all->left = all->lanes.n_services;
    for (size_t i = 0; i < all->lanes.n_services; i++)
        ask(all, i);
    return wait_for_answers(all, err);
}

struct inspect *inspect_studio(const struct studio *studio, const char *module_dir, struct err *err)
{
    struct inspect *all = mem_new(sizeof(*all));

    all->engine.module_dir = module_dir;
    all->services = (struct services){.clock = clock_system(), .module_dir = module_dir};
    lanes_init(&all->lanes, studio, &all->services, 1);
    all->list = mem_new((all->lanes.n_services + 1) * sizeof(*all->list));
    engine_start(&all->engine, team_cores());
    if (!run(all, err)) {
        inspect_free(all);
        return NULL;
    }
    return all;
}

void inspect_free(struct inspect *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->lanes.n_services; i++)
        json_decref(all->list[i].told);
    lanes_release(&all->lanes);
    engine_stop(&all->engine);
    mem_free(all->list);
    mem_free(all);
}

const struct inspection *inspect_list(const struct inspect *all, size_t *n)
{
    *n = all->lanes.n_services;
    return all->list;
}

json_t *inspect_compare(const struct inspection *i, const json_t *preset)
{
    json_t *list = json_array();

    if (i->up && i->service->driver->compare)
        i->service->driver->compare(i, preset, list);
    return list;
}

bool inspect_remember(const struct studio *studio, const char *module_dir, struct ledger *ledger,
                      struct clock *clock, struct err *err)
{
    struct inspect *all;
    bool ok;

    if (!studio || studio->fingerprint != FINGERPRINT_STRICT)
        return true;
    all = inspect_studio(studio, module_dir, err);
    ok = all != NULL;
    for (size_t i = 0; ok && i < all->lanes.n_services; i++) {
        struct service *s = &all->lanes.services[i];

        if (all->list[i].up && s->print.len)
            ok = ledger_put_print(ledger, service_name(s, all->lanes.arena), buf_text(&s->print),
                                  clock->wall_ms(clock), err);
    }
    inspect_free(all);
    return ok;
}
