// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/loop.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/news.h"
#include "runtime/services/comfyui/run.h"
#include "runtime/services/comfyui/server.h"

enum { FIRST_PAUSE_MS = 1000, LAST_PAUSE_MS = 30000 };

static void opened(struct ws *ws)
{
    struct comfyui *c = ws->user;

    c->watch.open = true;
    c->watch.failures = 0;
}

static void heard(struct ws *ws, bool binary, struct str text)
{
    struct comfyui *c = ws->user;
    struct err err;
    json_t *message = binary ? NULL : json_read_loose(text, &err); // binary: previews
    struct comfyui_news news = comfyui_news_read(message);

    for (struct comfyui_run *r = c->runs; news.kind != COMFYUI_NEWS_NONE && r; r = r->next)
        if (strcmp(r->id, news.prompt) == 0)
            comfyui_hear(r, &news);
    json_decref(message);
}

// A restart begins like this: what was known of the server is asked again.
static void closed(struct ws *ws)
{
    struct comfyui *c = ws->user;
    struct comfyui_watch *w = &c->watch;
    int pause_ms = w->failures < 5 ? FIRST_PAUSE_MS << w->failures : LAST_PAUSE_MS;

    if (w->open)
        comfyui_forget(c);
    w->started = w->open = false;
    w->failures++;
    w->again_ms = services_now_ms(c->service->services) + pause_ms;
}

static void open_socket(struct comfyui *c)
{
    const struct services *s = c->service->services;
    struct comfyui_watch *w = &c->watch;

    w->ws.headers = c->endpoint.headers;
    w->ws.ca = c->endpoint.ca;
    w->ws.opened = opened;
    w->ws.heard = heard;
    w->ws.closed = closed;
    w->ws.user = c;
    w->started = true;
    s->net->http.open(s->loop, &w->ws);
}

static void name(struct comfyui *c)
{
    c->watch.ws.url = arena_printf(c->service->arena, "%s/ws?clientId=%s", c->endpoint.base,
                                   call_encode(c->service->arena, c->watch.client));
}

static void take_id(struct comfyui *c, const char *seed)
{
    struct comfyui_watch *w = &c->watch;

    comfyui_make_id(seed, w->renewed++, w->client);
    name(c);
}

static void start(struct comfyui *c)
{
    if (!c->watch.started && services_now_ms(c->service->services) >= c->watch.again_ms)
        open_socket(c);
}

void comfyui_watch_start(struct comfyui *c, const char *seed)
{
    if (!c->watch.client[0])
        take_id(c, seed);
    start(c);
}

void comfyui_watch_join(struct comfyui *c, const char *client)
{
    struct comfyui_watch *w = &c->watch;

    if (!w->client[0] && client[0] && strlen(client) < sizeof(w->client)) {
        snprintf(w->client, sizeof(w->client), "%s", client);
        name(c);
        start(c);
    }
}

// Prompts that run were sent with the id of the socket that broke, so the new one has it too.
void comfyui_watch_tick(struct comfyui *c, int64_t now_ms)
{
    struct comfyui_watch *w = &c->watch;

    if (w->client[0] && !w->started && c->runs && now_ms >= w->again_ms)
        open_socket(c);
}

void comfyui_watch_close(struct comfyui *c)
{
    if (c->watch.started)
        c->service->services->net->http.close(&c->watch.ws);
    c->watch.started = c->watch.open = false;
}

void comfyui_watch_renew(struct comfyui *c)
{
    char old[UUID_BYTES];

    memcpy(old, c->watch.client, sizeof(old));
    comfyui_watch_close(c);
    take_id(c, old);
    open_socket(c);
}
