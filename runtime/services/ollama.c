// SPDX-License-Identifier: MIT
// The driver `ollama`: language models of an Ollama server, over its own API.
#include "runtime/services/ollama.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"

enum { TAGS_MS = 60 * 1000, LEAST_ROOM = 1024, MORE = 4 }; // how long a list of models is good

static struct ollama *ollama_of(const struct chat *c)
{
    return (struct ollama *)c->chats;
}

static void tell_notes(struct chat *c, struct buf *notes)
{
    struct str rest = buf_view(notes);

    while (rest.len) {
        struct str line = str_cut(&rest, '\n');

        attempt_note(c->attempt, "%.*s", (int)line.len, line.ptr);
    }
    buf_release(notes);
}

static void say(struct chat *c, const json_t *known)
{
    struct buf notes = {0};
    struct err err;

    if (!ollama_settle(c->body, known, c->service->told->options, &notes, &err)) {
        chat_help(c, "take a model that does, such as qwen3-vl");
        chat_fail(c, &err);
    } else {
        tell_notes(c, &notes);
        json_object_set_new(ollama_of(c)->used, chat_model(c), json_true());
        chat_send(c);
    }
    buf_release(&notes);
}

// Under its installed name: what was said of a model is good until it changes.
static const char *installed_digest(const struct chat *c)
{
    const char *name;
    json_t *digest;

    json_object_foreach(ollama_of(c)->tags, name, digest)
        if (ollama_same(name, chat_model(c)))
            return json_string_value(digest);
    return "";
}

// Of a server that does not know /api/show nothing is known, and the chat goes on.
static void shown(struct call *call)
{
    struct chat *c = call->user;
    struct ollama *o = ollama_of(c);
    struct err err = {0};
    const char *help;
    json_t *answer, *known;

    if (!call_ok(call, &err) &&
        (call->http.status != 404 || ollama_judge(404, call_words(call), &err, &help))) {
        chat_refused(c, call);
        return;
    }
    answer = call->http.status == 404 ? json_object() : call_json(call, &err);
    if (!answer) {
        chat_fail(c, &err);
        return;
    }
    known = ollama_read_show(answer);
    json_object_set_new(known, "digest", json_string(installed_digest(c)));
    json_object_set_new(o->shown, ollama_full_name(c->service->arena, chat_model(c)), known);
    json_decref(answer);
    say(c, known);
}

static void look_up(struct chat *c)
{
    const json_t *known =
        json_object_get(ollama_of(c)->shown, ollama_full_name(c->attempt->arena, chat_model(c)));
    const char *digest = installed_digest(c);
    json_t *body;

    if (known && strcmp(json_get_text(known, "digest", ""), digest) == 0) {
        say(c, known);
        return;
    }
    body = json_pack("{s:s}", "model", chat_model(c));
    chat_ask(c, "/api/show", body, shown);
    json_decref(body);
}

static void tagged(struct call *call)
{
    struct chat *c = call->user;
    struct err err = {0};
    json_t *answer;

    if (call->http.err.kind == ERR_NONE && call->http.status == 404) {
        ollama_keep_tags(c->service, NULL);
        look_up(c);
    } else if (!call_ok(call, &err)) {
        chat_refused(c, call);
    } else if (!(answer = call_json(call, &err))) {
        chat_fail(c, &err);
    } else {
        ollama_keep_tags(c->service, ollama_read_tags(answer));
        json_decref(answer);
        look_up(c);
    }
}

static void ready(struct chat *c)
{
    struct ollama *o = ollama_of(c);
    struct err err;

    if (!c->own)
        c->own = arena_make(c->attempt->arena, struct ollama_chat);
    if (!chat_model(c)[0]) {
        err_set(&err, ERR_FILM, "the request of the preset \"%s\" names no model",
                json_get_text(c->attempt->preset, "preset", ""));
        chat_help(c, "add model: ${model}");
        chat_fail(c, &err);
    } else if (!o->tags_ms || services_now_ms(c->attempt->services) - o->tags_ms > TAGS_MS) {
        chat_ask(c, "/api/tags", NULL, tagged);
    } else {
        look_up(c);
    }
}

