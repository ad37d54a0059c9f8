// SPDX-License-Identifier: MIT
#include "runtime/posts.h"

#include "base/json.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/expect.h"
#include "runtime/service.h"
#include "runtime/walk.h"

void posts_release(struct posts *p)
{
    vec_release(&p->list);
    vec_release(&p->lanes);
}

static const struct studio_machine *machine_of(const struct studio_service *told)
{
    return told ? told->machine : NULL;
}

void posts_add(struct posts *p, const struct studio_service *told, struct sched_service *service)
{
    const struct post *last = p->list.n ? &p->list.at[p->list.n - 1] : NULL;

    if (last && told && machine_of(last->told) == told->machine)
        service->machine = last->service->machine;
    else
        service->machine = sched_add_machine(p->sched, told ? told->machine->gpus : 0);
    sched_add_service(p->sched, service);
    vec_push(&p->list, (struct post){told, service});
}

static bool takes(const struct post *post, const json_t *preset)
{
    return post->told ? preset && studio_runs(post->told, preset) : !preset;
}

static struct sched_lane *add_lane(struct posts *p, const struct work *work, const json_t *preset)
{
    struct sched_lane *lane = sched_add_lane(p->sched, json_get_text(preset, "model", NULL),
                                             expect_load_seconds(p->ledger, preset));

    for (size_t i = 0; i < p->list.n; i++) {
        const struct post *post = &p->list.at[i];

        if (takes(post, preset))
            sched_offer(p->sched, post->service, lane,
                        preset ? expect_slowness(p->ledger, work, post->told->machine->name) : 1);
    }
    vec_push(&p->lanes, (struct post_lane){preset, lane});
    return lane;
}

static struct sched_lane *lane_of(struct posts *p, const struct work *work)
{
    const json_t *preset = work_is_made_here(work) ? NULL : work->preset;

    for (size_t i = 0; i < p->lanes.n; i++)
        if (p->lanes.at[i].preset == preset)
            return p->lanes.at[i].lane;
    return add_lane(p, work, preset);
}

void posts_fill(struct posts *p, const struct work *work, struct sched_step *step)
{
    step->lane = lane_of(p, work);
    step->index = work->step->index;
    step->seconds = work->seconds;
}
