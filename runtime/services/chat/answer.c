// SPDX-License-Identifier: MIT
// What becomes of an answer that came whole: it is kept, asked for once more, or given up.
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/chat/chat.h"
#include "runtime/services/chat/words_out.h"

enum { MOST_LOG_BYTES = 64 * 1024 };

static bool wants_json(const struct chat *c)
{
    return strcmp(c->attempt->made[0].ext, "json") == 0;
}

static const json_t *schema_of(const struct chat *c)
{
    const json_t *schema = c->chats->dialect->schema(c->body);
    const json_t *params = json_object_get(c->attempt->params, "params");

    schema = schema ? schema : json_object_get(params, "schema");
    return json_is_object(schema) ? schema : NULL;
}

// What a pick needs of scores, whatever its preset asks for.
static bool is_score(const struct chat *c, struct str text, struct buf *words, struct buf *fault)
{
    json_t *least;
    bool ok;

    if (strcmp(c->attempt->made[0].name, "scores") != 0)
        return true;
    least = json_pack("{s:s, s:[s], s:{s:{s:s}}}", "type", "object", "required", "score",
                      "properties", "score", "type", "number");
    buf_clear(words);
    ok = words_out(text, true, least, words, fault);
    json_decref(least);
    return ok;
}

static void keep_log(struct chat *c, struct str text)
{
    struct buf *log = &c->attempt->log;

    buf_clear(log);
    if (text.len > MOST_LOG_BYTES)
        text.len = MOST_LOG_BYTES;
    buf_str(log, text);
}

static void give_up(struct chat *c, struct str text, const char *why)
{
    struct err err;

    keep_log(c, text);
    err_set(&err, ERR_FINAL, "%s: %s", chat_model(c), why);
    chat_fail(c, &err);
}

// The model sees what it said and what is wrong with it.
static void show_fault(struct chat *c, struct str text, const char *fault)
{
    json_t *messages = json_object_get(c->body, "messages");
    struct buf words = {0};

    buf_printf(&words,
               "That answer cannot be used: %s. Answer again, with JSON that fits the schema and "
               "nothing else.",
               fault);
    json_array_append_new(messages, json_pack("{s:s, s:o}", "role", "assistant", "content",
                                              json_stringn(text.ptr, text.len)));
    json_array_append_new(messages,
                          json_pack("{s:s, s:s}", "role", "user", "content", buf_text(&words)));
    buf_release(&words);
}

static void answer_was_cut(struct chat *c, struct str text)
{
    if (wants_json(c) && !c->after_cut && c->chats->dialect->more_room(c)) {
        c->after_cut = true;
        attempt_note(c->attempt, "the answer was cut: it is asked for again, with more room");
        chat_send(c);
        return;
    }
    chat_help(c, "%s", c->chats->dialect->room);
    give_up(c, text,
            text.len ? "its answer was cut: there was no room for more words"
                     : "it thought until there was no room left for an answer");
}

static void answer_is_empty(struct chat *c)
{
    if (!c->after_empty) {
        c->after_empty = true;
        chat_send(c);
        return;
    }
    chat_help(c, "another seed may help, or another model");
    give_up(c, buf_view(&c->reply.thinking),
            c->reply.thinking.len ? "it thought, and answered nothing, twice"
                                  : "it answered nothing, twice");
}

static void answer_is_wrong(struct chat *c, struct str text, const char *fault)
{
    struct buf why = {0};

    if (!c->after_fault) {
        c->after_fault = true;
        attempt_note(c->attempt, "the answer did not fit its schema (%s): it is asked for again",
                     fault);
        show_fault(c, text, fault);
        chat_send(c);
        return;
    }
    buf_printf(&why, "its answer does not fit the schema, asked twice: %s", fault);
    chat_help(c, "a larger model, a lower temperature or a simpler schema may help; the log has "
                 "what it said");
    give_up(c, text, buf_text(&why));
    buf_release(&why);
}

void chat_answer(struct chat *c)
{
    struct str text = reply_text(&c->reply);
    struct buf words = {0}, fault = {0};
    struct err err;
    bool heeded = !c->chats->dialect->heeded || c->chats->dialect->heeded(c, &err);
    bool fits = words_out(text, wants_json(c), schema_of(c), &words, &fault) &&
                is_score(c, text, &words, &fault);

    if (!heeded)
        chat_fail(c, &err);
    else if (c->reply.cut && !(wants_json(c) && fits))
        answer_was_cut(c, text);
    else if (!text.len)
        answer_is_empty(c);
    else if (!fits)
        answer_is_wrong(c, text, buf_text(&fault));
    else
        chat_keep(c, buf_view(&words));
    buf_release(&words);
    buf_release(&fault);
}
