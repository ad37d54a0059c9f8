// SPDX-License-Identifier: MIT
#include "runtime/queue.h"

#include "base/mem.h"
#include "runtime/sched.h"

void queue_release(struct queue *q)
{
    mem_free(q->heap);
    *q = (struct queue){0};
}

bool queue_before(const struct sched_step *a, const struct sched_step *b)
{
    if (a->scene != b->scene)
        return a->scene < b->scene;
    if (a->path_seconds != b->path_seconds)
        return a->path_seconds > b->path_seconds;
    return a->index < b->index;
}

static void swap(struct queue *q, size_t i, size_t k)
{
    struct sched_step *step = q->heap[i];

    q->heap[i] = q->heap[k];
    q->heap[k] = step;
}

void queue_push(struct queue *q, struct sched_step *step)
{
    size_t i = q->n;

    if (q->n == q->cap) {
        q->cap = q->cap ? q->cap * 2 : 32;
        q->heap = mem_resize(q->heap, q->cap, sizeof(struct sched_step *));
    }
    q->heap[q->n++] = step;
    for (; i > 0 && queue_before(q->heap[i], q->heap[(i - 1) / 2]); i = (i - 1) / 2)
        swap(q, i, (i - 1) / 2);
}

struct sched_step *queue_first(const struct queue *q)
{
    return q->n ? q->heap[0] : NULL;
}

struct sched_step *queue_pop(struct queue *q)
{
    struct sched_step *first;
    size_t i = 0;

    if (q->n == 0)
        return NULL;
    first = q->heap[0];
    q->heap[0] = q->heap[--q->n];
    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < q->n && queue_before(q->heap[child + 1], q->heap[child]))
            child++;
        if (child >= q->n || !queue_before(q->heap[child], q->heap[i]))
            return first;
        swap(q, i, child);
        i = child;
    }
}
