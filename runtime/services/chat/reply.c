// SPDX-License-Identifier: MIT
#include "runtime/services/chat/reply.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"

enum { ODD_BYTES = 200, MOST_BYTES = 64 << 20 };

void reply_release(struct reply *r)
{
    buf_release(&r->content);
    buf_release(&r->thinking);
    buf_release(&r->fault);
    buf_release(&r->odd);
    buf_release(&r->event);
    *r = (struct reply){0};
}

// A server that never stops fills no memory: such an answer fits nowhere.
static void add_text(struct buf *to, const json_t *object, const char *key)
{
    const json_t *text = json_object_get(object, key);

    if (json_is_string(text) && to->len < MOST_BYTES)
        buf_add(to, json_string_value(text), json_string_length(text));
}

static void keep_odd(struct reply *r, struct str line)
{
    if (r->odd.len || !line.len)
        return;
    line.len = line.len < ODD_BYTES ? line.len : ODD_BYTES;
    while (line.len && !str_is_utf8(line))
        line.len--;
    buf_str(&r->odd, line.len ? line : str_of("bytes that are no text"));
}

// {"error": TEXT}, {"error": {"message"}}, {"object": "error", "message"}, {"detail"}.
static bool hear_fault(struct reply *r, const json_t *said)
{
    const json_t *error = json_object_get(said, "error");
    bool is_error = strcmp(json_get_text(said, "object", ""), "error") == 0;

    if (json_is_object(error))
        add_text(&r->fault, error, "message");
    else if (error && !json_is_null(error))
        add_text(&r->fault, said, "error");
    else if (is_error)
        add_text(&r->fault, said, "message");
    else
        add_text(&r->fault, said, "detail");
    if (!r->fault.len && (is_error || json_is_object(error)))
        buf_puts(&r->fault, "it failed, and does not say why");
    return r->fault.len;
}

void reply_hear_ollama(struct reply *r, struct str line)
{
    struct err bad;
    json_t *said;
    const json_t *message;

    if (r->done || !str_trim(line).len)
        return;
    said = json_read_loose(line, &bad);
    message = json_object_get(said, "message");
    if (!json_is_object(said)) {
        keep_odd(r, line);
    } else if (!hear_fault(r, said)) {
        add_text(&r->thinking, message, "thinking");
        add_text(&r->content, message, "content");
        r->pieces++;
        r->done = json_get_flag(said, "done", false);
        r->cut = strcmp(json_get_text(said, "done_reason", ""), "length") == 0;
        r->prompt_tokens = json_get_integer(said, "prompt_eval_count", 0);
        r->tokens = json_get_integer(said, "eval_count", 0);
        r->load_seconds = json_get_number(said, "load_duration", 0) / 1e9; // nanoseconds
    }
    json_decref(said);
}

// A choice has a delta where it streams, a message where it does not. Servers call the thinking
// differently; some send it twice, under both names.
static void hear_choice(struct reply *r, const json_t *choice)
{
    const json_t *delta = json_object_get(choice, "delta");
    const json_t *part = delta ? delta : json_object_get(choice, "message");
    const char *reason = json_get_text(choice, "finish_reason", NULL);
    const char *thinking = json_get_text(part, "reasoning_content", NULL);

    add_text(&r->thinking, part, thinking ? "reasoning_content" : "reasoning");
    add_text(&r->content, part, "content");
    if (!reason)
        return;
    r->done = true;
    r->cut = strcmp(reason, "length") == 0;
}

static void hear_chunk(struct reply *r, const json_t *said)
{
    const json_t *usage = json_object_get(said, "usage"),
                 *choices = json_object_get(said, "choices");

    r->pieces++;
    if (json_array_size(choices))
        hear_choice(r, json_array_get(choices, 0));
    r->prompt_tokens = json_get_integer(usage, "prompt_tokens", r->prompt_tokens);
    r->tokens = json_get_integer(usage, "completion_tokens", r->tokens);
}

static void add_event(struct reply *r, struct str line)
{
    if (r->event.len + line.len > MOST_BYTES)
        return;
    buf_str(&r->event, line);
    buf_char(&r->event, '\n');
}

static void hear_event(struct reply *r)
{
    struct str data = str_trim(buf_view(&r->event));
    struct err bad;
    json_t *said;

    if (!data.len)
        return;
    if (str_is(data, "[DONE]")) {
        r->done = true;
    } else {
        said = json_read_loose(data, &bad);
        if (!json_is_object(said))
            keep_odd(r, data);
        else if (!hear_fault(r, said))
            hear_chunk(r, said);
        json_decref(said);
    }
    buf_clear(&r->event);
}

static bool is_field(struct str line)
{
    static const char *const fields[] = {"event:", "id:", "retry:", ":"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
        if (str_starts(line, fields[i]))
            return true;
    return false;
}

// What is no event may be a whole answer, on one line or many: it is gathered as if it were one.
void reply_hear_openai(struct reply *r, struct str line)
{
    if (!line.len) {
        if (!r->odd.len)
            hear_event(r);
    } else if (str_starts(line, "data:")) {
        add_event(r, (struct str){line.ptr + strlen("data:"), line.len - strlen("data:")});
    } else if (!is_field(line)) {
        add_event(r, line);
    }
}

void reply_end_openai(struct reply *r)
{
    hear_event(r);
}

// Where the opening tag is part of the prompt's template, only the closing one is in the answer.
struct str reply_text(const struct reply *r)
{
    static const char open[] = "<think>", close[] = "</think>";
    struct str text = str_trim(buf_view(&r->content));
    const char *begin = text.len ? strstr(text.ptr, open) : NULL,
               *end = text.len ? strstr(text.ptr, close) : NULL;
    bool thought = begin == text.ptr || (end && !begin && !r->thinking.len);

    if (!text.len || !thought)
        return text;
    if (!end)
        return (struct str){text.ptr, 0};
    end += strlen(close);
    return str_trim((struct str){end, (size_t)(text.ptr + text.len - end)});
}