static void help_missing(struct chat *c)
{
    const char *near = ollama_near(c->attempt->arena, ollama_of(c)->tags, chat_model(c));

    chat_help(c, "run `ollama pull %s` on %s%s%s", chat_model(c), c->service->told->machine->name,
              near ? "; " : "", near ? near : "");
}

static bool failed(struct chat *c, const struct call *call, struct err *err)
{
    const struct ollama_chat *own = c->own;
    const char *help;
    bool missing = ollama_judge(call->http.status, call_words(call), err, &help);

    if (missing && !own->pulled && json_get_flag(c->service->told->options, "pull", false)) {
        ollama_pull(c);
        return false;
    }
    if (missing)
        help_missing(c);
    else if (help)
        chat_help(c, "%s", help);
    return true;
}

static bool heeded(struct chat *c, struct err *err)
{
    json_int_t context = json_get_integer(json_object_get(c->body, "options"), "num_ctx", 0);

    if (!ollama_was_truncated(c->body, c->reply.prompt_tokens))
        return true;
    chat_help(c, "raise num_ctx in the preset's options or `context` of the service, or shorten "
                 "the brief");
    return err_set(err, ERR_FINAL,
                   "%s: the prompt does not fit its context of %lld tokens: the server has cut it",
                   chat_model(c), (long long)context);
}

// Where the context was full, or the answer may be as long as it likes, it is the context that
// grows.
static bool more_room(struct chat *c)
{
    json_t *options = json_object_get(c->body, "options");
    json_int_t predict = json_get_integer(options, "num_predict", 0),
               context = json_get_integer(options, "num_ctx", 0);
    const json_t *known =
        json_object_get(ollama_of(c)->shown, ollama_full_name(c->attempt->arena, chat_model(c)));
    json_int_t most = json_get_integer(known, "context", 2 * context);
    bool full = c->reply.prompt_tokens + c->reply.tokens >= context;

    if (predict > 0)
        json_object_set_new(
            options, "num_predict",
            json_integer(predict * MORE > LEAST_ROOM ? predict * MORE : LEAST_ROOM));
    if (predict <= 0 || full)
        json_object_set_new(options, "num_ctx",
                            json_integer(2 * context < most ? 2 * context : most));
    return predict > 0 || context < most;
}

static const json_t *schema(const json_t *body)
{
    return json_object_get(body, "format");
}

static void left(struct chat *c)
{
    struct ollama_chat *own = c->own;

    ollama_pull_release(&own->pull);
}

static const struct chat_dialect dialect = {
    .route = "/api/chat",
    .ready = ready,
    .hear = reply_hear_ollama,
    .failed = failed,
    .heeded = heeded,
    .more_room = more_room,
    .room = "raise num_predict (and num_ctx) in the preset's options, or ask for less",
    .schema = schema,
    .left = left,
};

static bool open_service(struct service *s, struct err *err)
{
    struct ollama *o = arena_make(s->arena, struct ollama);

    o->chats.dialect = &dialect;
    if (!endpoint_init(&o->chats.endpoint, s, err))
        return false;
    o->shown = json_object();
    o->used = json_object();
    s->own = o;
    return true;
}

static void close_service(struct service *s)
{
    struct ollama *o = s->own;

    if (json_get_flag(s->told->options, "unload", false))
        ollama_unload_used(s);
    ollama_wait_for_unloads(s);
    call_cancel(o->looking);
    json_decref(o->tags);
    json_decref(o->shown);
    json_decref(o->used);
}

static void tick(struct service *s, int64_t now)
{
    struct ollama *o = s->own;

    chats_tick(&o->chats, now);
}

static bool start(const struct services *s, struct attempt *a, struct err *err)
{
    struct ollama *o = a->service->own;

    (void)s;
    return chat_start(&o->chats, a, err);
}

const struct driver driver_ollama = {
    .name = "ollama",
    .at_once = 1,
    .open = open_service,
    .close = close_service,
    .tick = tick,
    .unload = ollama_unload_used,
    .inspect = ollama_inspect,
    .compare = ollama_compare,
    .start = start,
    .cancel = chat_cancel,
};
