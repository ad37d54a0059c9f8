// SPDX-License-Identifier: MIT
#include "runtime/trace_path.h"

#include <string.h>

#include "base/arena.h"
#include "compiler/graph.h"

static const struct trace_ending endings[] = {
    {"cancelled", "black"},
    {"failed", "terrible"},
    {"stalled", "bad"},
};

const struct trace_ending *trace_ending_find(const char *status)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcmp(endings[i].status, status) == 0)
            return &endings[i];
    return NULL;
}

void trace_leg_write(const struct trace_leg *leg, struct trace_file *f, struct trace_row row,
                     const char *category, json_t *args)
{
    const struct trace_ending *ending = leg->ending;
    const char *id = leg->step->id;
    struct arena *a = arena_new();

    trace_file_slice(f, (struct trace_slice){
                            .name = ending ? arena_printf(a, "%s (%s)", id, ending->status) : id,
                            .category = category,
                            .colour = ending ? ending->colour : NULL,
                            .at = row,
                            .from_us = leg->from_us,
                            .to_us = leg->to_us,
                            .args = args,
                        });
    arena_free(a);
}

int trace_legs_later(const struct trace_legs *legs, int a, int b)
{
    if (a == NO_LEG || b == NO_LEG)
        return a == NO_LEG ? b : a;
    return legs->of.at[a].to_us >= legs->of.at[b].to_us ? a : b;
}

static void write_wait(struct trace_file *f, struct trace_row row, const char *name,
                       int64_t from_us, int64_t to_us)
{
    if (to_us > from_us)
        trace_file_slice(f, (struct trace_slice){.name = name,
                                                 .category = "wait",
                                                 .colour = "grey",
                                                 .at = row,
                                                 .from_us = from_us,
                                                 .to_us = to_us});
}

void trace_legs_write(const struct trace_legs *legs, struct trace_file *f, struct trace_row row,
                      int64_t begin_us, int64_t end_us)
{
    int last = NO_LEG;

    for (size_t i = 0; i < legs->of.n; i++)
        last = trace_legs_later(legs, (int)i, last);
    write_wait(f, row, "the build's end", last == NO_LEG ? begin_us : legs->of.at[last].to_us,
               end_us);
    for (int i = last; i != NO_LEG; i = legs->of.at[i].before) {
        const struct trace_leg *leg = &legs->of.at[i];
        bool first = leg->before == NO_LEG;

        trace_leg_write(leg, f, row, "path",
                        json_pack("{s:s, s:s, s:s}", "kind", leg->step->kind->name, "machine",
                                  leg->machine, "service", leg->service));
        write_wait(f, row, first ? "the build's begin" : "waits",
                   first ? begin_us : legs->of.at[leg->before].to_us, leg->from_us);
    }
}
