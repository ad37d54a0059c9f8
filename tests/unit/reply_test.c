// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "runtime/services/chat/lines.h"
#include "runtime/services/chat/reply.h"

enum { MOST_BYTES = 1 << 20 };

static void hear_ollama(void *user, struct str line)
{
    reply_hear_ollama(user, line);
}

static void hear_openai(void *user, struct str line)
{
    reply_hear_openai(user, line);
}

// A body that comes in two pieces, or (step) in many equal ones.
static struct reply listen(struct str body, size_t at, size_t step, bool openai)
{
    struct reply r = {0};
    struct lines l = {.hear = openai ? hear_openai : hear_ollama, .user = &r};

    if (step) {
        for (size_t i = 0; i < body.len; i += step)
            lines_add(&l, (struct str){body.ptr + i, body.len - i < step ? body.len - i : step});
    } else {
        lines_add(&l, (struct str){body.ptr, at});
        lines_add(&l, (struct str){body.ptr + at, body.len - at});
    }
    lines_end(&l);
    if (openai)
        reply_end_openai(&r);
    return r;
}

struct recording {
    const char *file;
    const char *content, *thinking;
    const char *fault; // NULL: none
    bool done, cut;
    int prompt_tokens, tokens;
};

static const char words[] =
    "Wide: the platform, rain in sheets.\nClose: Mara\xe2\x80\x99s hand on the rail.";

static const struct recording recordings[] = {
    {"ollama-chat-stream.ndjson", words, "", NULL, true, false, 61, 42},
    {"ollama-chat-stream-thinking.ndjson", words, "We need a shot list for a rainy platform.", NULL,
     true, false, 61, 42},
    {"ollama-chat-stream-length.ndjson", "Wide: the platform,", "", NULL, true, true, 61, 5},
    {"ollama-chat-stream-truncated.ndjson", "Wide: the platform, rain", "", NULL, false, false, 0,
     0},
    {"ollama-chat-stream-error.ndjson", "Wide: the platform", "",
     "an error was encountered while running the model: unexpected EOF", false, false, 0, 0},
};

static void check(const struct recording *c, const struct reply *r)
{
    assert_string_equal(buf_text(&r->content), c->content);
    assert_string_equal(buf_text(&r->thinking), c->thinking);
    assert_string_equal(buf_text(&r->fault), c->fault ? c->fault : "");
    assert_int_equal(r->done, c->done);
    assert_int_equal(r->cut, c->cut);
    assert_int_equal(r->prompt_tokens, c->prompt_tokens);
    assert_int_equal(r->tokens, c->tokens);
    assert_int_equal(r->odd.len, 0);
}

static void recorded_streams_split_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(recordings) / sizeof(*recordings); i++) {
        struct buf body = {0}, path = {0};
        struct err err;

        buf_printf(&path, "%s/tests/fixtures/services/%s", UNIT_SOURCE_DIR, recordings[i].file);
        assert_true(file_read(buf_text(&path), &body, MOST_BYTES, &err));
        for (size_t at = 0; at <= body.len; at++) {
            struct reply r = listen(buf_view(&body), at, 0, false);

            check(&recordings[i], &r);
            reply_release(&r);
        }
        for (size_t step = 1; step < 8; step++) {
            struct reply r = listen(buf_view(&body), 0, step, false);

            check(&recordings[i], &r);
            reply_release(&r);
        }
        buf_release(&body);
        buf_release(&path);
    }
}

struct stream {
    const char *body;
    const char *content, *thinking, *fault, *odd;
    bool done, cut;
};

static const struct stream ollama_streams[] = {
    // The last line may carry content, and one line may carry thinking and content.
    {"{\"message\":{\"content\":\"a\",\"thinking\":\"t\"},\"done\":false}\n"
     "{\"message\":{\"content\":\"b\"},\"done\":true,\"done_reason\":\"stop\"}",
     "ab", "t", "", "", true, false},
    {"{\"message\":{\"content\":\"\"}}\r\n\r\n{\"message\":{\"content\":\"a\"},\"done\":true}\r\n",
     "a", "", "", "", true, false},
    // What comes behind the last line is not heard.
    {"{\"message\":{\"content\":\"a\"},\"done\":true}\n{\"message\":{\"content\":\"b\"}}\n", "a",
     "", "", "", true, false},
    {"<html>\n<body>bad gateway</body>\n", "", "", "", "<html>", false, false},
    {"{\"message\":{\"content\":\"a\"},\"done\":fal", "", "", "",
     "{\"message\":{\"content\":"
     "\"a\"},\"done\":fal",
     false, false},
    {"[1]\n", "", "", "", "[1]", false, false},
    {"", "", "", "", "", false, false},
};

