// SPDX-License-Identifier: MIT
#include "runtime/forecast.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/walk.h"

static const char here[] = "here";

void forecast_release(struct forecast *f)
{
    vec_release(&f->machines);
    map_release(&f->loaded);
}

const char *forecast_machine(const struct studio *studio, const struct work *work)
{
    const struct studio_service *service = NULL;

    if (work->by && work->by->op)
        return here;
    if (studio && work->preset)
        studio_offers(studio, work->preset, &service, 1);
    return service ? service->machine->name : "";
}

static unsigned slots_of(const struct forecast *f, const char *name)
{
    if (strcmp(name, here) == 0)
        return f->workers;
    for (size_t i = 0; f->studio && i < f->studio->n_machines; i++)
        if (strcmp(f->studio->machines[i].name, name) == 0 && f->studio->machines[i].gpus)
            return f->studio->machines[i].gpus;
    return 1;
}

static struct plan_machine *find(struct forecast *f, const char *name)
{
    for (size_t i = 0; i < f->machines.n; i++)
        if (strcmp(f->machines.at[i].name, name) == 0)
            return &f->machines.at[i];
    vec_push(&f->machines, (struct plan_machine){.name = name, .slots = slots_of(f, name)});
    return &f->machines.at[f->machines.n - 1];
}

// What this machine runs holds no model; elsewhere the scheduler keeps steps of one model together.
static bool is_load(struct forecast *f, const char *machine, const struct work *work)
{
    const char *model = json_get_text(work->preset, "model", NULL);
    char *key;

    if (!model || (work->by && work->by->op))
        return false;
    key = arena_printf(f->arena, "%s %s", machine, model);
    return !map_put(&f->loaded, key, key);
}

void forecast_add(struct forecast *f, const char *machine, const struct work *work)
{
    struct plan_machine *m = find(f, machine);

    m->steps++;
    m->seconds += work->seconds;
    m->loads += is_load(f, machine, work);
    if (work->path_seconds > f->longest)
        f->longest = work->path_seconds;
}

double forecast_seconds(const struct forecast *f)
{
    double most = f->longest;

    for (size_t i = 0; i < f->machines.n; i++) {
        double busy = f->machines.at[i].seconds / f->machines.at[i].slots;

        most = busy > most ? busy : most;
    }
    return most;
}

const struct plan_machine *forecast_machines(const struct forecast *f, size_t *n)
{
    struct plan_machine *list = arena_array(f->arena, struct plan_machine, f->machines.n + 1);

    *n = 0;
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < f->machines.n; i++)
            if ((strcmp(f->machines.at[i].name, here) == 0) == first)
                list[(*n)++] = f->machines.at[i];
    return list;
}
