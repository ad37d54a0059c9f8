// SPDX-License-Identifier: MIT
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "runtime/services/openai.h"

// How the bytes of a picture begin in base64.
static const struct {
    const char *begins, *type;
} pictures[] = {
    {"/9j/", "image/jpeg"}, {"R0lG", "image/gif"}, {"UklGR", "image/webp"}, {"iVBOR", "image/png"}};

static const char *type_of(const char *base64)
{
    for (size_t i = 0; i < sizeof(pictures) / sizeof(*pictures); i++)
        if (str_starts(str_of(base64), pictures[i].begins))
            return pictures[i].type;
    return "image/png";
}

static json_t *data_url(const char *base64)
{
    return json_sprintf("data:%s;base64,%s", type_of(base64), base64);
}

// {"image_url": {"url": BASE64}}: an address has a colon, base64 has none.
static void settle_part(json_t *part)
{
    json_t *picture = json_object_get(part, "image_url");
    const char *url = json_get_text(picture, "url", NULL);

    if (url && url[0] && !strchr(url, ':'))
        json_object_set_new(picture, "url", data_url(url));
}

// {"content": TEXT, "images": [BASE64]} becomes {"content": [parts]}.
static void settle_message(json_t *message)
{
    json_t *content = json_object_get(message, "content"),
           *images = json_object_get(message, "images"), *parts, *image;
    size_t i;

    for (i = 0; json_is_array(content) && i < json_array_size(content); i++)
        settle_part(json_array_get(content, i));
    if (!json_is_array(images))
        return;
    parts = json_is_array(content) ? json_incref(content) : json_array();
    if (json_is_string(content))
        json_array_append_new(parts, json_pack("{s:s, s:O}", "type", "text", "text", content));
    json_array_foreach(images, i, image)
        if (json_is_string(image))
            json_array_append_new(parts,
                                  json_pack("{s:s, s:{s:o}}", "type", "image_url", "image_url",
                                            "url", data_url(json_string_value(image))));
    json_object_set_new(message, "content", parts);
    json_object_del(message, "images");
}

static void settle_format(json_t *body)
{
    json_t *format = json_incref(json_object_get(body, "format"));

    json_object_del(body, "format");
    if (json_object_get(body, "response_format")) {
        json_decref(format);
        return;
    }
    if (json_is_object(format))
        json_object_set_new(body, "response_format",
                            json_pack("{s:s, s:{s:s, s:O, s:b}}", "type", "json_schema",
                                      "json_schema", "name", "answer", "schema", format, "strict",
                                      true));
    else if (strcmp(json_is_string(format) ? json_string_value(format) : "", "json") == 0)
        json_object_set_new(body, "response_format", json_pack("{s:s}", "type", "json_object"));
    json_decref(format);
}

// Ollama's word, and theirs; NULL: they have none, it is the server's own affair. Others have the
// same word.
static const struct {
    const char *ours, *theirs;
} words[] = {
    {"main_gpu", NULL}, {"num_batch", NULL},           {"num_ctx", NULL},    {"num_gpu", NULL},
    {"num_keep", NULL}, {"num_predict", "max_tokens"}, {"num_thread", NULL}, {"use_mmap", NULL},
};

static const char *word_for(const char *option)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (strcmp(words[i].ours, option) == 0)
            return words[i].theirs;
    return option;
}

// An answer as long as it likes is told by saying nothing.
static bool is_open_end(const char *word, const json_t *value)
{
    return strcmp(word, "max_tokens") == 0 && json_number_value(value) <= 0;
}

static void settle_options(json_t *body)
{
    json_t *options = json_incref(json_object_get(body, "options")), *value;
    const char *name;

    json_object_del(body, "options");
    json_object_foreach(options, name, value) {
        const char *word = word_for(name);

        if (word && !json_object_get(body, word) && !is_open_end(word, value))
            json_object_set(body, word, value);
    }
    json_decref(options);
}

// How hard a model should think is said by a word; whether it should, by none that all understand.
static void settle_thinking(json_t *body)
{
    json_t *think = json_object_get(body, "think");

    if (json_is_string(think) && !json_object_get(body, "reasoning_effort"))
        json_object_set(body, "reasoning_effort", think);
    json_object_del(body, "think");
}

void openai_settle(json_t *body)
{
    json_t *message;
    size_t i;

    json_array_foreach(json_object_get(body, "messages"), i, message)
        settle_message(message);
    settle_format(body);
    settle_options(body);
    settle_thinking(body);
    json_object_del(body, "keep_alive");
    json_object_set_new(body, "stream", json_true());
}

const json_t *openai_schema(const json_t *body)
{
    return json_object_get(json_object_get(json_object_get(body, "response_format"), "json_schema"),
                           "schema");
}
