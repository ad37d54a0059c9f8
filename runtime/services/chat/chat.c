// SPDX-License-Identifier: MIT
#include "runtime/services/chat/chat.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/fill.h"
#include "runtime/service.h"
#include "runtime/services/arrival.h"
#include "runtime/services/chat/pictures.h"

enum {
    ASK_QUIET_MS = 60 * 1000, // a server that is busy takes its time for a short question, too
    LINGER_MS = 2000,         // after all was said, for the connection to end
    PAUSE_MS = 1000,          // before a fault of the server is tried once more
    MOST_LINE_BYTES = 64 << 20,
};

// Of a stream, which is kept nowhere: a token has 150 bytes around it, a download tells how far it
// is for hours.
static const uint64_t most_stream_bytes = (uint64_t)1 << 32;

const char *chat_model(const struct chat *c)
{
    return json_get_text(c->body, "model", "");
}

void chat_help(struct chat *c, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    c->attempt->help = arena_vprintf(c->attempt->arena, format, args);
    va_end(args);
}

// Takes c out of the chats of its service; what it holds is dropped, and the attempt is alone.
static void leave(struct chat *c)
{
    struct chat **link = &c->chats->first;

    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    call_cancel(c->call);
    lines_release(&c->lines);
    reply_release(&c->reply);
    json_decref(c->body);
    json_decref(c->pictures);
    if (c->own && c->chats->dialect->left)
        c->chats->dialect->left(c);
    c->attempt->own = NULL;
}

void chat_fail(struct chat *c, const struct err *err)
{
    struct attempt *a = c->attempt;

    leave(c);
    attempt_fail(a, err);
}

void chat_keep(struct chat *c, struct str words)
{
    struct attempt *a = c->attempt;

    arrival_put(a, 0, words);
    leave(c);
    arrival_start(a);
}

static void stop(struct chat *c)
{
    struct err err;

    err_set(&err, ERR_CANCELLED, "stopped");
    chat_fail(c, &err);
}

// A message whose words hold a value that is absent has none, and says nothing.
static void drop_silent(json_t *messages)
{
    for (size_t i = json_array_size(messages); i-- > 0;) {
        const json_t *message = json_array_get(messages, i);

        if (json_object_size(message) == 1 && json_object_get(message, "role"))
            json_array_remove(messages, i);
    }
}

static bool fill_body(struct chat *c, struct err *err)
{
    struct attempt *a = c->attempt;
    struct fill_input *inputs = arena_array(a->arena, struct fill_input, a->n_inputs + 1);
    struct fill f = {.preset = a->preset,
                     .params = json_object_get(a->params, "params"),
                     .inputs = inputs,
                     .n_inputs = a->n_inputs};

    for (size_t i = 0; i < a->n_inputs; i++)
        inputs[i] = (struct fill_input){a->inputs[i].name, json_array_get(c->pictures, i)};
    c->body = fill_request(&f, NULL, err);
    drop_silent(json_object_get(c->body, "messages"));
    return c->body != NULL;
}

static void read_pictures(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));
    struct chat *c = a->own;

    if (!job->cancelled)
        c->pictures = pictures_read(a, &c->read_err);
}

static void go_on(struct chat *c)
{
    struct err err;

    if (fill_body(c, &err))
        c->chats->dialect->ready(c);
    else
        chat_fail(c, &err);
}

static void pictures_are_read(struct job *job)
{
    struct attempt *a = (struct attempt *)((char *)job - offsetof(struct attempt, job));
    struct chat *c = a->own;

    c->reading = false;
    if (job->cancelled)
        stop(c);
    else if (!c->pictures)
        chat_fail(c, &c->read_err);
    else
        go_on(c);
}

bool chat_start(struct chats *chats, struct attempt *a, struct err *err)
{
    struct chat *c = arena_make(a->arena, struct chat);

    if (a->n_made != 1)
        return err_set(err, ERR_BUG, "a chat makes one artifact, not %zu", a->n_made);
    *c = (struct chat){.chats = chats, .next = chats->first, .service = a->service, .attempt = a};
    chats->first = c;
    a->own = c;
    if (!a->n_inputs) {
        c->pictures = json_array();
        go_on(c);
        return true;
    }
    c->reading = true;
    a->job = (struct job){.work = read_pictures, .done = pictures_are_read};
    pool_submit(a->services->pool, &a->job);
    return true;
}

// A worker that reads is told to stop, and the chat ends when it has. An attempt that is with
// arrival ends by itself.
void chat_cancel(struct attempt *a)
{
    struct chat *c = a->own;

    if (c && c->reading)
        a->job.cancelled = true;
    else if (c)
        stop(c);
}

static void heard(struct call *call, struct str bytes)
{
    struct chat *c = call->user;

    c->heard_ms = services_now_ms(c->attempt->services);
    attempt_alive(c->attempt);
    lines_add(&c->lines, bytes);
}

static void done(struct call *call)
{
    struct chat *c = call->user;

    c->call = NULL;
    if (c->quiet_ms && call->http.err.kind == ERR_NONE)
        lines_end(&c->lines);
    lines_release(&c->lines);
    c->done(call);
}

