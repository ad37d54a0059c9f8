// SPDX-License-Identifier: MIT
// The times of a chat, by a clock and a network of the test's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/loop.h"
#include "runtime/pool.h"
#include "runtime/service.h"

static const char preset_text[] =
    "{\"preset\":\"writer\",\"driver\":\"ollama\",\"model\":\"m\",\"params\":{\"brief\":{}},"
    "\"request\":{\"model\":\"${model}\",\"messages\":[{\"role\":\"user\",\"content\":"
    "\"${brief}\"}]}}";

// The one request that is under way. A loop of libcurl's would have it.
struct loop {
    struct http *http;
    unsigned started, cancelled;
};

struct fake {
    struct clock clock; // first
    int64_t now_ms;
    struct loop loop;
    struct studio_machine machine;
    struct studio_service told;
    struct services services;
    struct service service;
    struct artifact made;
    struct attempt attempt;
    json_t *preset, *params, *options;
    unsigned ended;
};

static int64_t fake_now(struct clock *c)
{
    return ((struct fake *)c)->now_ms;
}

static void start(struct loop *loop, struct http *h)
{
    assert_null(loop->http);
    h->transfer = (struct http_transfer *)loop; // so that cancel finds it
    loop->http = h;
    loop->started++;
}

static void cancel(struct http *h)
{
    struct loop *loop = (struct loop *)h->transfer;

    assert_ptr_equal(loop->http, h);
    loop->http = NULL;
    loop->cancelled++;
}

static const struct loop_api api = {.http = {.start = start, .cancel = cancel}};

static void ring(void *user)
{
    (void)user;
}

static void ended(struct attempt *a)
{
    struct fake *f = a->user;

    f->ended++;
}

static void make(struct fake *f, int64_t stall_ms)
{
    struct err err;

    *f = (struct fake){.clock = {fake_now, fake_now}, .now_ms = 1000};
    f->machine.name = "mac";
    f->options = json_object();
    f->told = (struct studio_service){.name = "words",
                                      .driver = "ollama",
                                      .machine = &f->machine,
                                      .url = "http://mac:11434",
                                      .stall_ms = stall_ms,
                                      .options = f->options};
    f->services = (struct services){
        .pool = pool_new(1, ring, NULL), .net = &api, .loop = &f->loop, .clock = &f->clock};
    f->service = (struct service){
        .told = &f->told, .driver = &driver_ollama, .services = &f->services, .arena = arena_new()};
    assert_true(driver_ollama.open(&f->service, &err));
    f->preset = json_loads(preset_text, 0, NULL);
    f->params = json_pack("{s:{s:s}}", "params", "brief", "Rain.");
    f->made = (struct artifact){.name = "words", .ext = "txt"};
    f->attempt = (struct attempt){.preset = f->preset,
                                  .params = f->params,
                                  .made = &f->made,
                                  .n_made = 1,
                                  .ended = ended,
                                  .user = f,
                                  .service = &f->service,
                                  .services = &f->services,
                                  .arena = arena_new(),
                                  .alive_ms = 1000};
    assert_true(driver_ollama.start(&f->services, &f->attempt, &err));
}

static void release(struct fake *f)
{
    driver_ollama.close(&f->service);
    pool_free(f->services.pool);
    attempt_release(&f->attempt);
    buf_release(&f->service.print);
    arena_free(f->service.arena);
    json_decref(f->preset);
    json_decref(f->params);
    json_decref(f->options);
}

static void work(struct fake *f)
{
    pool_wait(f->services.pool);
    assert_int_equal(pool_collect(f->services.pool), 1);
}

// Answers what is under way.
static void answer(struct fake *f, const char *route, long status, const char *body)
{
    struct http *h = f->loop.http;

    assert_non_null(h);
    assert_non_null(strstr(h->url, route));
    f->loop.http = NULL;
    h->status = status;
    buf_puts(&h->got, body);
    h->done(h);
}

static void pass(struct fake *f, int64_t ms)
{
    f->now_ms += ms;
    driver_ollama.tick(&f->service, f->now_ms);
}

// Until the model is asked.
static void ask(struct fake *f)
{
    answer(f, "/api/tags", 200, "{\"models\":[]}");
    answer(f, "/api/show", 200, "{}");
    assert_non_null(strstr(f->loop.http->url, "/api/chat"));
}

static void say(struct fake *f, const char *bytes)
{
    f->loop.http->heard(f->loop.http, str_of(bytes));
}

static void first_word_may_take_long(void **state)
{
    struct fake f;

    (void)state;
    make(&f, 0);
    ask(&f);
    assert_int_equal(f.loop.http->quiet_ms, 15 * 60 * 1000);
    for (int minute = 0; minute < 14; minute++) {
        pass(&f, 60 * 1000);
        assert_int_equal(f.attempt.alive_ms, f.now_ms); // its stall is the driver's affair
    }
    assert_int_equal(f.ended, 0);
    driver_ollama.cancel(&f.attempt);
    assert_int_equal(f.ended, 1);
    assert_int_equal(f.attempt.err.kind, ERR_CANCELLED);
    assert_int_equal(f.loop.cancelled, 1);
    release(&f);
}

static void the_studio_may_say_how_long(void **state)
{
    struct fake f;

    (void)state;
    make(&f, 5000);
    ask(&f);
    pass(&f, 4000);
    assert_int_equal(f.attempt.alive_ms, 1000);
    driver_ollama.cancel(&f.attempt);
    release(&f);
}

