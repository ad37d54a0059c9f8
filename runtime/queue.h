// SPDX-License-Identifier: MIT
// Queues: ready steps in the order in which they go. The first scene of the film first, so that
// scenes finish early; within it the longest remaining way, so that all machines stay busy until
// the end; equals in the graph's order.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sched_step;

// A heap. A zeroed struct queue is an empty one.
struct queue {
    struct sched_step **heap;
    size_t n, cap;
};

void queue_release(struct queue *q);
void queue_push(struct queue *q, struct sched_step *step);
struct sched_step *queue_first(const struct queue *q); // stays; NULL: none is ready
struct sched_step *queue_pop(struct queue *q);         // NULL: none is ready

// Whether a goes before b.
bool queue_before(const struct sched_step *a, const struct sched_step *b);
