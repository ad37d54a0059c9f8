// SPDX-License-Identifier: MIT
// What a speech server says of itself: whether it is well, its models, its voices.
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/speech.h"
#include "runtime/services/speech/voices.h"

enum { QUIET_MS = 20000, MOST_ANSWER_BYTES = 8 << 20 };

// One look: its health, its models, its voices, as far as the dialect has routes for them.
enum question { ASK_HEALTH, ASK_MODELS, ASK_VOICES, N_QUESTIONS };

struct look {
    struct inspection *inspection;
    struct speech *speech;
    enum question at;
    bool heard; // an answer of any kind
    int64_t since_ms;
};

static const char *route_of(const struct look *l, enum question q)
{
    const struct speech_dialect *d = l->speech->dialect;
    const char *routes[N_QUESTIONS] = {d->health, d->models.route,
                                       d->voices.of_model ? NULL : d->voices.route};

    return routes[q];
}

static json_t *names_in(const struct speech_list *list, const json_t *answer)
{
    json_t *entries = speech_list_read(list, answer), *names = json_array(), *entry;
    size_t i;

    json_array_foreach(entries, i, entry)
        json_array_append(names, json_object_get(entry, "name"));
    json_decref(entries);
    return names;
}

static void remember_version(struct service *s, const char *version)
{
    json_t *print = json_pack("{s:s}", "version", version);

    buf_clear(&s->print);
    json_canonical(print, &s->print);
    json_decref(print);
}

static void keep(struct look *l, const json_t *answer)
{
    const struct speech_dialect *d = l->speech->dialect;
    const char *version = json_get_text(answer, "version", NULL);
    json_t *told = l->inspection->told;

    if (l->at == ASK_MODELS)
        json_object_set_new(told, "models",
                            json_pack("{s:o}", "speech", names_in(&d->models, answer)));
    else if (l->at == ASK_VOICES)
        json_object_set_new(told, "voices", names_in(&d->voices, answer));
    if (version && l->at == ASK_HEALTH) {
        json_object_set_new(told, "version", json_string(version));
        remember_version(l->speech->service, version);
    }
}

static void ask_next(struct look *l);

static void answered(struct call *c)
{
    struct look *l = c->user;
    struct inspection *i = l->inspection;
    struct err err = {0};
    bool ok = call_ok(c, &err);
    json_t *answer = ok ? call_json(c, &err) : NULL;

    l->speech->look = NULL;
    if (!l->heard)
        i->latency_ms = (double)(services_now_ms(l->speech->service->services) - l->since_ms);
    l->heard = true;
    if (answer)
        keep(l, answer);
    json_decref(answer);
    // A route that is not there is no fault: the server is.
    if (!ok && err.kind != ERR_FINAL) {
        i->up = false;
        i->err = err;
        i->done(i);
        return;
    }
    l->at++;
    ask_next(l);
}

static void ask_next(struct look *l)
{
    const char *route = NULL;
    struct ask ask = {
        .quiet_ms = QUIET_MS, .most_bytes = MOST_ANSWER_BYTES, .done = answered, .user = l};

    while (l->at < N_QUESTIONS && !(route = route_of(l, l->at)))
        l->at++;
    if (!route) {
        l->inspection->up = true;
        l->inspection->done(l->inspection);
        return;
    }
    ask.route = route;
    l->speech->look = call_start(l->speech->service, &l->speech->endpoint, &ask);
}

void speech_inspect(struct inspection *i)
{
    struct look *l = arena_make(i->service->arena, struct look);

    *l = (struct look){.inspection = i, .speech = i->service->own};
    l->since_ms = services_now_ms(l->speech->service->services);
    i->own = l;
    i->told = json_object();
    ask_next(l);
}

__attribute__((format(printf, 3, 4))) static void add(json_t *list, const char *help,
                                                      const char *format, ...)
{
    va_list args;
    struct buf what = {0};

    va_start(args, format);
    buf_vprintf(&what, format, args);
    va_end(args);
    json_array_append_new(list, json_pack("{s:s, s:s}", "what", buf_text(&what), "help", help));
    buf_release(&what);
}

static bool has(const json_t *names, const char *wanted)
{
    json_t *name;
    size_t i;

    json_array_foreach(names, i, name)
        if (strcasecmp(json_string_value(name), wanted) == 0)
            return true;
    return false;
}

static void compare_models(const struct speech *s, const json_t *there, const json_t *models,
                           json_t *list)
{
    static const char *const keys[N_WAYS] = {"named", "clone", "design"};

    if (!s->dialect->words[WORD_MODEL] || s->dialect->loads_models || !json_array_size(there))
        return;
    for (size_t i = 0; i < N_WAYS; i++) {
        const char *model = json_get_text(models, keys[i], NULL);

        if (model && s->dialect->ways[i].route && !has(there, model))
            add(list, "load it there, or write a preset whose request names one that it has",
                "the model %s", model);
    }
}

static bool makes_any(const struct speech *s, const json_t *models)
{
    static const char *const keys[N_WAYS] = {"named", "clone", "design"};

    for (size_t i = 0; i < N_WAYS; i++)
        if (json_object_get(models, keys[i]) && s->dialect->ways[i].route)
            return true;
    return json_object_size(models) == 0;
}

void speech_compare(const struct inspection *i, const json_t *preset, json_t *list)
{
    const struct speech *s = i->service->own;
    const json_t *request = json_object_get(preset, "request");
    const json_t *models = json_object_get(request, "models");
    const json_t *voices = json_object_get(i->told, "voices");
    const char *voice = json_get_text(request, "voice", NULL);

    if (!makes_any(s, models))
        add(list, "use a service of another dialect for it",
            "a way to speak as the preset does: the dialect %s has none", s->dialect->name);
    compare_models(s, json_object_get(json_object_get(i->told, "models"), "speech"), models, list);
    if (voice && json_array_size(voices) && s->dialect->ways[WAY_NAMED].route &&
        !has(voices, voice))
        add(list, "name another one: voice: NAME", "the voice %s, which is the preset's own",
            voice);
}
