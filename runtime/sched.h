// SPDX-License-Identifier: MIT
// The scheduler: which of the ready steps goes next. The longest remaining way first, so that all
// workers stay busy until the end; equals in the graph's order, so that scenes finish early.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ledger;
struct work;

// Ready steps, a heap. A zeroed struct sched is an empty one.
struct sched {
    struct work **heap;
    size_t n, cap;
};

void sched_release(struct sched *s);
void sched_push(struct sched *s, struct work *work);
struct work *sched_first(const struct sched *s); // stays; NULL: none is ready
struct work *sched_pop(struct sched *s);         // NULL: none is ready

// Whether a goes before b.
bool sched_before(const struct work *a, const struct work *b);

// What a step should take on this machine, in seconds: as others of its kind and preset took, else
// as the preset expects, else a guess by kind.
double sched_expect(struct ledger *ledger, const struct work *work);
