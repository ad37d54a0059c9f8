// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "runtime/services/chat/words_fit.h"
#include "runtime/services/chat/words_out.h"

// JSON is written with ' for ".
static json_t *read(const char *text)
{
    struct buf out = {0};
    json_t *value;

    for (; *text; text++)
        buf_char(&out, *text == '\'' ? '"' : *text);
    value = json_loads(buf_text(&out), JSON_DECODE_ANY, NULL);
    buf_release(&out);
    assert_non_null(value);
    return value;
}

struct fit_case {
    const char *schema, *value;
    const char *fault; // "": it fits
};

static const struct fit_case fits[] = {
    {"{}", "1", ""},
    {"{'type': 'object'}", "{}", ""},
    {"{'type': 'object'}", "[]", "the answer is not of type \"object\""},
    {"{'type': ['string', 'null']}", "null", ""},
    {"{'type': ['string', 'null']}", "1", "the answer is not of type [\"string\",\"null\"]"},
    {"{'type': 'integer'}", "2.0", ""},
    {"{'type': 'integer'}", "2.5", "the answer is not of type \"integer\""},
    {"{'type': 'number'}", "2", ""},
    {"{'type': 'boolean'}", "'yes'", "the answer is not of type \"boolean\""},
    {"{'type': 'boolean'}", "false", ""},
    {"{'required': ['a', 'b']}", "{'a': 1}", "the answer lacks \"b\""},
    {"{'required': ['a']}", "[]", ""},
    {"{'properties': {'a': {'properties': {'b': {'type': 'string'}}}}}", "{'a': {'b': 1}}",
     "a.b is not of type \"string\""},
    {"{'properties': {'a': {'items': {'enum': ['x', 1]}}}}", "{'a': ['x', 1.0, 'z']}",
     "a[2] is not one of [\"x\",1]"},
    {"{'const': {'a': 1}}", "{'a': 1.0}", ""},
    {"{'const': 'a'}", "'b'", "the answer is not \"a\""},
    {"{'minimum': 0, 'maximum': 1}", "0.5", ""},
    {"{'minimum': 0}", "-1", "the answer is less than 0"},
    {"{'maximum': 1}", "1.5", "the answer is more than 1"},
    {"{'maximum': 1}", "'a'", ""},
    {"{'minItems': 2}", "[1]", "the answer has fewer items than 2"},
    {"{'maxItems': 1}", "[1, 2]", "the answer has more items than 1"},
    {"{'anyOf': [{'type': 'string'}, {'minimum': 3}]}", "4", ""},
    {"{'anyOf': [{'type': 'string'}, {'minimum': 3}]}", "2",
     "the answer is none of the forms that it may have"},
    {"{'properties': {'a': {}}, 'additionalProperties': false}", "{'a': 1, 'b': 2}",
     "the answer has what is not asked for: \"b\""},
    {"{'properties': {'a': true}, 'additionalProperties': {}}", "{'a': 1, 'b': 2}", ""},
    {"{'$ref': '#/nowhere', 'pattern': 'x'}", "'a'", ""},
};

static void fitting(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(fits) / sizeof(*fits); i++) {
        json_t *schema = read(fits[i].schema), *value = read(fits[i].value);
        struct buf fault = {0};
        bool ok = words_fit(schema, value, &fault);

        assert_string_equal(buf_text(&fault), fits[i].fault);
        assert_int_equal(ok, fits[i].fault[0] == 0);
        buf_release(&fault);
        json_decref(schema);
        json_decref(value);
    }
}

// A value deeper than anybody means is not looked into.
static void deep(void **state)
{
    json_t *schema = json_object(), *value = json_array();
    struct buf fault = {0};

    (void)state;
    for (int i = 0; i < 500; i++) {
        schema = json_pack("{s:o}", "items", schema);
        value = json_pack("[o]", value);
    }
    assert_true(words_fit(schema, value, &fault));
    json_decref(schema);
    json_decref(value);
}

