// SPDX-License-Identifier: MIT
// The driver `openai`: language models of any server that speaks OpenAI's chat completions:
// llama.cpp, LM Studio, vLLM and many more.
#include "runtime/services/openai.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/chat/chat.h"

enum { LOOK_QUIET_MS = 10 * 1000, LEAST_ROOM = 1024, MORE = 4 };

// A service of this driver, from open until close.
struct openai {
    struct chats chats; // first
    struct call *looking;
};

static void ready(struct chat *c)
{
    openai_settle(c->body);
    chat_send(c);
}

struct trouble {
    long status;
    const char *says; // a part of the server's words, in any case; NULL: whatever it says
    const char *help;
};

// The first that fits. What kind of failure a status is, calls know.
static const struct trouble troubles[] = {
    {400, "context",
     "its server has too small a context for this prompt: start it with a larger "
     "one, or shorten the brief"},
    {400, NULL, "the preset's request is not what this server takes"},
    {404, "model", "`c41 studio` lists the models that it has"},
    {404, NULL, "is its url right? It is written without /v1/chat/completions"},
    {405, NULL, "is its url right? It is written without /v1/chat/completions"},
    {413, NULL, "shorten the brief, or show it smaller pictures"},
    {422, NULL, "the preset's request is not what this server takes"},
};

static bool failed(struct chat *c, const struct call *call, struct err *err)
{
    struct str words = str_of(call_words(call));

    (void)err; // as its status says
    for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++) {
        const struct trouble *t = &troubles[i];

        if (t->status != call->http.status || (t->says && !str_mentions(words, t->says)))
            continue;
        chat_help(c, "%s", t->help);
        break;
    }
    return true;
}

static bool more_room(struct chat *c)
{
    static const char *const names[] = {"max_tokens", "max_completion_tokens"};

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        json_int_t most = json_get_integer(c->body, names[i], 0) * MORE;

        if (most <= 0)
            continue;
        json_object_set_new(c->body, names[i], json_integer(most > LEAST_ROOM ? most : LEAST_ROOM));
        return true;
    }
    return false;
}

static const struct chat_dialect dialect = {
    .route = "/v1/chat/completions",
    .ready = ready,
    .hear = reply_hear_openai,
    .end = reply_end_openai,
    .failed = failed,
    .more_room = more_room,
    .room = "raise max_tokens in the preset's request, or ask for less",
    .schema = openai_schema,
};

static bool open_service(struct service *s, struct err *err)
{
    struct openai *o = arena_make(s->arena, struct openai);

    o->chats.dialect = &dialect;
    if (!endpoint_init(&o->chats.endpoint, s, err))
        return false;
    endpoint_drop(&o->chats.endpoint, "/v1", s->arena);
    s->own = o;
    return true;
}

static void close_service(struct service *s)
{
    struct openai *o = s->own;

    call_cancel(o->looking);
}

static void tick(struct service *s, int64_t now)
{
    struct openai *o = s->own;

    chats_tick(&o->chats, now);
}

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    struct openai *o = a->service->own;

    (void)s;
    return chat_start(&o->chats, a, err);
}

struct look {
    struct inspection *i;
    int64_t since_ms;
};

static void listed(struct call *call)
{
    struct look *l = call->user;
    struct openai *o = l->i->service->own;
    json_t *answer, *names, *model;
    size_t k;

    o->looking = NULL;
    l->i->latency_ms = (double)(services_now_ms(l->i->service->services) - l->since_ms);
    answer = call_ok(call, &l->i->err) ? call_json(call, &l->i->err) : NULL;
    l->i->up = answer != NULL;
    if (answer) {
        names = json_array();
        json_array_foreach(json_object_get(answer, "data"), k, model)
            json_array_append_new(names, json_string(json_get_text(model, "id", "")));
        l->i->told = json_pack("{s:{s:o}}", "models", "openai", names);
    }
    json_decref(answer);
    l->i->done(l->i);
}

static void inspect(struct inspection *i)
{
    struct openai *o = i->service->own;
    struct look *l = arena_make(i->service->arena, struct look);
    struct ask ask = {.route = "/v1/models", .quiet_ms = LOOK_QUIET_MS, .done = listed, .user = l};

    *l = (struct look){i, services_now_ms(i->service->services)};
    o->looking = call_start(i->service, &o->chats.endpoint, &ask);
}

static bool is_there(const json_t *names, const char *model)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(json_string_value(json_array_get(names, i)), model) == 0)
            return true;
    return false;
}

static const char *near(const json_t *names, const char *model, struct arena *a)
{
    const char **list = arena_array(a, const char *, json_array_size(names) + 1), *name;

    for (size_t i = 0; i < json_array_size(names); i++)
        list[i] = json_string_value(json_array_get(names, i));
    name = str_nearest(model, list, json_array_size(names));
    return name ? arena_printf(a, "did you mean %s?", name) : "load it there";
}

static void compare(const struct inspection *i, const json_t *preset, json_t *list)
{
    const json_t *names = json_object_get(json_object_get(i->told, "models"), "openai"),
                 *needed = json_object_get(
                     json_object_get(json_object_get(preset, "needs"), "models"), "openai");
    json_t *name;
    size_t k;

    json_array_foreach(needed, k, name) {
        const char *model = json_string_value(name);

        if (model && !is_there(names, model))
            json_array_append_new(list, json_pack("{s:o, s:s}", "what",
                                                  json_sprintf("the model %s", model), "help",
                                                  near(names, model, i->service->arena)));
    }
}

const struct driver driver_openai = {
    .name = "openai",
    .at_once = 1,
    .open = open_service,
    .close = close_service,
    .tick = tick,
    .inspect = inspect,
    .compare = compare,
    .start = start,
    .cancel = chat_cancel,
};
