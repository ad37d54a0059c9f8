// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/services/chat/lines.h"
#include "runtime/services/ollama.h"
#include "runtime/services/openai.h"

static struct buf recorded_text(const char *name)
{
    struct buf path = {0}, text = {0};
    struct err err;

    buf_printf(&path, "%s/tests/fixtures/services/%s", UNIT_SOURCE_DIR, name);
    assert_true(file_read(buf_text(&path), &text, 1 << 20, &err));
    buf_release(&path);
    return text;
}

static json_t *recorded(const char *name)
{
    struct buf text = recorded_text(name);
    struct err err;
    json_t *value = json_read_loose(buf_view(&text), &err);

    assert_non_null(value);
    buf_release(&text);
    return value;
}

// JSON is written with ' for ".
static json_t *read(const char *text)
{
    struct buf out = {0};
    json_t *value;

    for (; *text; text++)
        buf_char(&out, *text == '\'' ? '"' : *text);
    value = json_loads(buf_text(&out), 0, NULL);
    buf_release(&out);
    assert_non_null(value);
    return value;
}

static void assert_json(const json_t *value, const char *expected)
{
    json_t *other = read(expected);
    struct buf a = {0}, b = {0};

    json_canonical(value, &a);
    json_canonical(other, &b);
    assert_string_equal(buf_text(&a), buf_text(&b));
    buf_release(&a);
    buf_release(&b);
    json_decref(other);
}

// What each row of the recorded errors means: its kind, whether a model is missing, a part of the
// help. A 500 is asked once more before its kind counts.
struct outcome {
    enum err_kind kind;
    bool missing;
    const char *help; // NULL: none
};

static const struct outcome outcomes[] = {
    {ERR_FINAL, false, "not what this server takes"}, // missing request body
    {ERR_FINAL, false, "model: ${model}"},            // model is required
    {ERR_FINAL, false, "take `think` out"},
    {ERR_FINAL, false, "one of: true, false, low"},
    {ERR_FINAL, false, "`images` of the preset"},
    {ERR_FINAL, false, "raise num_ctx"},
    {ERR_FILM, false, "ollama signin"},
    {ERR_FINAL, true, NULL},
    {ERR_FINAL, true, NULL},
    {ERR_FINAL, false, "is its url that of an Ollama server?"},
    {ERR_TRANSIENT, false, NULL}, // 429
    {ERR_TRANSIENT, false, "correct the options"},
    {ERR_TRANSIENT, false, "too little memory"},
    {ERR_TRANSIENT, false, "too little memory"},
    {ERR_TRANSIENT, false, NULL}, // 502
    {ERR_TRANSIENT, false, NULL}, // 503
};

static void every_recorded_error(void **state)
{
    json_t *all = recorded("ollama-errors.json"), *cases = json_object_get(all, "cases"), *one;
    size_t i;

    (void)state;
    assert_int_equal(json_array_size(cases), sizeof(outcomes) / sizeof(*outcomes));
    json_array_foreach(cases, i, one) {
        long status = (long)json_get_integer(one, "status", 0);
        const char *words =
            json_get_text(json_object_get(one, "body"), "error", json_get_text(one, "text", ""));
        // As a call tells it.
        struct err err = {.kind = status == 401                    ? ERR_FILM
                                  : status == 429 || status >= 500 ? ERR_TRANSIENT
                                                                   : ERR_FINAL};
        const char *help;

        assert_int_equal(ollama_judge(status, words, &err, &help), outcomes[i].missing);
        assert_int_equal(err.kind, outcomes[i].kind);
        assert_int_equal(help != NULL, outcomes[i].help != NULL);
        if (help)
            assert_non_null(strstr(help, outcomes[i].help));
    }
    json_decref(all);
}

struct settle_case {
    const char *body, *known, *options;
    const char *settled; // NULL: refused
    const char *notes;
};

static const char always[] = "'stream': true, 'truncate': false, 'shift': false";

