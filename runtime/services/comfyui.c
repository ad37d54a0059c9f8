// SPDX-License-Identifier: MIT
// The driver comfyui: workflows on a ComfyUI server. A run (comfyui/run.h) carries an attempt from
// its uploads to its files; the socket tells how far it is, the history how it ended.
#include "base/arena.h"
#include "base/err.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/inspect.h"
#include "runtime/services/comfyui/run.h"
#include "runtime/services/comfyui/object_info.h"

static bool comfyui_open(struct service *s, struct err *err)
{
    struct comfyui *c = arena_make(s->arena, struct comfyui);

    c->service = s;
    s->own = c;
    return endpoint_init(&c->endpoint, s, err);
}

static void comfyui_close(struct service *s)
{
    struct comfyui *c = s->own;

    comfyui_watch_close(c);
    call_cancel(c->freeing);
    map_release(&c->files);
    json_decref(c->stats);
    object_info_free(c->classes);
    c->stats = NULL;
    c->classes = NULL;
}

// A run that goes on may end itself, and so let another begin, which stands before all others.
static void comfyui_tick(struct service *s, int64_t now_ms)
{
    struct comfyui *c = s->own;
    struct comfyui_run *next;

    comfyui_watch_tick(c, now_ms);
    for (struct comfyui_run *r = c->runs; r; r = next) {
        void (*later)(struct comfyui_run * r) = r->later;

        next = r->next;
        comfyui_wait_tick(r, now_ms);
        if (!later || now_ms < r->later_ms)
            continue;
        r->later = NULL;
        later(r);
    }
}

static bool comfyui_start(const struct services *s, struct attempt *a, struct err *err)
{
    (void)s;
    (void)err;
    comfyui_run_start(a->service->own, a);
    return true;
}

static void comfyui_take_back(struct attempt *a)
{
    comfyui_run_withdraw(a->service->own, a);
}

static void comfyui_cancel(struct attempt *a)
{
    struct comfyui_run *r = a->own;
    struct err err;

    err_set(&err, ERR_CANCELLED, "stopped");
    if (r->cancelled)
        return;
    r->cancelled = true;
    if (r->arriving)
        a->job.cancelled = a->left = true;
    else if (r->copy)
        return; // ends when the copy has
    else if (r->files)
        comfyui_leave(r, &err, NULL); // it has ended, and is fetched another time
    else if (r->id[0])
        comfyui_withdraw(r, &err, NULL);
    else
        comfyui_fail(r, &err, NULL);
}

static bool recall_queued(struct attempt *a)
{
    const struct comfyui_run *r = a->own;

    if (!r->queued || r->cancelled)
        return false;
    comfyui_cancel(a);
    return true;
}

const struct driver driver_comfyui = {
    .name = "comfyui",
    .at_once = 2, // one waits there, so that the GPU never does
    .queues = true,
    .open = comfyui_open,
    .close = comfyui_close,
    .tick = comfyui_tick,
    .unload = comfyui_unload,
    .inspect = comfyui_inspect,
    .compare = comfyui_compare,
    .start = comfyui_start,
    .cancel = comfyui_cancel,
    .take_back = recall_queued,
    .reattach = comfyui_start,
    .withdraw = comfyui_take_back,
};
