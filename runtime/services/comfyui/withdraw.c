// SPDX-License-Identifier: MIT
// Withdrawing a prompt: out of the queue when it waits there, interrupted when it runs, and then
// the server has let go of it. Only what the queue says is ours is interrupted: older servers stop
// whatever runs. What has ended before it could be stopped stays: its files are good, or nobody
// asks for them.
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/run.h"

enum {
    LOOK_MS = 500,
    AGAIN_MS = 5000,  // before an interrupt is sent again: it may have hit another prompt
    MOST_MS = 60000,  // a node may look at it only when it is through
    SILENT_MS = 5000, // a server that does not answer is not waited for
};

static void look(struct comfyui_run *r);

static void end(struct comfyui_run *r, bool gone)
{
    struct err fate = r->fate;

    r->found = true; // or nothing is to be found
    if (!gone && r->unwanted)
        fate.kind = ERR_AWAY;
    if (gone)
        comfyui_fail(r, &fate, r->help);
    else
        comfyui_leave(r, &fate, r->help);
}

static void end_as(struct comfyui_run *r, enum comfyui_end how, const struct err *fate)
{
    r->found = true;
    if (how == COMFYUI_END_SUCCESS)
        comfyui_leave(r, fate, r->help);
    else
        comfyui_fail(r, fate, r->help);
}

static void ask_history(struct comfyui_run *r, void (*then)(struct comfyui_run *r, struct call *c))
{
    const char *route =
        arena_printf(r->attempt->arena, "/history/%s", call_encode(r->attempt->arena, r->id));

    comfyui_ask(r, &(struct ask){.route = route, .quiet_ms = SILENT_MS}, then);
}

// False with *err: the server does not say.
static bool read_end(struct comfyui_run *r, const struct call *c, enum comfyui_end *how,
                     struct err *err)
{
    json_t *history = comfyui_answered(r, c, err) ? call_json(c, err) : NULL;
    bool told = history != NULL;

    *how = comfyui_judge(history, r->id).end;
    json_decref(history);
    return told;
}

static void told_end(struct comfyui_run *r, struct call *c)
{
    struct err err, fate = r->fate;
    enum comfyui_end how;

    if (read_end(r, c, &how, &err))
        end_as(r, how, &fate);
    else
        end(r, false);
}

// It is in the queue no more. Only what was stopped on purpose would be wanted again.
static void have_gone(struct comfyui_run *r)
{
    if (r->fate.kind == ERR_CANCELLED)
        ask_history(r, told_end);
    else
        end(r, true);
}

static void sent(struct comfyui_run *r, struct call *c)
{
    struct err err;

    if (call_ok(c, &err))
        r->answered_ms = comfyui_now(r);
    comfyui_later(r, LOOK_MS, look);
}

static void delete_waiting(struct comfyui_run *r,
                           void (*then)(struct comfyui_run *r, struct call *c))
{
    json_t *body = json_pack("{s:[s]}", "delete", r->id);

    comfyui_ask(r, &(struct ask){.route = "/queue", .json = body, .quiet_ms = SILENT_MS}, then);
    json_decref(body);
}

static void interrupt(struct comfyui_run *r)
{
    json_t *body = json_pack("{s:s}", "prompt_id", r->id);

    r->interrupted_ms = comfyui_now(r);
    comfyui_ask(r, &(struct ask){.route = "/interrupt", .json = body, .quiet_ms = SILENT_MS}, sent);
    json_decref(body);
}

static bool holds(const json_t *queue, const char *list, const char *id)
{
    json_t *item;
    size_t i;

    json_array_foreach(json_object_get(queue, list), i, item) {
        const char *own = json_string_value(json_array_get(item, 1));

        if (own && strcmp(own, id) == 0)
            return true;
    }
    return false;
}

static void looked(struct comfyui_run *r, struct call *c)
{
    struct err err;
    json_t *queue = call_ok(c, &err) ? call_json(c, &err) : NULL;
    bool waits = holds(queue, "queue_pending", r->id), runs = holds(queue, "queue_running", r->id);
    int64_t now_ms = comfyui_now(r);

    if (queue)
        r->answered_ms = now_ms;
    json_decref(queue);
    if (queue && !waits && !runs)
        have_gone(r);
    else if (queue && !waits && r->unwanted && r->interrupted_ms)
        end(r, true);
    else if (now_ms - r->since_ms > MOST_MS || now_ms - r->answered_ms > SILENT_MS)
        end(r, false);
    else if (waits)
        delete_waiting(r, sent);
    else if (runs && (!r->interrupted_ms || now_ms - r->interrupted_ms > AGAIN_MS))
        interrupt(r);
    else
        comfyui_later(r, LOOK_MS, look);
}

static void look(struct comfyui_run *r)
{
    comfyui_ask(r, &(struct ask){.route = "/queue", .quiet_ms = SILENT_MS}, looked);
}

static void deleted(struct comfyui_run *r, struct call *c)
{
    (void)c;
    look(r);
}

void comfyui_withdraw(struct comfyui_run *r, const struct err *fate, const char *help)
{
    comfyui_stop(r);
    r->fate = *fate;
    r->help = help;
    r->interrupted_ms = 0;
    r->since_ms = r->answered_ms = comfyui_now(r);
    delete_waiting(r, deleted);
}

static void asked(struct comfyui_run *r, struct call *c)
{
    struct err err;
    enum comfyui_end how;

    if (!read_end(r, c, &how, &err)) {
        err.kind = ERR_AWAY;
        comfyui_leave(r, &err, NULL);
        return;
    }
    err_set(&err, ERR_CANCELLED, "not wanted any more");
    if (how == COMFYUI_END_NOT)
        comfyui_withdraw(r, &err, NULL);
    else
        end_as(r, how, &err);
}

void comfyui_take_away(struct comfyui_run *r)
{
    r->unwanted = true;
    ask_history(r, asked);
}