static const struct settle_case settles[] = {
    // The request's own context, the service's, the usual one; never more than the model's.
    {"{'model': 'm', 'options': {'num_ctx': 16384, 'seed': 41}}", "{}", "{'context': 4096}",
     "{'model': 'm', 'options': {'num_ctx': 16384, 'seed': 41}, 'keep_alive': '10m', %s}", ""},
    {"{'model': 'm', 'options': {}}", "{'context': 131072}", "{'context': 4096}",
     "{'model': 'm', 'options': {'num_ctx': 4096}, 'keep_alive': '10m', %s}", ""},
    {"{'model': 'm'}", "{}", "{}",
     "{'model': 'm', 'options': {'num_ctx': 8192}, 'keep_alive': '10m', %s}", ""},
    {"{'model': 'm', 'options': {'num_ctx': 16384}}", "{'context': 2048}", "{}",
     "{'model': 'm', 'options': {'num_ctx': 2048}, 'keep_alive': '10m', %s}",
     "m has a context of 2048 tokens, not of 16384\n"},
    {"{'model': 'm', 'keep_alive': '1h', 'stream': false, 'truncate': true}", "{}",
     "{'keep': '5m'}", "{'model': 'm', 'options': {'num_ctx': 8192}, 'keep_alive': '1h', %s}", ""},
    {"{'model': 'm'}", "{}", "{'keep': '0s'}",
     "{'model': 'm', 'options': {'num_ctx': 8192}, 'keep_alive': '0s', %s}", ""},
    // Thinking only where it is known that the model can.
    {"{'model': 'm', 'think': 'low'}", "{'capabilities': ['completion', 'thinking']}", "{}",
     "{'model': 'm', 'think': 'low', 'options': {'num_ctx': 8192}, 'keep_alive': '10m', %s}", ""},
    {"{'model': 'm', 'think': 'low'}", "{'capabilities': ['completion']}", "{}",
     "{'model': 'm', 'options': {'num_ctx': 8192}, 'keep_alive': '10m', %s}",
     "m does not think: `think` is left out\n"},
    {"{'model': 'm', 'think': false}", "{}", "{}",
     "{'model': 'm', 'options': {'num_ctx': 8192}, 'keep_alive': '10m', %s}", ""},
    {"{'model': 'm', 'messages': [{'content': '', 'images': ['aa']}]}",
     "{'capabilities': ['completion']}", "{}", NULL, ""},
    {"{'model': 'm', 'messages': [{'content': '', 'images': ['aa']}]}",
     "{'capabilities': ['vision']}", "{}",
     "{'model': 'm', 'messages': [{'content': '', 'images': ['aa']}], 'options': "
     "{'num_ctx': 8192}, 'keep_alive': '10m', %s}",
     ""},
    {"{'model': 'm', 'messages': [{'content': '', 'images': ['aa']}]}", "{}", "{}",
     "{'model': 'm', 'messages': [{'content': '', 'images': ['aa']}], 'options': "
     "{'num_ctx': 8192}, 'keep_alive': '10m', %s}",
     ""},
};

static void settled_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(settles) / sizeof(*settles); i++) {
        json_t *body = read(settles[i].body), *known = read(settles[i].known),
               *options = read(settles[i].options);
        struct buf notes = {0}, expected = {0};
        struct err err;
        bool ok = ollama_settle(body, known, options, &notes, &err);

        assert_int_equal(ok, settles[i].settled != NULL);
        assert_string_equal(buf_text(&notes), settles[i].notes);
        if (ok) {
            const char *hole = strstr(settles[i].settled, "%s");

            buf_printf(&expected, "%.*s%s%s", (int)(hole - settles[i].settled), settles[i].settled,
                       always, hole + strlen("%s"));
            assert_json(body, buf_text(&expected));
        }
        buf_release(&notes);
        buf_release(&expected);
        json_decref(body);
        json_decref(known);
        json_decref(options);
    }
}

struct truncation {
    const char *piece; // repeated so many times
    size_t times;
    int context, counted;
    bool truncated;
};

static const struct truncation truncations[] = {
    {"rain ", 10, 8192, 61, false},           {"rain ", 10, 8192, 0, false},
    {"rain ", 10, 8192, 8192, true},    // its context is full of the prompt
    {"rain ", 20000, 8192, 8000, true}, // 25,000 tokens cannot have fitted
    {"rain ", 20000, 8192, 0, true},          {"rain ", 20000, 32768, 25000, false},
    {"rain ", 20000, 32768, 400, false}, // some count only what they had not read before
    {"rain ", 8000, 8192, 8100, false},  // ten thousand by our estimate, but long words are few
    {"\xe9\x9b\xa8", 3000, 4096, 3900, true}, {"\xe9\x9b\xa8", 3000, 8192, 6000, false},
};