static void silence_between_words(void **state)
{
    struct fake f;

    (void)state;
    make(&f, 0);
    ask(&f);
    f.loop.http->status = 200;
    assert_string_equal(f.attempt.doing, "waits for its first word");
    say(&f, "{\"message\":{\"thinking\":\"hm\"},\"done\":false}\n{\"mess");
    assert_int_equal(f.attempt.alive_ms, f.now_ms);
    assert_string_equal(f.attempt.doing, "thinks");
    pass(&f, 119 * 1000);
    say(&f, "age\":{\"content\":\"Rain\"},\"done\":false}\n"); // thinking or not, it lives
    assert_int_equal(f.attempt.alive_ms, f.now_ms);
    assert_string_equal(f.attempt.doing, "writes");
    pass(&f, 119 * 1000);
    assert_int_equal(f.ended, 0);
    pass(&f, 2000);
    assert_int_equal(f.ended, 1);
    assert_int_equal(f.loop.cancelled, 1);
    assert_int_equal(f.attempt.err.kind, ERR_TRANSIENT);
    assert_non_null(strstr(f.attempt.err.text, "said nothing for 120 s"));
    release(&f);
}

static void a_fault_is_tried_again_a_second_later(void **state)
{
    struct fake f;

    (void)state;
    make(&f, 0);
    ask(&f);
    answer(&f, "/api/chat", 500, "{\"error\":\"runner died\"}");
    assert_int_equal(f.ended, 0);
    pass(&f, 900);
    assert_null(f.loop.http);
    pass(&f, 200);
    answer(&f, "/api/chat", 500, "{\"error\":\"runner died\"}");
    assert_int_equal(f.ended, 1);
    assert_int_equal(f.attempt.err.kind, ERR_FINAL);
    assert_string_equal(f.attempt.err.text, "words answers 500: runner died");
    release(&f);
}

static void cancelled_while_it_waits(void **state)
{
    struct fake f;

    (void)state;
    make(&f, 0);
    ask(&f);
    answer(&f, "/api/chat", 500, "{\"error\":\"runner died\"}");
    driver_ollama.cancel(&f.attempt);
    assert_int_equal(f.ended, 1);
    pass(&f, 5000);
    assert_null(f.loop.http);
    release(&f);
}

static void cancelled_while_pictures_are_read(void **state)
{
    struct media_input picture = {.name = "image", .path = "nowhere.png"};
    struct fake f;
    struct err err;
    unsigned started;

    (void)state;
    make(&f, 0);
    ask(&f);
    answer(&f, "/api/chat", 400, "{\"error\":\"no\"}");
    assert_int_equal(f.ended, 1);
    started = (unsigned)f.loop.started;
    f.attempt.inputs = &picture;
    f.attempt.n_inputs = 1;
    assert_true(driver_ollama.start(&f.services, &f.attempt, &err));
    driver_ollama.cancel(&f.attempt);
    assert_int_equal(f.ended, 1); // the worker has it
    work(&f);
    assert_int_equal(f.ended, 2);
    assert_int_equal(f.attempt.err.kind, ERR_CANCELLED);
    assert_int_equal(f.loop.started, started);
    release(&f);
}

static void models_are_asked_for_again_when_they_may_have_changed(void **state)
{
    static const char *const tags[] = {"{\"models\":[{\"name\":\"m:latest\",\"digest\":\"aa\"}]}",
                                       "{\"models\":[{\"name\":\"m:latest\",\"digest\":\"bb\"}]}"};
    struct fake f;
    struct err err;

    (void)state;
    make(&f, 0);
    answer(&f, "/api/tags", 200, tags[0]);
    assert_string_equal(buf_text(&f.service.print),
                        "{\"models\":{\"m\":\"aa\",\"m:latest\":\"aa\"}}");
    answer(&f, "/api/show", 200, "{}");
    answer(&f, "/api/chat", 400, "{\"error\":\"no\"}");
    assert_int_equal(f.ended, 1);

    // Soon after, all is known.
    assert_true(driver_ollama.start(&f.services, &f.attempt, &err));
    answer(&f, "/api/chat", 400, "{\"error\":\"no\"}");
    assert_int_equal(f.ended, 2);

    // Later the digest is another, so what it said of the model is, too.
    f.now_ms += 61 * 1000;
    assert_true(driver_ollama.start(&f.services, &f.attempt, &err));
    answer(&f, "/api/tags", 200, tags[1]);
    answer(&f, "/api/show", 200, "{}");
    answer(&f, "/api/chat", 400, "{\"error\":\"no\"}");
    assert_int_equal(f.ended, 3);
    assert_string_equal(buf_text(&f.service.print),
                        "{\"models\":{\"m\":\"bb\",\"m:latest\":\"bb\"}}");
    release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_word_may_take_long),
        cmocka_unit_test(the_studio_may_say_how_long),
        cmocka_unit_test(silence_between_words),
        cmocka_unit_test(a_fault_is_tried_again_a_second_later),
        cmocka_unit_test(cancelled_while_it_waits),
        cmocka_unit_test(cancelled_while_pictures_are_read),
        cmocka_unit_test(models_are_asked_for_again_when_they_may_have_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
