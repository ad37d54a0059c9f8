// SPDX-License-Identifier: MIT
// What an Ollama server says of itself: its version, its models, which of them are in memory.
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/ollama.h"

enum { LOOK_QUIET_MS = 10 * 1000 };

struct look {
    struct inspection *i;
    struct ollama *ollama;
    int64_t since_ms;
    void (*told)(struct look *l, const struct call *call);
};

static void done(struct call *call)
{
    struct look *l = call->user;

    l->ollama->looking = NULL;
    l->told(l, call);
}

static void ask(struct look *l, const char *route,
                void (*told)(struct look *l, const struct call *call))
{
    struct ask ask = {.route = route, .quiet_ms = LOOK_QUIET_MS, .done = done, .user = l};

    l->told = told;
    l->ollama->looking = call_start(l->i->service, &l->ollama->chats.endpoint, &ask);
}

static void down(struct look *l, const struct err *err)
{
    l->i->up = false;
    l->i->err = *err;
    l->i->done(l->i);
}

// An answer as JSON, a new value; NULL after the inspection has ended.
static json_t *answer_of(struct look *l, const struct call *call)
{
    struct err err;
    json_t *answer = call_ok(call, &err) ? call_json(call, &err) : NULL;

    if (!answer)
        down(l, &err);
    return answer;
}

// Older servers do not tell which models are in memory.
static void loaded(struct look *l, const struct call *call)
{
    struct err err;
    json_t *answer = call_ok(call, &err) ? call_json(call, &err) : NULL, *model;
    json_t *names = json_array();
    size_t i;

    json_array_foreach(json_object_get(answer, "models"), i, model)
        json_array_append_new(names, json_string(json_get_text(model, "name", "")));
    if (answer)
        json_object_set(l->i->told, "loaded", names);
    json_decref(names);
    json_decref(answer);
    l->i->up = true;
    l->i->done(l->i);
}

static void tagged(struct look *l, const struct call *call)
{
    json_t *answer = answer_of(l, call), *tags, *digest, *names;
    const char *name;

    if (!answer)
        return;
    tags = ollama_read_tags(answer);
    names = json_array();
    json_object_foreach(tags, name, digest)
        json_array_append_new(names, json_string(name));
    json_object_set_new(l->i->told, "models", json_pack("{s:o}", "ollama", names));
    ollama_keep_tags(l->i->service, tags);
    json_decref(answer);
    ask(l, "/api/ps", loaded);
}

static void versioned(struct look *l, const struct call *call)
{
    struct err err;
    json_t *answer;

    if (call->http.err.kind == ERR_NONE && call->http.status == 404) {
        err_set(&err, ERR_FINAL, "%s answers, but is no Ollama server", l->i->service->told->name);
        down(l, &err);
        return;
    }
    l->i->latency_ms = (double)(services_now_ms(l->i->service->services) - l->since_ms);
    answer = answer_of(l, call);
    if (!answer)
        return;
    json_object_set_new(l->i->told, "version", json_string(json_get_text(answer, "version", "")));
    json_decref(answer);
    ask(l, "/api/tags", tagged);
}

void ollama_inspect(struct inspection *i)
{
    struct look *l = arena_make(i->service->arena, struct look);

    *l = (struct look){.i = i, .ollama = i->service->own};
    l->since_ms = services_now_ms(l->i->service->services);
    i->told = json_object();
    ask(l, "/api/version", versioned);
}

static bool is_there(const json_t *installed, const char *model)
{
    for (size_t i = 0; i < json_array_size(installed); i++)
        if (ollama_same(json_string_value(json_array_get(installed, i)), model))
            return true;
    return false;
}

void ollama_compare(const struct inspection *i, const json_t *preset, json_t *list)
{
    const json_t *installed = json_object_get(json_object_get(i->told, "models"), "ollama"),
                 *needed = json_object_get(
                     json_object_get(json_object_get(preset, "needs"), "models"), "ollama");
    struct arena *a = i->service->arena;
    json_t *name;
    size_t k;

    json_array_foreach(needed, k, name) {
        const char *model = json_string_value(name), *near;

        if (!model || is_there(installed, model))
            continue;
        near = ollama_near(a, installed, model);
        json_array_append_new(list, json_pack("{s:o, s:o}", "what",
                                              json_sprintf("the model %s", model), "help",
                                              json_sprintf("run `ollama pull %s` on %s%s%s", model,
                                                           i->service->told->machine->name,
                                                           near ? "; " : "", near ? near : "")));
    }
}
