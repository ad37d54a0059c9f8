// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/endpoint.h"

// A service as the studio has it, and its endpoint.
struct place_of {
    struct studio_service told;
    struct service service;
    struct endpoint endpoint;
};

static bool reach(struct place_of *p, const char *url, const char *token_env, const char *options,
                  struct err *err)
{
    *p = (struct place_of){.told = {.name = "comfy", .url = url, .token_env = token_env}};
    p->told.options = json_loads(options, 0, NULL);
    p->service = (struct service){.told = &p->told, .arena = arena_new()};
    return endpoint_init(&p->endpoint, &p->service, err);
}

static void leave(struct place_of *p)
{
    json_decref(p->told.options);
    arena_free(p->service.arena);
}

struct endpoint_case {
    const char *url, *token_env, *options, *base, *headers[3];
};

static const struct endpoint_case cases[] = {
    {"http://gpu:8188", NULL, "{}", "http://gpu:8188", {0}},
    {"http://gpu:8188/", NULL, "{}", "http://gpu:8188", {0}},
    {"https://nas.local/comfy//", NULL, "{}", "https://nas.local/comfy", {0}},
    {"http://gpu", "C41_TEST_TOKEN", "{}", "http://gpu", {"Authorization: Bearer tok-en-41"}},
    {"http://mara:s%C3%AB%40@gpu/x",
     NULL,
     "{}",
     "http://gpu/x",
     {"Authorization: Basic bWFyYTpzw6tA"}},
    {"http://gpu/a@b", NULL, "{}", "http://gpu/a@b", {0}},
    {"http://gpu",
     NULL,
     "{\"login\": {\"user\": \"u\", \"password\": {\"env\": \"C41_TEST_TOKEN\"}}}",
     "http://gpu",
     {"Authorization: Basic dTp0b2stZW4tNDE="}},
    {"http://gpu",
     "C41_TEST_TOKEN",
     "{\"headers\": {\"X-API-Key\": {\"env\": \"C41_TEST_TOKEN\"}}}",
     "http://gpu",
     {"Authorization: Bearer tok-en-41", "X-API-Key: tok-en-41"}},
};

static void reads_endpoints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct endpoint_case *c = &cases[i];
        struct place_of p;
        struct err err;
        size_t n = 0;

        assert_true(reach(&p, c->url, c->token_env, c->options, &err));
        assert_string_equal(p.endpoint.base, c->base);
        for (; c->headers[n]; n++)
            assert_string_equal(p.endpoint.headers[n], c->headers[n]);
        assert_null(p.endpoint.headers[n]);
        leave(&p);
    }
}

struct wrong_case {
    const char *token_env, *options, *words;
};

static const struct wrong_case wrongs[] = {
    {"C41_TEST_UNSET", "{}", "C41_TEST_UNSET"},
    {NULL, "{\"headers\": {\"A\": \"b\\r\\nHost: evil\"}}", "header A"},
    {NULL, "{\"headers\": {\"A\": {\"env\": \"C41_TEST_UNSET\"}}}", "C41_TEST_UNSET"},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
        struct place_of p;
        struct err err;

        assert_false(reach(&p, "http://gpu", wrongs[i].token_env, wrongs[i].options, &err));
        assert_int_equal(err.kind, ERR_FILM);
        assert_non_null(strstr(err.text, wrongs[i].words));
        leave(&p);
    }
}

static void hushes(void **state)
{
    char text[] = "tok-en-41 was sent as tok-en-41, dTp0b2stZW4tNDE= and tok-en-4";
    struct place_of p;
    struct err err;

    (void)state;
    assert_true(reach(&p, "http://gpu", "C41_TEST_TOKEN",
                      "{\"login\": {\"user\": \"u\", \"password\": {\"env\": \"C41_TEST_TOKEN\"}}}",
                      &err));
    endpoint_hush(&p.endpoint, text);
    assert_string_equal(text, "********* was sent as *********, **************** and tok-en-4");
    leave(&p);
}

struct answer_case {
    long status;
    const char *body;
    enum err_kind kind;
    const char *words;
};

// Bodies of the servers' own: FastAPI, vLLM, Ollama, proxies.
static const struct answer_case answers[] = {
    {200, "{}", ERR_NONE, ""},
    {404, "{\"error\": \"model 'glm-4.7' not found\"}", ERR_FINAL, "model 'glm-4.7' not found"},
    {400, "{\"error\": {\"message\": \"Input text cannot be empty\", \"code\": 400}}", ERR_FINAL,
     "Input text cannot be empty"},
    {422,
     "{\"detail\": [{\"type\": \"missing\", \"loc\": [\"body\", \"input\"], \"msg\": \"Field "
     "required\"}]}",
     ERR_FINAL, "input: Field required"},
    {400, "{\"detail\": {\"error\": \"invalid_model\", \"message\": \"Unsupported model\"}}",
     ERR_FINAL, "Unsupported model"},
    {503, "{\"detail\": \"Model not loaded\"}", ERR_TRANSIENT, "Model not loaded"},
    {500, "{\"status\": \"error\", \"error\": \"the sum must not exceed 1.5\"}", ERR_TRANSIENT,
     "the sum must not exceed 1.5"},
    {502, "\n<html>Bad Gateway</html>\nnginx", ERR_TRANSIENT, "<html>Bad Gateway</html>"},
    {401, "your token tok-en-41 is wrong", ERR_FILM, "your token ********* is wrong"},
    {404, "", ERR_FINAL, ""},
};

static void tells_answers(void **state)
{
    struct place_of p;
    struct err err;

    (void)state;
    assert_true(reach(&p, "http://gpu", "C41_TEST_TOKEN", "{}", &err));
    for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
        struct call c = {.service = &p.service, .endpoint = &p.endpoint, .arena = p.service.arena};

        c.http.status = answers[i].status;
        buf_puts(&c.http.got, answers[i].body);
        err.kind = ERR_NONE;
        assert_int_equal(call_ok(&c, &err), answers[i].kind == ERR_NONE);
        assert_int_equal(err.kind, answers[i].kind);
        if (answers[i].kind != ERR_NONE)
            assert_string_equal(call_words(&c), answers[i].words);
        http_release(&c.http);
    }
    leave(&p);
}

static void encodes(void **state)
{
    struct arena *a = arena_new();

    (void)state;
    assert_string_equal(call_encode(a, "c41/a b+ü.png"), "c41%2Fa%20b%2B%C3%BC.png");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_endpoints), cmocka_unit_test(refuses), cmocka_unit_test(hushes),
        cmocka_unit_test(tells_answers),   cmocka_unit_test(encodes),
    };

    setenv("C41_TEST_TOKEN", "tok-en-41", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