struct out_case {
    const char *answer;
    bool json;
    const char *schema; // NULL: none
    const char *words;  // NULL: refused
    const char *fault;  // a part of the reason
};

static const struct out_case outs[] = {
    {"  Rain.\n", false, NULL, "Rain.", ""},
    // A plain text keeps what stands around it.
    {"\"Rain.\"", false, NULL, "\"Rain.\"", ""},
    {"```\nRain.\n```", false, NULL, "```\nRain.\n```", ""},
    {"{'b': 1, 'a': [2]}", true, NULL, "{\n  \"a\": [\n    2\n  ],\n  \"b\": 1\n}\n", ""},
    {"```json\n{'a': 1}\n```", true, NULL, "{\n  \"a\": 1\n}\n", ""},
    {"```\n{'a': 1}", true, NULL, "{\n  \"a\": 1\n}\n", ""},
    {"'{'a': 1}'", true, NULL, "{\n  \"a\": 1\n}\n", ""},
    {"'{\\'a\\': 1}'", true, "{'type': 'object'}", "{\n  \"a\": 1\n}\n", ""},
    {"'word'", true, "{'type': 'string'}", "\"word\"\n", ""},
    {"'word'", true, "{'type': 'object'}", NULL, "the answer is not of type"},
    {"Here it is: {'a': 1}", true, NULL, NULL, "no JSON"},
    {"{'a': 1", true, NULL, NULL, "no JSON"},
    {"", true, NULL, NULL, "no JSON"},
    {"{'a': 1}", true, "{'required': ['b']}", NULL, "lacks \"b\""},
};

static void out_of_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(outs) / sizeof(*outs); i++) {
        struct buf answer = {0}, words = {0}, fault = {0};
        json_t *schema = outs[i].schema ? read(outs[i].schema) : NULL;
        bool ok;

        for (const char *c = outs[i].answer; *c; c++)
            buf_char(&answer, *c == '\'' && outs[i].json ? '"' : *c);
        ok = words_out(buf_view(&answer), outs[i].json, schema, &words, &fault);
        assert_int_equal(ok, outs[i].words != NULL);
        if (ok)
            assert_string_equal(buf_text(&words), outs[i].words);
        else
            assert_non_null(strstr(buf_text(&fault), outs[i].fault));
        buf_release(&answer);
        buf_release(&words);
        buf_release(&fault);
        json_decref(schema);
    }
}

static json_t *recorded(const char *name)
{
    struct buf path = {0}, text = {0};
    struct err err;
    json_t *value;

    buf_printf(&path, "%s/tests/fixtures/services/%s", UNIT_SOURCE_DIR, name);
    assert_true(file_read(buf_text(&path), &text, 1 << 20, &err));
    value = json_read_loose(buf_view(&text), &err);
    assert_non_null(value);
    buf_release(&path);
    buf_release(&text);
    return value;
}

static bool fits_recorded(const char *request, const char *response, struct buf *fault)
{
    json_t *asked = recorded(request), *answered = recorded(response);
    const char *content = json_get_text(json_object_get(answered, "message"), "content", "");
    struct buf words = {0};
    bool ok = words_out(str_of(content), true, json_object_get(asked, "format"), &words, fault);

    buf_release(&words);
    json_decref(asked);
    json_decref(answered);
    return ok;
}

static void recorded_answers(void **state)
{
    struct buf fault = {0};

    (void)state;
    assert_true(fits_recorded("ollama-chat-structured-request.json",
                              "ollama-chat-structured-response.json", &fault));
    assert_true(fits_recorded("ollama-chat-vision-request.json", "ollama-chat-vision-response.json",
                              &fault));
    assert_false(fits_recorded("ollama-chat-structured-request.json",
                               "ollama-chat-structured-cut.json", &fault));
    assert_non_null(strstr(buf_text(&fault), "no JSON"));
    buf_release(&fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fitting),
        cmocka_unit_test(deep),
        cmocka_unit_test(out_of_answers),
        cmocka_unit_test(recorded_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
