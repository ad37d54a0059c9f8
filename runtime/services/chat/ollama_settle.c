// SPDX-License-Identifier: MIT
// What is sent to an Ollama server beyond what the preset says, and what its answers mean.
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/services/ollama.h"

enum { USUAL_CONTEXT = 8192, FIRST_CJK = 0x2e80 };

static const char usual_keep[] = "10m";

// A prompt that is estimated to be larger than its context by a tenth, and counted as less than 0.7
// of the estimate, was cut.
static const double slack = 0.9, plausible = 0.7;

// Bytes of a token, roughly: of CJK, of the rest.
static const double cjk_bytes = 1.5, other_bytes = 4;

static bool has(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(name, json_string_value(json_array_get(list, i))
                             ? json_string_value(json_array_get(list, i))
                             : "") == 0)
            return true;
    return false;
}

// The server's own default depends on the memory of its GPU, and whatever does not fit is dropped
// in silence: so it is always told.
static void settle_context(json_t *body, const json_t *known, const json_t *options,
                           struct buf *notes)
{
    json_t *told = json_object_get(body, "options");
    json_int_t most = json_get_integer(known, "context", 0);
    json_int_t wanted = json_get_integer(told, "num_ctx", 0);

    if (!json_is_object(told)) {
        told = json_object();
        json_object_set_new(body, "options", told);
    }
    if (wanted <= 0)
        wanted = json_get_integer(options, "context", USUAL_CONTEXT);
    if (most > 0 && wanted > most) {
        buf_printf(notes, "%s has a context of %lld tokens, not of %lld\n",
                   json_get_text(body, "model", ""), (long long)most, (long long)wanted);
        wanted = most;
    }
    json_object_set_new(told, "num_ctx", json_integer(wanted));
}

// A model that does not think answers 400 when it is asked to; an old server does not say which
// can, and knows nothing of it.
static void settle_thinking(json_t *body, const json_t *known, struct buf *notes)
{
    const json_t *think = json_object_get(body, "think");

    if (!think || has(json_object_get(known, "capabilities"), "thinking"))
        return;
    if (!json_is_false(think) && !json_is_null(think))
        buf_printf(notes, "%s does not think: `think` is left out\n",
                   json_get_text(body, "model", ""));
    json_object_del(body, "think");
}

static bool shows_pictures(const json_t *body)
{
    const json_t *messages = json_object_get(body, "messages");

    for (size_t i = 0; i < json_array_size(messages); i++)
        if (json_array_size(json_object_get(json_array_get(messages, i), "images")))
            return true;
    return false;
}

static void set_keep(json_t *body, const json_t *options)
{
    if (!json_object_get(body, "keep_alive"))
        json_object_set_new(body, "keep_alive",
                            json_string(json_get_text(options, "keep", usual_keep)));
}

bool ollama_settle(json_t *body, const json_t *known, const json_t *options, struct buf *notes,
                   struct err *err)
{
    const json_t *capabilities = json_object_get(known, "capabilities");

    if (shows_pictures(body) && capabilities && !has(capabilities, "vision"))
        return err_set(err, ERR_FINAL, "%s does not see pictures",
                       json_get_text(body, "model", ""));
    settle_context(body, known, options, notes);
    settle_thinking(body, known, notes);
    set_keep(body, options);
    json_object_set_new(body, "stream", json_true());
    json_object_set_new(body, "truncate", json_false()); // a prompt that is too long is refused
    json_object_set_new(body, "shift", json_false());    // nor is its beginning dropped later
    return true;
}

static double estimate_text(const char *text, size_t len)
{
    struct str rest = {text, len};
    double tokens = 0;

    while (rest.len) {
        unsigned code;
        size_t n = str_decode(rest, &code);

        tokens += (double)n / (code >= FIRST_CJK ? cjk_bytes : other_bytes);
        rest.ptr += n;
        rest.len -= n;
    }
    return tokens;
}

// Pictures count for nothing here: what they cost differs by model and size.
static double estimate(const json_t *body)
{
    const json_t *messages = json_object_get(body, "messages");
    double tokens = 0;

    for (size_t i = 0; i < json_array_size(messages); i++) {
        const json_t *content = json_object_get(json_array_get(messages, i), "content");

        if (json_is_string(content))
            tokens += estimate_text(json_string_value(content), json_string_length(content));
    }
    return tokens;
}

bool ollama_was_truncated(const json_t *body, json_int_t prompt_tokens)
{
    json_int_t context =
        json_get_integer(json_object_get(body, "options"), "num_ctx", USUAL_CONTEXT);
    double expected = estimate(body);

    return prompt_tokens >= context ||
           (expected * slack > (double)context && (double)prompt_tokens < expected * plausible);
}

static const char more_context[] =
    "raise num_ctx in the preset's options or `context` of the service, or shorten the brief";
static const char less_memory[] =
    "its machine has too little memory for this model and context: lower num_ctx, or take a "
    "smaller model";

struct trouble {
    long status;
    const char *says; // a part of the server's words, in any case; NULL: whatever it says
    enum err_kind kind;
    bool missing; // the model is not there
    const char *help;
};

// The first that fits. A 500 is asked once more before its kind counts.
static const struct trouble troubles[] = {
    {400, "does not support thinking", ERR_FINAL, false, "take `think` out of the preset"},
    {400, "think value", ERR_FINAL, false,
     "`think` of the preset is one of: true, false, low, medium, high, max"},
    {400, "context", ERR_FINAL, false, more_context},
    {400, "does not support", ERR_FINAL, false, "take a model that can do what the preset asks"},
    {400, "base64", ERR_FINAL, false, "`images` of the preset are inputs, such as ${image}"},
    {400, "model", ERR_FINAL, false, "the preset's request names its model: model: ${model}"},
    {400, NULL, ERR_FINAL, false, "the preset's request is not what this server takes"},
    {401, NULL, ERR_FILM, false,
     "run `ollama signin` on its machine, or name its key: token: {env: VARIABLE}"},
    {403, NULL, ERR_FILM, false,
     "models of the cloud are switched off there, or the token is not allowed to use them"},
    {404, "page not found", ERR_FINAL, false,
     "is its url that of an Ollama server? Others are spoken to by the driver openai"},
    {404, "model", ERR_FINAL, true, NULL},
    {404, NULL, ERR_FINAL, false,
     "is its url that of an Ollama server? Others are spoken to by the driver openai"},
    {500, "memory", ERR_TRANSIENT, false, less_memory},
    {500, "resource limitations", ERR_TRANSIENT, false, less_memory},
    {500, "option", ERR_TRANSIENT, false, "correct the options of the preset's request"},
    {500, "format", ERR_TRANSIENT, false, "the schema is not one that this server understands"},
};

bool ollama_judge(long status, const char *words, struct err *err, const char **help)
{
    for (size_t i = 0; i < sizeof(troubles) / sizeof(*troubles); i++) {
        const struct trouble *t = &troubles[i];

        if (t->status != status || (t->says && !str_mentions(str_of(words), t->says)))
            continue;
        err->kind = t->kind;
        *help = t->help;
        return t->missing;
    }
    *help = NULL;
    return false;
}
