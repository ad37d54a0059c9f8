// SPDX-License-Identifier: MIT
#include "runtime/trace_rows.h"

#include <string.h>

#include "base/arena.h"
#include "runtime/trace_path.h"

// The slots of a service stand together, however late the second is met.
enum { MOST_SLOTS = 1000 };

void trace_rows_release(struct trace_rows *r)
{
    for (size_t i = 0; i < r->services.n; i++)
        vec_release(&r->services.at[i]->slots);
    vec_release(&r->services);
    vec_release(&r->machines);
    arena_free(r->arena);
}

static unsigned group_of(struct trace_rows *r, struct trace_file *f, const char *machine)
{
    unsigned group = TRACE_FILM + 1;

    for (size_t i = 0; i < r->machines.n; i++, group++)
        if (strcmp(r->machines.at[i], machine) == 0)
            return group;
    vec_push(&r->machines, arena_strdup(r->arena, machine));
    trace_file_name(f, (struct trace_row){group, 0}, machine);
    return group;
}

struct trace_service *trace_rows_service(struct trace_rows *r, struct trace_file *f,
                                         const char *machine, const char *name)
{
    unsigned group = group_of(r, f, machine), row = 1;
    struct trace_service *service;

    for (size_t i = 0; i < r->services.n; i++) {
        service = r->services.at[i];
        if (service->group == group && strcmp(service->name, name) == 0)
            return service;
        row += service->group == group ? MOST_SLOTS : 0;
    }
    service = arena_alloc(r->arena, sizeof(*service));
    service->machine = r->machines.at[group - TRACE_FILM - 1];
    service->name = arena_strdup(r->arena, name);
    service->group = group;
    service->row = row;
    vec_push(&r->services, service);
    return service;
}

static struct trace_slot *add_slot(struct trace_rows *r, struct trace_file *f,
                                   struct trace_service *service, int64_t since_us)
{
    struct trace_slot *slot = arena_alloc(r->arena, sizeof(*slot));
    size_t n = service->slots.n;

    slot->service = service;
    slot->at = (struct trace_row){service->group, service->row + (unsigned)n};
    slot->last = NO_LEG;
    slot->free_us = since_us;
    vec_push(&service->slots, slot);
    trace_file_name(f, slot->at,
                    n ? arena_printf(r->arena, "%s %zu", service->name, n + 1) : service->name);
    return slot;
}

struct trace_slot *trace_rows_slot(struct trace_rows *r, struct trace_file *f, const char *machine,
                                   const char *name, int64_t since_us)
{
    struct trace_service *service = trace_rows_service(r, f, machine, name);

    for (size_t i = 0; i < service->slots.n; i++)
        if (!service->slots.at[i]->step)
            return service->slots.at[i];
    return add_slot(r, f, service, since_us);
}
