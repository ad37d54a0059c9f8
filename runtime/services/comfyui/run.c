// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/run.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/kept.h"

enum { CLASSES_QUIET_MS = 120000, TURN_MS = 50 };

int64_t comfyui_now(const struct comfyui_run *r)
{
    return services_now_ms(r->server->service->services);
}

static void answered(struct call *call)
{
    struct comfyui_run *r = call->user;

    r->call = NULL;
    r->then(r, call);
}

void comfyui_ask(struct comfyui_run *r, struct ask *ask,
                 void (*then)(struct comfyui_run *r, struct call *c))
{
    ask->done = answered;
    ask->user = r;
    ask->quiet_ms = ask->quiet_ms ? ask->quiet_ms : COMFYUI_QUIET_MS;
    r->later = NULL;
    r->then = then;
    r->call = call_start(r->server->service, &r->server->endpoint, ask);
}

void comfyui_later(struct comfyui_run *r, int ms, void (*later)(struct comfyui_run *r))
{
    r->later = later;
    r->later_ms = comfyui_now(r) + ms;
}

void comfyui_stop(struct comfyui_run *r)
{
    call_cancel(r->call);
    r->call = NULL;
    r->later = NULL;
    digester_free(r->digester);
    r->digester = NULL;
}

bool comfyui_answered(struct comfyui_run *r, const struct call *c, struct err *err)
{
    if (call_ok(c, err))
        return true;
    if (c->http.status == 0)
        comfyui_forget(r->server);
    return false;
}

void comfyui_run_let_go(struct comfyui_run *r)
{
    struct comfyui_run **at = &r->server->runs;

    while (*at && *at != r)
        at = &(*at)->next;
    if (*at)
        *at = r->next;
    comfyui_stop(r);
    if (r->server->asker == r)
        r->server->asker = NULL;
    json_decref(r->graph);
    json_decref(r->texts);
    r->graph = r->texts = NULL;
}

void comfyui_fail(struct comfyui_run *r, const struct err *err, const char *help)
{
    struct err told = *err;
    struct attempt *a = r->attempt;

    comfyui_run_let_go(r);
    endpoint_hush(&r->server->endpoint, told.text);
    if (a->log.len)
        endpoint_hush(&r->server->endpoint, a->log.ptr);
    a->help = help;
    a->left = a->left || (r->adopted && !r->found);
    attempt_fail(a, &told);
}

void comfyui_leave(struct comfyui_run *r, const struct err *err, const char *help)
{
    r->attempt->left = true;
    comfyui_fail(r, err, help);
}

static void go_on(struct comfyui_run *r)
{
    r->server->asker = NULL;
    comfyui_upload(r);
}

static void learned_classes(struct comfyui_run *r, struct call *c)
{
    comfyui_learn_classes(r->server, c);
    go_on(r);
}

void comfyui_ask_classes(struct comfyui_run *r, void (*then)(struct comfyui_run *r, struct call *c))
{
    comfyui_ask(r, &(struct ask){.route = "/object_info", .quiet_ms = CLASSES_QUIET_MS}, then);
}

static void learned(struct comfyui_run *r, struct call *c)
{
    struct err err;

    if (!comfyui_learn(r->server, c, &err)) {
        comfyui_fail(r, &err, NULL);
        return;
    }
    if (!r->server->classes)
        comfyui_kept_load(r->server);
    if (r->server->classes)
        go_on(r);
    else
        comfyui_ask_classes(r, learned_classes);
}

// One asks what the server is, which others wait for.
static void begin(struct comfyui_run *r)
{
    struct comfyui *c = r->server;

    if (c->asker) {
        comfyui_later(r, TURN_MS, begin);
    } else if (c->known) {
        comfyui_upload(r);
    } else {
        c->asker = r;
        comfyui_ask(r, &(struct ask){.route = "/system_stats"}, learned);
    }
}

static struct comfyui_run *make(struct comfyui *c, struct attempt *a)
{
    struct comfyui_run *r = arena_make(a->arena, struct comfyui_run);

    r->server = c;
    r->attempt = a;
    r->next = c->runs;
    c->runs = r;
    a->own = r;
    r->adopted = a->sent != NULL;
    if (r->adopted)
        snprintf(r->id, sizeof(r->id), "%s", a->sent);
    return r;
}

void comfyui_run_start(struct comfyui *c, struct attempt *a)
{
    struct comfyui_run *r = make(c, a);

    if (!comfyui_is_looking(c))
        comfyui_watch_start(c, a->id);
    begin(r);
}

void comfyui_run_withdraw(struct comfyui *c, struct attempt *a)
{
    comfyui_take_away(make(c, a));
}
