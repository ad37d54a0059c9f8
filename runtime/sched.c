// SPDX-License-Identifier: MIT
#include "runtime/sched.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/ledger.h"
#include "runtime/walk.h"

struct guess {
    const char *kind;
    double seconds;
};

// On one core, a shot of some seconds, 1080p. Sorted.
static const struct guess guesses[] = {
    {"ambience", 0.5}, {"animate", 2}, {"card", 0.2},  {"conform", 3}, {"cut", 2},
    {"image", 0.3},    {"join", 1},    {"lipsync", 3}, {"mix", 0.3},   {"proxy", 0.3},
    {"retouch", 1},    {"speak", 0.3}, {"upscale", 1},
};

void sched_release(struct sched *s)
{
    mem_free(s->heap);
    *s = (struct sched){0};
}

bool sched_before(const struct work *a, const struct work *b)
{
    if (a->path_seconds != b->path_seconds)
        return a->path_seconds > b->path_seconds;
    return a->step->index < b->step->index;
}

static void swap(struct sched *s, size_t i, size_t k)
{
    struct work *w = s->heap[i];

    s->heap[i] = s->heap[k];
    s->heap[k] = w;
}

void sched_push(struct sched *s, struct work *work)
{
    size_t i = s->n;

    if (s->n == s->cap) {
        s->cap = s->cap ? s->cap * 2 : 32;
        s->heap = mem_resize(s->heap, s->cap, sizeof(struct work *));
    }
    s->heap[s->n++] = work;
    for (; i > 0 && sched_before(s->heap[i], s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(s, i, (i - 1) / 2);
}

struct work *sched_first(const struct sched *s)
{
    return s->n ? s->heap[0] : NULL;
}

struct work *sched_pop(struct sched *s)
{
    struct work *first;
    size_t i = 0;

    if (s->n == 0)
        return NULL;
    first = s->heap[0];
    s->heap[0] = s->heap[--s->n];
    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < s->n && sched_before(s->heap[child + 1], s->heap[child]))
            child++;
        if (child >= s->n || !sched_before(s->heap[child], s->heap[i]))
            return first;
        swap(s, i, child);
        i = child;
    }
}

double sched_expect(struct ledger *ledger, const struct work *work)
{
    const char *kind = work->step->kind->name;
    const json_t *expect = json_object_get(work->preset, "expect");
    double mean = ledger_mean_seconds(ledger, kind, work->step->preset ? work->step->preset : "");

    if (mean > 0)
        return mean;
    if (json_is_number(json_object_get(expect, "seconds")))
        return json_get_number(expect, "seconds", 0);
    for (size_t i = 0; i < sizeof(guesses) / sizeof(*guesses); i++)
        if (strcmp(guesses[i].kind, kind) == 0)
            return guesses[i].seconds;
    return 0.1;
}
