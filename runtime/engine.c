// SPDX-License-Identifier: MIT
#include "runtime/engine.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/module.h"
#include "base/team.h"
#include "runtime/loop.h"
#include "runtime/media/media.h"
#include "runtime/pool.h"

// What rings before there is a loop finds nobody waiting in it.
static void ring(void *user)
{
    struct engine *e = user;
    struct loop *loop = e->loop;

    if (loop)
        e->api->wake(loop);
}

void engine_start(struct engine *e, unsigned workers)
{
    if (e->pool)
        return;
    interrupt_start(&e->interrupt, ring, e);
    e->pool = pool_new(workers ? workers : team_cores(), ring, e);
}

bool engine_load_loop(struct engine *e, struct err *err)
{
    if (!e->api)
        e->api = module_load(e->module_dir, "c41-net", "c41_loop", err);
    if (e->api && !e->loop)
        e->loop = e->api->open(err);
    return e->loop != NULL;
}

bool engine_load_media(struct engine *e, struct err *err)
{
    if (e->media)
        return true;
    mem_hold(); // encoders, one after the other
    e->media = module_load(e->module_dir, "c41-media", "c41_media", err);
    return e->media != NULL;
}

bool engine_wait(struct engine *e, int wait_ms, struct err *err)
{
    if (pool_collect(e->pool))
        return true;
    if (!e->loop)
        pool_wait(e->pool);
    else if (!e->api->poll(e->loop, wait_ms, err))
        return false;
    pool_collect(e->pool);
    return true;
}

unsigned engine_interrupts(const struct engine *e)
{
    return e->pool ? e->interrupt.count : 0;
}

void engine_stop(struct engine *e)
{
    if (!e->pool)
        return;
    pool_free(e->pool);
    interrupt_stop(&e->interrupt);
    if (e->loop)
        e->api->close(e->loop);
    e->loop = NULL;
    e->pool = NULL;
}
