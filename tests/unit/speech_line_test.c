// SPDX-License-Identifier: MIT
// The driver on a network of the test's own, and by its clock: what it sends when, and how each
// wait ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/loop.h"
#include "runtime/service.h"

enum { MOST_SENT = 16, MOST_LINES = 2, MINUTE_MS = 60 * 1000 };

struct loop {
    struct http *sent[MOST_SENT]; // NULL: answered, or cancelled
    size_t n, cancelled;
};

struct bench {
    struct clock clock; // first
    int64_t now_ms;
    struct loop loop;
    struct loop_api net;
    struct services services;
    struct studio_service told;
    struct service service;
    struct attempt attempts[MOST_LINES];
    struct artifact made;
    json_t *params, *preset;
    size_t ended;
};

static int64_t now_ms(struct clock *c)
{
    return ((struct bench *)c)->now_ms;
}

static void take(struct loop *loop, struct http *h)
{
    assert_true(loop->n < MOST_SENT);
    h->transfer = (struct http_transfer *)loop;
    loop->sent[loop->n++] = h;
}

static void drop(struct http *h)
{
    struct loop *loop = (struct loop *)h->transfer;

    for (size_t i = 0; i < loop->n; i++)
        if (loop->sent[i] == h) {
            loop->sent[i] = NULL;
            loop->cancelled++;
        }
}

static void ended(struct attempt *a)
{
    struct bench *b = a->user;

    b->ended++;
}

static void set_up(struct bench *b, const char *dialect)
{
    struct err err;

    *b = (struct bench){.clock = {.now_ms = now_ms}, .now_ms = 1000};
    b->net = (struct loop_api){.http = {.start = take, .cancel = drop}};
    b->services = (struct services){.net = &b->net, .loop = &b->loop, .clock = &b->clock};
    b->told =
        (struct studio_service){.name = "voices", .url = "http://mac.local", .dialect = dialect};
    b->service = (struct service){
        .told = &b->told, .driver = &driver_speech, .services = &b->services, .arena = arena_new()};
    b->params = json_pack("{s:{s:s, s:{s:s}}}", "params", "text", "Don't wait for me.", "voice",
                          "name", "Ryan");
    b->preset = json_pack("{s:s, s:{s:{s:s}}}", "preset", "p", "request", "models", "named", "m");
    if (!driver_speech.open(&b->service, &err))
        fail_msg("%s", err.text);
}

static void tear_down(struct bench *b)
{
    driver_speech.close(&b->service);
    for (size_t i = 0; i < MOST_LINES; i++)
        if (b->attempts[i].arena)
            attempt_release(&b->attempts[i]);
    arena_free(b->service.arena);
    json_decref(b->params);
    json_decref(b->preset);
}

static struct attempt *start(struct bench *b, size_t i)
{
    struct attempt *a = &b->attempts[i];
    struct err err = {0};

    *a = (struct attempt){.preset = b->preset,
                          .params = b->params,
                          .made = &b->made,
                          .ended = ended,
                          .user = b,
                          .service = &b->service,
                          .services = &b->services,
                          .arena = arena_new()};
    if (!driver_speech.start(&b->services, a, &err))
        fail_msg("%s", err.text);
    return a;
}

static void answer(struct bench *b, size_t i, long status, const char *body)
{
    struct http *h = b->loop.sent[i];

    assert_non_null(h);
    b->loop.sent[i] = NULL;
    h->status = status;
    buf_puts(&h->got, body);
    h->done(h);
}

static void tick(struct bench *b, int64_t after_ms)
{
    b->now_ms += after_ms;
    driver_speech.tick(&b->service, b->now_ms);
}

static void url_is(const struct bench *b, size_t i, const char *url)
{
    assert_true(i < b->loop.n);
    assert_string_equal(b->loop.sent[i]->url, url);
}