static const struct stream openai_streams[] = {
    {"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"stop\"}]}\n\n"
     "data: [DONE]\n\n",
     "ab", "", "", "", true, false},
    // CRLF, comments, other fields, no blank behind the colon, an event on two lines.
    {": hello\r\n\r\nevent: message\r\nid: 1\r\ndata:{\"choices\":\r\ndata:"
     "[{\"delta\":{\"content\":\"a\"}}]}\r\n\r\n: still here\r\n\r\ndata: [DONE]\r\n\r\n",
     "a", "", "", "", true, false},
    {"data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"t\",\"reasoning\":\"t\"}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"reasoning\":\"u\",\"content\":null}}]}\n\n"
     "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"length\"}]}\n\n",
     "a", "tu", "", "", true, true},
    // The last event lacks the empty line behind it.
    {"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\ndata: [DONE]", "a", "", "", "", true,
     false},
    {"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n", "a", "", "", "", false, false},
    {"data: {\"error\":{\"message\":\"slot is gone\",\"code\":500}}\n\n", "", "", "slot is gone",
     "", false, false},
    {"data: {\"error\":\"out of memory\"}\n\n", "", "", "out of memory", "", false, false},
    {"data: {\"object\":\"error\",\"message\":\"engine died\"}\n\n", "", "", "engine died", "",
     false, false},
    {"data: {\"detail\":\"no\"}\n\n", "", "", "no", "", false, false},
    {"data: {\"error\":{\"code\":500}}\n\n", "", "", "it failed, and does not say why", "", false,
     false},
    // Servers that do not stream.
    {"{\n \"choices\": [\n  {\"message\": {\"content\": \"a\"},\n \"finish_reason\": \"stop\"}]\n}",
     "a", "", "", "", true, false},
    {"<html>\n\n<body>\n", "", "", "", "<html>", false, false},
    {"data: {\"choices\":[{\"del", "", "", "", "{\"choices\":[{\"del", false, false},
};

static void check_streams(const struct stream *streams, size_t n, bool openai)
{
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at <= strlen(streams[i].body); at++) {
            struct reply r = listen(str_of(streams[i].body), at, 0, openai);

            assert_string_equal(buf_text(&r.content), streams[i].content);
            assert_string_equal(buf_text(&r.thinking), streams[i].thinking);
            assert_string_equal(buf_text(&r.fault), streams[i].fault);
            assert_string_equal(buf_text(&r.odd), streams[i].odd);
            assert_int_equal(r.done, streams[i].done);
            assert_int_equal(r.cut, streams[i].cut);
            reply_release(&r);
        }
}

static void other_streams(void **state)
{
    (void)state;
    check_streams(ollama_streams, sizeof(ollama_streams) / sizeof(*ollama_streams), false);
    check_streams(openai_streams, sizeof(openai_streams) / sizeof(*openai_streams), true);
}

// A line of eight megabytes in small pieces costs no more than its bytes.
static void long_line(void **state)
{
    struct buf body = {0};
    struct reply r;

    (void)state;
    buf_puts(&body, "{\"context\":[");
    for (int i = 0; i < 2000000; i++)
        buf_puts(&body, i ? ",200" : "1");
    buf_puts(&body, "],\"message\":{\"content\":\"a\"},\"done\":true}\n");
    r = listen(buf_view(&body), 0, 1000, false);
    assert_string_equal(buf_text(&r.content), "a");
    assert_true(r.done);
    reply_release(&r);
    buf_release(&body);
}

static void count(void *user, struct str line)
{
    buf_printf(user, "%zu ", line.len);
}

// A line that is too long is left out, wherever it is split, and the next one is heard.
static void line_that_is_too_long(void **state)
{
    static const char body[] = "12345\n123456\n1\n1234567890";

    (void)state;
    for (size_t at = 0; at <= strlen(body); at++) {
        struct buf heard = {0};
        struct lines l = {.hear = count, .user = &heard, .most_bytes = 5};

        lines_add(&l, (struct str){body, at});
        lines_add(&l, (struct str){body + at, strlen(body) - at});
        lines_end(&l);
        assert_string_equal(buf_text(&heard), "5 1 ");
        buf_release(&heard);
    }
}

struct text_case {
    const char *content, *thinking, *text;
};

static const struct text_case texts[] = {
    {" a \n", "", "a"},
    {"<think>hm</think>\n\na", "", "a"},
    {"\n<think>\nhm\n</think>a", "", "a"},
    {"hm, so</think>a", "", "a"},
    {"<think>hm", "", ""},
    {"<think></think>", "", ""},
    {"she wrote <think>x</think> on it", "", "she wrote <think>x</think> on it"},
    {"the tag </think> closes", "apart", "the tag </think> closes"},
    {"", "", ""},
};

static void text_without_thinking(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct reply r = {0};
        struct str text;

        buf_puts(&r.content, texts[i].content);
        buf_puts(&r.thinking, texts[i].thinking);
        text = reply_text(&r);
        assert_int_equal(text.len, strlen(texts[i].text));
        assert_true(str_is(text, texts[i].text));
        reply_release(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_streams_split_anywhere),
        cmocka_unit_test(other_streams),
        cmocka_unit_test(long_line),
        cmocka_unit_test(line_that_is_too_long),
        cmocka_unit_test(text_without_thinking),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
