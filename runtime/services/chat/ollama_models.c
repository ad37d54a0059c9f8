// SPDX-License-Identifier: MIT
// Models of an Ollama server: their names, what it says of them, unloading them.
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/loop.h"
#include "runtime/service.h"
#include "runtime/services/ollama.h"

enum { MOST_NEAR = 3, UNLOAD_MS = 3000, POLL_MS = 50, UNLOAD_QUIET_MS = 10 * 1000 };

// The tag is behind the last colon of the last part: a colon before it is a port's.
static bool has_tag(const char *name)
{
    const char *slash = strrchr(name, '/');

    return strchr(slash ? slash : name, ':');
}

char *ollama_full_name(struct arena *a, const char *name)
{
    char *full = arena_printf(a, "%s%s", name, has_tag(name) ? "" : ":latest");

    for (char *c = full; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return full;
}

bool ollama_same(const char *a, const char *b)
{
    static const char latest[] = ":latest";
    size_t len = strlen(a), other = strlen(b);

    if (has_tag(a) == has_tag(b))
        return strcasecmp(a, b) == 0;
    if (has_tag(b))
        return other == len + strlen(latest) && strncasecmp(a, b, len) == 0 &&
               strcasecmp(b + len, latest) == 0;
    return ollama_same(b, a);
}

static size_t base_len(const char *name)
{
    return has_tag(name) ? (size_t)(strrchr(name, ':') - name) : strlen(name);
}

// The names of a list of texts, or of an object by name.
static const char **names_of(struct arena *a, const json_t *installed, size_t *n)
{
    const char **names =
        arena_array(a, const char *, json_object_size(installed) + json_array_size(installed) + 1);
    const char *name;
    json_t *value;

    *n = 0;
    json_object_foreach((json_t *)(uintptr_t)installed, name, value)
        names[(*n)++] = name;
    for (size_t i = 0; i < json_array_size(installed); i++)
        if (json_is_string(json_array_get(installed, i)))
            names[(*n)++] = json_string_value(json_array_get(installed, i));
    return names;
}

const char *ollama_near(struct arena *a, const json_t *installed, const char *name)
{
    size_t n, len = base_len(name), found = 0;
    const char **names = names_of(a, installed, &n), *near;
    char *list = NULL;

    for (size_t i = 0; i < n && found < MOST_NEAR; i++) {
        if (base_len(names[i]) != len || strncasecmp(names[i], name, len) != 0)
            continue;
        list = list ? arena_printf(a, "%s, %s", list, names[i]) : arena_strdup(a, names[i]);
        found++;
    }
    near = list ? list : str_nearest(name, names, n);
    return near ? arena_printf(a, "did you mean %s?", near) : NULL;
}

json_t *ollama_read_tags(const json_t *answer)
{
    json_t *models = json_object_get(answer, "models"), *model, *tags;
    size_t i;

    if (!json_is_array(models))
        return NULL;
    tags = json_object();
    json_array_foreach(models, i, model) {
        const char *name = json_get_text(model, "name", json_get_text(model, "model", ""));

        if (name[0])
            json_object_set_new(tags, name, json_string(json_get_text(model, "digest", "")));
    }
    return tags;
}

// A model may be named without its tag, too, where that is the usual one.
static void put_print(const json_t *tags, struct buf *print)
{
    json_t *models = json_object(), *whole, *digest;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)tags, name, digest) {
        json_object_set(models, name, digest);
        if (str_ends(str_of(name), ":latest"))
            json_object_setn(models, name, strlen(name) - strlen(":latest"), digest);
    }
    whole = json_pack("{s:o}", "models", models);
    json_canonical(whole, print);
    json_decref(whole);
}

void ollama_keep_tags(struct service *s, json_t *tags)
{
    struct ollama *o = s->own;
    struct clock *clock = s->services->clock;

    json_decref(o->tags);
    o->tags = tags;
    o->tags_ms = clock->now_ms(clock);
    buf_clear(&s->print);
    if (tags)
        put_print(tags, &s->print);
}

json_t *ollama_read_show(const json_t *answer)
{
    const json_t *info = json_object_get(answer, "model_info"),
                 *capabilities = json_object_get(answer, "capabilities");
    const char *family = json_get_text(info, "general.architecture", "");
    json_t *known = json_object();
    char key[200];

    snprintf(key, sizeof(key), "%s.context_length", family);
    if (json_get_integer(info, key, 0) > 0)
        json_object_set_new(known, "context", json_integer(json_get_integer(info, key, 0)));
    if (json_array_size(capabilities))
        json_object_set_new(known, "capabilities", json_deep_copy(capabilities));
    return known;
}

static void unloaded(struct call *call)
{
    struct ollama *o = call->user;

    call->service->unloading--;
    for (size_t i = 0; i < o->unloads.n; i++)
        if (o->unloads.at[i] == call)
            o->unloads.at[i--] = o->unloads.at[--o->unloads.n];
}

void ollama_unload(struct service *s, const char *model)
{
    struct ollama *o = s->own;
    json_t *body = json_pack("{s:s, s:i, s:b}", "model", model, "keep_alive", 0, "stream", false);
    struct ask ask = {.route = "/api/generate",
                      .json = body,
                      .quiet_ms = UNLOAD_QUIET_MS,
                      .done = unloaded,
                      .user = o};

    s->unloading++;
    vec_push(&o->unloads, call_start(s, &o->chats.endpoint, &ask));
    json_decref(body);
}

void ollama_unload_used(struct service *s)
{
    struct ollama *o = s->own;
    const char *model;
    json_t *value;

    json_object_foreach(o->used, model, value)
        ollama_unload(s, model);
    json_object_clear(o->used);
}

void ollama_wait_for_unloads(struct service *s)
{
    struct ollama *o = s->own;
    struct clock *clock = s->services->clock;
    int64_t until_ms = clock->now_ms(clock) + UNLOAD_MS;
    struct err err;

    while (o->unloads.n && clock->now_ms(clock) < until_ms &&
           s->services->net->poll(s->services->loop, POLL_MS, &err))
        ;
    for (size_t i = 0; i < o->unloads.n; i++)
        call_cancel(o->unloads.at[i]);
    vec_release(&o->unloads);
}
