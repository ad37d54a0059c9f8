// SPDX-License-Identifier: MIT
// Fetching a model that an Ollama server does not have, where the studio allows it.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/ollama.h"

enum { MOST_LAYERS = 1000 };

void ollama_pull_hear(struct ollama_pull *p, struct str line)
{
    struct err bad;
    json_t *said = str_trim(line).len ? json_read_loose(line, &bad) : NULL;
    const char *fault = json_get_text(said, "error", NULL),
               *digest = json_get_text(said, "digest", NULL);

    if (fault && !p->fault.len)
        buf_puts(&p->fault, fault);
    if (strcmp(json_get_text(said, "status", ""), "success") == 0)
        p->done = true;
    if (!p->layers)
        p->layers = json_object();
    if (digest && json_object_size(p->layers) < MOST_LAYERS)
        json_object_set_new(p->layers, digest,
                            json_pack("[f, f]", json_get_number(said, "completed", 0),
                                      json_get_number(said, "total", 0)));
    json_decref(said);
}

void ollama_pull_sum(const struct ollama_pull *p, double *completed, double *total)
{
    const char *digest;
    json_t *layer;

    *completed = *total = 0;
    json_object_foreach(p->layers, digest, layer) {
        *completed += json_number_value(json_array_get(layer, 0));
        *total += json_number_value(json_array_get(layer, 1));
    }
}

void ollama_pull_release(struct ollama_pull *p)
{
    json_decref(p->layers);
    buf_release(&p->fault);
    *p = (struct ollama_pull){0};
}

static void hear(void *user, struct str line)
{
    struct chat *c = user;
    struct ollama_pull *p = &((struct ollama_chat *)c->own)->pull;
    double completed, total;

    ollama_pull_hear(p, line);
    ollama_pull_sum(p, &completed, &total);
    c->attempt->done = completed;
    c->attempt->total = total;
}

// A download that broke off goes on where it was, so it is tried again; a name that nobody knows,
// or a full disk, stays what it is.
static enum err_kind kind_of(const char *fault)
{
    static const char *const lasting[] = {"does not exist", "not found", "no space",
                                          "newer version",  "invalid",   "unauthorized"};

    for (size_t i = 0; i < sizeof(lasting) / sizeof(*lasting); i++)
        if (str_mentions(str_of(fault), lasting[i]))
            return ERR_FINAL;
    return ERR_TRANSIENT;
}

static void fail(struct chat *c, const char *fault)
{
    struct ollama *o = (struct ollama *)c->chats;
    const char *near = ollama_near(c->attempt->arena, o->tags, chat_model(c));
    struct err err;

    err_set(&err, kind_of(fault), "%s cannot fetch the model %s: %s", c->service->told->name,
            chat_model(c), fault);
    endpoint_hush(&c->chats->endpoint, err.text);
    if (near)
        chat_help(c, "%s", near);
    chat_fail(c, &err);
}

static void pulled(struct call *call)
{
    struct chat *c = call->user;
    struct ollama_pull *p = &((struct ollama_chat *)c->own)->pull, own = *p;
    struct ollama *o = (struct ollama *)c->chats;
    struct err err;

    *p = (struct ollama_pull){0};
    c->attempt->done = c->attempt->total = 0;
    if (own.fault.len) {
        fail(c, buf_text(&own.fault));
    } else if (own.done) {
        attempt_note(c->attempt, "%s has fetched the model %s", c->service->told->name,
                     chat_model(c));
        o->tags_ms = 0; // there is a new one
        c->chats->dialect->ready(c);
    } else if (!call_ok(call, &err)) {
        chat_refused(c, call);
    } else {
        fail(c, "the download stopped before its end");
    }
    ollama_pull_release(&own);
}

void ollama_pull(struct chat *c)
{
    struct ollama_chat *own = c->own;
    json_t *body = json_pack("{s:s, s:b}", "model", chat_model(c), "stream", true);

    own->pulled = true;
    c->attempt->doing = arena_printf(c->attempt->arena, "fetches %s", chat_model(c));
    ollama_pull_release(&own->pull);
    chat_listen(c, "/api/pull", body, CHAT_FIRST_MS, hear, c, pulled);
    json_decref(body);
}
