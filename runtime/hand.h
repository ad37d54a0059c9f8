// SPDX-License-Identifier: MIT
// What is in hand: the first scenes of the film that are not done, whose steps go before those of
// the others. Each time that nothing of one is left to start, so many more come to hand that
// loading every model once costs a hundredth of the work in hand: a studio of one GPU has some
// scenes in hand at a time, one of many GPUs more. Owned by the scheduler.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct sched_step;

struct hand {
    size_t *left;         // steps of each scene that are to start
    double *left_seconds; // and what they should take
    unsigned n_scenes;
    unsigned n;          // scenes that were taken in hand, from the film's first
    double seconds;      // of steps in hand that are to start
    double load_seconds; // of every model once, on every service that runs it
};

void hand_init(struct hand *h, unsigned n_scenes);
void hand_release(struct hand *h);

// Steps that need a heavy model: one is to come; one has started, or will not come. True when that
// was the last of a scene in hand: more should be taken.
void hand_add(struct hand *h, const struct sched_step *step);
bool hand_remove(struct hand *h, const struct sched_step *step);

// Takes the first scene that has steps to come; or all, where all is set.
void hand_begin(struct hand *h, bool all);

// Whether another scene should come to hand.
bool hand_wants(const struct hand *h);

// Takes another one. Returns which.
unsigned hand_take(struct hand *h);

bool hand_has(const struct hand *h, unsigned scene);