// A model may load for ten minutes; once it speaks, two minutes of silence are too much.
static void silence(void **state)
{
    struct bench b;
    struct attempt *a;

    (void)state;
    set_up(&b, "openai");
    a = start(&b, 0);
    url_is(&b, 0, "http://mac.local/v1/audio/speech");
    assert_int_equal(b.loop.sent[0]->quiet_ms, 10 * MINUTE_MS);
    tick(&b, 9 * MINUTE_MS);
    assert_int_equal(b.ended, 0);
    b.loop.sent[0]->heard(b.loop.sent[0], str_of("RIFF"));
    assert_int_equal(a->alive_ms, b.now_ms);
    tick(&b, 2 * MINUTE_MS);
    assert_int_equal(b.ended, 0);
    tick(&b, 1);
    assert_int_equal(b.ended, 1);
    assert_false(a->ok);
    assert_int_equal(a->err.kind, ERR_TRANSIENT);
    assert_int_equal(b.loop.cancelled, 1);
    tear_down(&b);
}

static void what_is_no_speech(void **state)
{
    struct bench b;
    struct attempt *a;

    (void)state;
    set_up(&b, "openai");
    a = start(&b, 0);
    answer(&b, 0, 200, "");
    assert_int_equal(b.loop.n, 1);
    tick(&b, 499);
    assert_int_equal(b.loop.n, 1); // not at once
    tick(&b, 1);
    assert_int_equal(b.loop.n, 2);
    answer(&b, 1, 200, "");
    tick(&b, 1000);
    answer(&b, 2, 200, "");
    assert_int_equal(b.ended, 1);
    assert_int_equal(a->err.kind, ERR_FINAL);
    tick(&b, MINUTE_MS);
    assert_int_equal(b.loop.n, 3);
    tear_down(&b);
}

// Two lines wait for one list; one that is refused leaves the other alone.
static void one_list_for_all(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b, "vllm-omni");
    start(&b, 0);
    start(&b, 1);
    assert_int_equal(b.loop.n, 1);
    url_is(&b, 0, "http://mac.local/v1/audio/voices");
    answer(&b, 0, 200, "{\"voices\":[\"ryan\"]}");
    assert_int_equal(b.loop.n, 3);
    url_is(&b, 1, "http://mac.local/v1/audio/speech");
    answer(&b, 1, 400, "{\"detail\":\"no\"}");
    assert_int_equal(b.ended, 1);
    driver_speech.cancel(&b.attempts[b.attempts[0].own ? 0 : 1]);
    assert_int_equal(b.ended, 2);
    tear_down(&b);
}

static void list_that_nobody_sends(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b, "vllm-omni");
    start(&b, 0);
    start(&b, 1);
    b.loop.sent[0]->err = (struct err){.kind = ERR_AWAY, .text = "refused"};
    answer(&b, 0, 0, "");
    assert_int_equal(b.ended, 2);
    assert_int_equal(b.attempts[0].err.kind, ERR_AWAY);
    assert_int_equal(b.attempts[1].err.kind, ERR_AWAY);
    attempt_release(&b.attempts[0]);
    start(&b, 0); // asks again
    url_is(&b, 1, "http://mac.local/v1/audio/voices");
    driver_speech.cancel(&b.attempts[0]);
    assert_int_equal(b.ended, 3);
    assert_int_equal(b.attempts[0].err.kind, ERR_CANCELLED);
    tear_down(&b); // the list is still asked for
    assert_int_equal(b.loop.cancelled, 1);
}

static void cancelled(void **state)
{
    struct bench b;

    (void)state;
    set_up(&b, "openai");
    start(&b, 0);
    driver_speech.cancel(&b.attempts[0]);
    assert_int_equal(b.ended, 1);
    assert_int_equal(b.attempts[0].err.kind, ERR_CANCELLED);
    assert_int_equal(b.loop.cancelled, 1);
    start(&b, 1);
    answer(&b, 1, 200, "");
    driver_speech.cancel(&b.attempts[1]); // while it waits to ask again
    assert_int_equal(b.ended, 2);
    tick(&b, MINUTE_MS);
    assert_int_equal(b.loop.n, 2);
    tear_down(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence),          cmocka_unit_test(what_is_no_speech),
        cmocka_unit_test(one_list_for_all), cmocka_unit_test(list_that_nobody_sends),
        cmocka_unit_test(cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
