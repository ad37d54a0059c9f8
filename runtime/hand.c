// SPDX-License-Identifier: MIT
#include "runtime/hand.h"

#include "base/mem.h"
#include "runtime/sched.h"

// What loading may cost, beside the work in hand.
static const double share_of_loads = 0.01;

void hand_init(struct hand *h, unsigned n_scenes)
{
    *h = (struct hand){
        .left = mem_new(n_scenes * sizeof(*h->left)),
        .left_seconds = mem_new(n_scenes * sizeof(*h->left_seconds)),
        .n_scenes = n_scenes,
    };
}

void hand_release(struct hand *h)
{
    mem_free(h->left);
    mem_free(h->left_seconds);
    *h = (struct hand){0};
}

bool hand_has(const struct hand *h, unsigned scene)
{
    return scene < h->n;
}

void hand_add(struct hand *h, const struct sched_step *step)
{
    if (step->scene >= h->n_scenes)
        return;
    h->left[step->scene]++;
    h->left_seconds[step->scene] += step->seconds;
    if (hand_has(h, step->scene))
        h->seconds += step->seconds;
}

bool hand_remove(struct hand *h, const struct sched_step *step)
{
    if (step->scene >= h->n_scenes)
        return false;
    h->left[step->scene]--;
    h->left_seconds[step->scene] -= step->seconds;
    if (!hand_has(h, step->scene))
        return false;
    h->seconds -= step->seconds;
    return h->left[step->scene] == 0;
}

unsigned hand_take(struct hand *h)
{
    h->seconds += h->left_seconds[h->n];
    return h->n++;
}

void hand_begin(struct hand *h, bool all)
{
    while (h->n < h->n_scenes && (all || h->left[h->n] == 0))
        hand_take(h);
    if (h->n < h->n_scenes)
        hand_take(h);
}

bool hand_wants(const struct hand *h)
{
    return h->n < h->n_scenes && h->seconds * share_of_loads < h->load_seconds;
}
