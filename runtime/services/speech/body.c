// SPDX-License-Identifier: MIT
#include "runtime/services/speech/body.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "runtime/services/speech/dialect.h"
#include "runtime/services/speech/order.h"
#include "runtime/services/speech/reach.h"

// Params that the words of a dialect say, or nobody; all others are the preset's own and go on
// under their names.
static const char *const neutral[] = {
    "clone", "direction", "emotion", "emotion-weight", "language", "pronounce",
    "seed",  "speed",     "take",    "text",           "voice",    "who",
};

static bool is_neutral(const char *name)
{
    for (size_t i = 0; i < sizeof(neutral) / sizeof(*neutral); i++)
        if (strcmp(neutral[i], name) == 0)
            return true;
    return false;
}

static void merge(json_t *body, const char *constants)
{
    json_t *more = constants ? json_loads(constants, 0, NULL) : NULL;

    json_object_update(body, more);
    json_decref(more);
}

static void put(json_t *body, const struct speech_order *o, enum speech_word word, json_t *value)
{
    const char *name = o->dialect->words[word];

    if (name && value)
        json_object_set_new(body, name, value);
    else
        json_decref(value);
}

static void put_text(json_t *body, const struct speech_order *o, enum speech_word word,
                     const char *text)
{
    put(body, o, word, text ? json_string(text) : NULL);
}

// A param as it was bound, where the step has it.
static void put_param(json_t *body, const struct speech_order *o, enum speech_word word,
                      const char *name)
{
    put(body, o, word, json_incref(json_object_get(o->params, name)));
}

static void put_own(json_t *body, const json_t *params)
{
    json_t *value;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)params, name, value)
        if (!is_neutral(name))
            json_object_set(body, name, value);
}

static json_t *vector_of(const struct speech_order *o)
{
    json_t *vector = json_array();

    for (size_t i = 0; i < EMOTIONS; i++)
        json_array_append_new(vector, json_real(o->vector[i]));
    return vector;
}

static void put_emotion(json_t *body, const struct speech_order *o)
{
    if (o->emotion == EMOTION_AUDIO)
        put_text(body, o, WORD_EMOTION_AUDIO, o->emotion_audio->there);
    if (o->emotion == EMOTION_VECTOR)
        put(body, o, WORD_EMOTION_VECTOR, vector_of(o));
    if (o->emotion == EMOTION_TEXT)
        put_text(body, o, WORD_EMOTION_TEXT, o->emotion_text);
    if (o->emotion != EMOTION_NONE)
        put_param(body, o, WORD_EMOTION_WEIGHT, "emotion-weight");
}

static void put_clone(json_t *body, const struct speech_order *o)
{
    json_t *there = o->clone->there ? json_string(o->clone->there) : NULL;

    if (there && o->dialect->list_of_clones)
        there = json_pack("[o]", there);
    put(body, o, WORD_CLONE, there);
    put_text(body, o, WORD_CLONE_TEXT, o->clone_text);
    if (!o->clone_text)
        merge(body, o->dialect->without_text);
}

static json_t *write_json(const struct speech_order *o, const char *text)
{
    json_t *body = json_object();

    merge(body, o->dialect->ways[o->way].always);
    merge(body, o->dialect->emotions[o->emotion]);
    put_own(body, o->params);
    put_text(body, o, WORD_MODEL, o->model);
    put_text(body, o, WORD_TEXT, text);
    if (o->way == WAY_NAMED)
        put_text(body, o, WORD_VOICE, o->voice);
    put_text(body, o, WORD_DIRECTION, o->direction);
    put_text(body, o, WORD_LANGUAGE, o->language);
    put_param(body, o, WORD_SPEED, "speed");
    put_param(body, o, WORD_SEED, "seed");
    if (o->way == WAY_CLONE)
        put_clone(body, o);
    put_emotion(body, o);
    return body;
}

static void add_value(struct buf *out, const json_t *value)
{
    json_t *item;
    size_t i;

    if (json_is_string(value))
        buf_puts(out, json_string_value(value));
    else if (json_is_array(value))
        json_array_foreach(value, i, item) {
            buf_puts(out, i ? "," : "");
            add_value(out, item);
        }
    else
        json_canonical(value, out);
}

// A field of a form: text as it is, a list with commas.
static struct http_part field(struct arena *a, const char *name, const json_t *value)
{
    struct buf text = {0};
    struct http_part part = {.name = arena_strdup(a, name)};

    add_value(&text, value);
    part.bytes = (struct str){arena_strndup(a, buf_text(&text), text.len), text.len};
    buf_release(&text);
    return part;
}

static struct http_part file(const char *name, const struct speech_recording *r,
                             const char *filename)
{
    return (struct http_part){.name = name, .path = r->path, .filename = filename, .type = r->type};
}

static void add_fields(struct speech_body *b, struct http_part *parts, const json_t *fields,
                       struct arena *a)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)fields, name, value)
        parts[b->n_parts++] = field(a, name, value);
    b->parts = parts;
}

void speech_body_make(struct speech_body *b, const struct speech_order *o, const char *text,
                      struct arena *a)
{
    const struct speech_request *request = &o->dialect->ways[o->way];
    const char *const *words = o->dialect->words;
    struct http_part *parts;

    *b = (struct speech_body){.route = request->route, .json = write_json(o, text)};
    if (!request->multipart)
        return;
    parts = arena_array(a, struct http_part, json_object_size(b->json) + 2);
    add_fields(b, parts, b->json, a);
    if (o->way == WAY_CLONE)
        parts[b->n_parts++] = file(words[WORD_CLONE], o->clone, o->clone->base);
    if (o->emotion == EMOTION_AUDIO)
        parts[b->n_parts++] =
            file(words[WORD_EMOTION_AUDIO], o->emotion_audio, o->emotion_audio->base);
    json_decref(b->json);
    b->json = NULL;
}

void speech_body_upload(struct speech_body *b, const struct speech_upload *upload,
                        const struct speech_recording *r, const char *text, struct arena *a)
{
    json_t *fields = json_object();
    struct http_part *parts;

    *b = (struct speech_body){.route = upload->route};
    merge(fields, upload->always);
    if (upload->name)
        json_object_set_new(fields, upload->name, json_string(r->there));
    if (upload->text && text)
        json_object_set_new(fields, upload->text, json_string(text));
    parts = arena_array(a, struct http_part, json_object_size(fields) + 1);
    add_fields(b, parts, fields, a);
    parts[b->n_parts++] = file(upload->file, r, upload->with_ending ? r->there : r->base);
    json_decref(fields);
}