static void truncated_prompts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(truncations) / sizeof(*truncations); i++) {
        const struct truncation *t = &truncations[i];
        struct buf text = {0};
        json_t *body;

        for (size_t k = 0; k < t->times; k++)
            buf_puts(&text, t->piece);
        body = json_pack("{s:{s:i}, s:[{s:s}]}", "options", "num_ctx", t->context, "messages",
                         "content", buf_text(&text));
        assert_int_equal(ollama_was_truncated(body, t->counted), t->truncated);
        json_decref(body);
        buf_release(&text);
    }
}

struct same_case {
    const char *a, *b;
    bool same;
};

static const struct same_case sames[] = {
    {"glm-4.7", "glm-4.7:latest", true},
    {"GLM-4.7:Latest", "glm-4.7", true},
    {"gpt-oss:20b", "gpt-oss:120b", false},
    {"gpt-oss", "gpt-oss:20b", false},
    {"host.tld/Org/Repo-GGUF:Q4_K_M", "host.tld/org/repo-gguf:q4_k_m", true},
    {"host:5000/org/repo", "host:5000/org/repo:latest", true},
    {"a", "ab", false},
    {"a", "a", true},
};

static void names(void **state)
{
    struct arena *a = arena_new();
    json_t *list =
        read("{'m': ['gpt-oss:120b', 'gpt-oss:20b', 'qwen3-vl:32b', 'kimi-k2.5:cloud']}");
    const json_t *installed = json_object_get(list, "m");

    (void)state;
    for (size_t i = 0; i < sizeof(sames) / sizeof(*sames); i++) {
        assert_int_equal(ollama_same(sames[i].a, sames[i].b), sames[i].same);
        assert_int_equal(ollama_same(sames[i].b, sames[i].a), sames[i].same);
        assert_int_equal(strcmp(ollama_full_name(a, sames[i].a), ollama_full_name(a, sames[i].b)) ==
                             0,
                         sames[i].same);
    }
    assert_string_equal(ollama_near(a, installed, "gpt-oss:7b"),
                        "did you mean gpt-oss:120b, gpt-oss:20b?");
    assert_string_equal(ollama_near(a, installed, "GPT-OSS"),
                        "did you mean gpt-oss:120b, gpt-oss:20b?");
    assert_string_equal(ollama_near(a, installed, "qwen3vl:32b"), "did you mean qwen3-vl:32b?");
    assert_null(ollama_near(a, installed, "mistral-large"));
    assert_null(ollama_near(a, NULL, "mistral-large"));
    json_decref(list);
    arena_free(a);
}

static void what_it_says_of_models(void **state)
{
    json_t *tags = recorded("ollama-tags.json"), *none = recorded("ollama-tags-empty.json"),
           *show = recorded("ollama-show.json"), *read_tags = ollama_read_tags(tags),
           *read_none = ollama_read_tags(none), *known = ollama_read_show(show);

    (void)state;
    assert_int_equal(json_object_size(read_tags), 4);
    assert_string_equal(json_get_text(read_tags, "qwen2.5vl:7b", ""),
                        "5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced5ced");
    assert_int_equal(json_object_size(read_none), 0);
    assert_null(ollama_read_tags(known));
    assert_json(known, "{'context': 131072, 'capabilities': ['completion', 'tools', 'thinking']}");
    json_decref(tags);
    json_decref(none);
    json_decref(show);
    json_decref(read_tags);
    json_decref(read_none);
    json_decref(known);
}

static void hear(void *user, struct str line)
{
    ollama_pull_hear(user, line);
}

