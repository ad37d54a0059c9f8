// SPDX-License-Identifier: MIT
#include "runtime/engine.h"

#include <unistd.h>

#include "base/err.h"
#include "runtime/loop.h"
#include "runtime/media/media.h"
#include "base/module.h"
#include "runtime/pool.h"

unsigned engine_cores(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n > 0 ? (unsigned)n : 1;
}

static void ring(void *user)
{
    struct engine *e = user;

    e->api->wake(e->loop);
}

bool engine_start(struct engine *e, unsigned workers, struct err *err)
{
    const struct loop_api *api;

    if (e->api)
        return true;
    api = module_load(e->module_dir, "c41-net", "c41_loop", err);
    if (!api || !(e->loop = api->open(err)))
        return false;
    e->api = api;
    interrupt_start(&e->interrupt, ring, e);
    e->pool = pool_new(workers ? workers : engine_cores(), ring, e);
    return true;
}

bool engine_load_media(struct engine *e, struct err *err)
{
    if (!e->media)
        e->media = module_load(e->module_dir, "c41-media", "c41_media", err);
    return e->media != NULL;
}

bool engine_wait(struct engine *e, int wait_ms, struct err *err)
{
    if (pool_collect(e->pool))
        return true;
    if (!e->api->poll(e->loop, wait_ms, err))
        return false;
    pool_collect(e->pool);
    return true;
}

unsigned engine_interrupts(const struct engine *e)
{
    return e->api ? e->interrupt.count : 0;
}

void engine_stop(struct engine *e)
{
    if (!e->api)
        return;
    pool_free(e->pool);
    interrupt_stop(&e->interrupt);
    e->api->close(e->loop);
    e->api = NULL;
}