void chat_ask(struct chat *c, const char *route, const json_t *body,
              void (*told)(struct call *call))
{
    struct ask ask = {
        .route = route, .json = body, .quiet_ms = ASK_QUIET_MS, .done = done, .user = c};

    c->done = told;
    c->quiet_ms = c->heard_ms = 0;
    c->call = call_start(c->service, &c->chats->endpoint, &ask);
}

void chat_listen(struct chat *c, const char *route, const json_t *body, int64_t quiet_ms,
                 void (*hear)(void *user, struct str line), void *user,
                 void (*told)(struct call *call))
{
    struct ask ask = {.route = route,
                      .json = body,
                      .most_bytes = most_stream_bytes,
                      .quiet_ms = CHAT_FIRST_MS,
                      .heard = heard,
                      .done = done,
                      .user = c};

    c->done = told;
    c->quiet_ms = quiet_ms;
    c->heard_ms = 0;
    c->lines = (struct lines){.hear = hear, .user = user, .most_bytes = MOST_LINE_BYTES};
    c->call = call_start(c->service, &c->chats->endpoint, &ask);
}

static void hear_reply(void *user, struct str line)
{
    struct chat *c = user;

    c->chats->dialect->hear(&c->reply, line);
    c->attempt->doing = c->reply.content.len    ? "writes"
                        : c->reply.thinking.len ? "thinks"
                                                : c->attempt->doing;
}

static void fail_for_now(struct chat *c, const char *what)
{
    struct err err;

    err_set(&err, ERR_TRANSIENT, "%s %s", c->service->told->name, what);
    chat_fail(c, &err);
}

// The stream has ended, whole or not: whatever the server says after its last word, or of its end,
// does not matter.
static void end_reply(struct chat *c, const struct call *call)
{
    struct err err;

    if (c->chats->dialect->end)
        c->chats->dialect->end(&c->reply);
    if (c->reply.fault.len) {
        endpoint_hush(&c->chats->endpoint, c->reply.fault.ptr);
        err_set(&err, ERR_TRANSIENT, "%s: %s", c->service->told->name, c->reply.fault.ptr);
        chat_stumble(c, &err);
    } else if (c->reply.done) {
        if (c->reply.load_seconds > c->attempt->load_seconds) // it was asked again for an answer
            c->attempt->load_seconds = c->reply.load_seconds;
        chat_answer(c);
    } else if (call && !call_ok(call, &err)) {
        chat_refused(c, call);
    } else if (c->reply.odd.len) {
        endpoint_hush(&c->chats->endpoint, c->reply.odd.ptr);
        err_set(&err, ERR_TRANSIENT, "%s answers with something else than JSON: %s",
                c->service->told->name, c->reply.odd.ptr);
        chat_fail(c, &err);
    } else {
        fail_for_now(c, "stopped in the middle of its answer");
    }
}

static void replied(struct call *call)
{
    end_reply(call->user, call);
}

void chat_send(struct chat *c)
{
    reply_release(&c->reply);
    c->sent = true;
    c->attempt->doing = "waits for its first word";
    chat_listen(c, c->chats->dialect->route, c->body, CHAT_QUIET_MS, hear_reply, c, replied);
}

void chat_stumble(struct chat *c, const struct err *err)
{
    struct err last = *err;

    if (!c->after_error) {
        c->after_error = true;
        c->again_ms = services_now_ms(c->attempt->services) + PAUSE_MS;
        return;
    }
    last.kind = ERR_FINAL;
    chat_fail(c, &last);
}

void chat_refused(struct chat *c, const struct call *call)
{
    struct err err = {0};

    call_ok(call, &err);
    if (call->http.err.kind != ERR_NONE)
        chat_fail(c, &err);
    else if (!c->chats->dialect->failed(c, call, &err))
        return;
    else if (call->http.status == 500)
        chat_stumble(c, &err);
    else
        chat_fail(c, &err);
}

static void try_again(struct chat *c)
{
    c->again_ms = 0;
    c->attempt->help = NULL;
    if (c->sent)
        chat_send(c);
    else
        c->chats->dialect->ready(c);
}

// All was said, or that it failed, and the connection does not end.
static bool lingers(const struct chat *c, int64_t now)
{
    return c->done == replied && (c->reply.done || c->reply.fault.len) &&
           now - c->heard_ms > LINGER_MS;
}

static void look_at_call(struct chat *c, int64_t now)
{
    if (lingers(c, now)) {
        call_cancel(c->call);
        c->call = NULL;
        end_reply(c, NULL);
    } else if (c->quiet_ms && c->heard_ms && now - c->heard_ms > c->quiet_ms) {
        char what[128];

        snprintf(what, sizeof(what), "has said nothing for %lld s in the middle of its answer",
                 (long long)(c->quiet_ms / 1000));
        fail_for_now(c, what);
    } else if (c->quiet_ms && !c->heard_ms && !c->service->told->stall_ms) {
        attempt_alive(c->attempt); // it loads its model; the call itself has a limit
    }
}

void chats_tick(struct chats *chats, int64_t now)
{
    for (struct chat *c = chats->first, *next; c; c = next) {
        next = c->next;
        if (c->again_ms && now >= c->again_ms)
            try_again(c);
        else if (c->call)
            look_at_call(c, now);
    }
}