static void pulls(void **state)
{
    struct buf text = recorded_text("ollama-pull.ndjson"),
               unknown = recorded_text("ollama-pull-unknown.ndjson");
    double completed, total;

    (void)state;
    for (size_t at = 0; at <= text.len; at++) {
        struct ollama_pull p = {0};
        struct lines l = {.hear = hear, .user = &p};

        lines_add(&l, (struct str){text.ptr, at});
        assert_int_equal(p.done, at == text.len);
        lines_add(&l, (struct str){text.ptr + at, text.len - at});
        lines_end(&l);
        ollama_pull_sum(&p, &completed, &total);
        assert_true(p.done);
        assert_int_equal(p.fault.len, 0);
        assert_true(completed == 5969234520 && total == 5969234520);
        ollama_pull_release(&p);
    }
    for (size_t at = 0; at <= unknown.len; at++) {
        struct ollama_pull p = {0};
        struct lines l = {.hear = hear, .user = &p};

        lines_add(&l, (struct str){unknown.ptr, at});
        lines_add(&l, (struct str){unknown.ptr + at, unknown.len - at});
        lines_end(&l);
        assert_false(p.done);
        assert_string_equal(buf_text(&p.fault), "pull model manifest: file does not exist");
        ollama_pull_release(&p);
    }
    buf_release(&text);
    buf_release(&unknown);
}

struct openai_case {
    const char *body, *settled;
};

static const struct openai_case openais[] = {
    // Their own form stays.
    {"{'model': 'm', 'max_tokens': 9, 'seed': 1, 'temperature': 0.2, 'messages': [{'role': 'user', "
     "'content': 'a'}]}",
     "{'model': 'm', 'max_tokens': 9, 'seed': 1, 'temperature': 0.2, 'stream': true, 'messages': "
     "[{'role': 'user', 'content': 'a'}]}"},
    {"{'response_format': {'type': 'json_object'}, 'format': {'type': 'object'}}",
     "{'response_format': {'type': 'json_object'}, 'stream': true}"},
    // Ollama's form is put into theirs.
    {"{'format': {'type': 'object'}, 'think': 'low', 'keep_alive': '5m', 'options': {'seed': 1, "
     "'num_ctx': 9, 'num_predict': 7, 'stop': ['x']}}",
     "{'response_format': {'type': 'json_schema', 'json_schema': {'name': 'answer', 'schema': "
     "{'type': 'object'}, 'strict': true}}, 'reasoning_effort': 'low', 'seed': 1, 'max_tokens': 7, "
     "'stop': ['x'], 'stream': true}"},
    {"{'format': 'json', 'think': true, 'max_tokens': 3, 'options': {'num_predict': 7}}",
     "{'response_format': {'type': 'json_object'}, 'max_tokens': 3, 'stream': true}"},
    {"{'options': {'num_predict': -1}}", "{'stream': true}"},
    {"{'messages': [{'role': 'user', 'content': 'a', 'images': ['iVBORw', '/9j/4A', 'UklGRg']}]}",
     "{'messages': [{'role': 'user', 'content': [{'type': 'text', 'text': 'a'}, {'type': "
     "'image_url', 'image_url': {'url': 'data:image/png;base64,iVBORw'}}, {'type': 'image_url', "
     "'image_url': {'url': 'data:image/jpeg;base64,/9j/4A'}}, {'type': 'image_url', 'image_url': "
     "{'url': 'data:image/webp;base64,UklGRg'}}]}], 'stream': true}"},
    {"{'messages': [{'content': [{'type': 'image_url', 'image_url': {'url': '/9j/4A'}}, {'type': "
     "'image_url', 'image_url': {'url': 'data:image/png;base64,iVBORw'}}]}]}",
     "{'messages': [{'content': [{'type': 'image_url', 'image_url': {'url': "
     "'data:image/jpeg;base64,/9j/4A'}}, {'type': 'image_url', 'image_url': {'url': "
     "'data:image/png;base64,iVBORw'}}]}], 'stream': true}"},
};

static void openai_requests(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(openais) / sizeof(*openais); i++) {
        json_t *body = read(openais[i].body);

        openai_settle(body);
        assert_json(body, openais[i].settled);
        json_decref(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_error),   cmocka_unit_test(settled_requests),
        cmocka_unit_test(truncated_prompts),      cmocka_unit_test(names),
        cmocka_unit_test(what_it_says_of_models), cmocka_unit_test(pulls),
        cmocka_unit_test(openai_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
