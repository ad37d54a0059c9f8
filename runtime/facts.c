// SPDX-License-Identifier: MIT
#include "runtime/facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/media/media.h"

enum { MOST_TEXT_BYTES = 16 << 20 };

struct form {
    const char *ext, *type;
};

// Endings whose type is known without looking inside; all others are media. Sorted.
static const struct form forms[] = {
    {"csv", "text"},         {"cube", "text"}, {"json", "json"}, {"md", "text"},  {"pdf", "file"},
    {"safetensors", "lora"}, {"srt", "text"},  {"txt", "text"},  {"vtt", "text"}, {"yaml", "text"},
};

struct output_form {
    const char *output, *ext;
};

// What the outputs of docs/steps.md are kept as. Sorted.
static const struct output_form outputs[] = {
    {"caption", "txt"}, {"cut", "mp4"},          {"dialogue", "wav"}, {"effects", "wav"},
    {"image", "png"},   {"lora", "safetensors"}, {"mask", "png"},     {"me", "wav"},
    {"music", "wav"},   {"quality", "json"},     {"scores", "json"},  {"sound", "wav"},
    {"srt", "srt"},     {"timing", "json"},      {"track", "wav"},    {"video", "mp4"},
    {"voice", "wav"},   {"vtt", "vtt"},
};

static const char *find_type(const char *ext)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (strcasecmp(forms[i].ext, ext) == 0)
            return forms[i].type;
    return NULL;
}

bool facts_need_media(const char *ext)
{
    return !find_type(ext);
}

static const char *film_ext(const struct step *step, struct arena *a)
{
    json_t *params = step_params(step), *container = json_object_get(params, "container");
    const char *ext = json_get_text(container, "ext", json_get_text(container, "format", "mp4"));

    ext = arena_strdup(a, ext);
    json_decref(params);
    return ext;
}

const char *facts_ext(const struct step *step, const char *output, struct arena *a)
{
    for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++)
        if (strcmp(outputs[i].output, output) == 0)
            return outputs[i].ext;
    if (strcmp(output, "words") == 0)
        return step_has_param(step, "schema") ? "json" : "txt";
    if (strcmp(output, "proxy") == 0)
        return step_has_param(step, "seconds") ? "mp4" : "png";
    return strcmp(output, "film") == 0 ? film_ext(step, a) : "";
}

// Adds every scalar of value under its dotted path.
static void flatten(json_t *facts, const char *path, json_t *value)
{
    char below[512];
    const char *key, *dot = path[0] ? "." : "";
    json_t *member;
    size_t i;

    if (!json_is_object(value) && !json_is_array(value)) {
        json_object_set(facts, path, value);
        return;
    }
    json_object_foreach(value, key, member) {
        snprintf(below, sizeof(below), "%s%s%s", path, dot, key);
        flatten(facts, below, member);
    }
    json_array_foreach(value, i, member) {
        snprintf(below, sizeof(below), "%s%s%zu", path, dot, i);
        flatten(facts, below, member);
    }
}

static bool add_json(json_t *facts, const struct buf *text, struct err *err)
{
    json_t *value = json_read_loose(buf_view(text), err);

    if (!value)
        return false;
    flatten(facts, "", value);
    json_decref(value);
    return true;
}

static bool add_content(json_t *facts, const char *path, const char *type, struct err *err)
{
    struct buf text = {0};
    bool ok = file_read(path, &text, MOST_TEXT_BYTES, err);

    if (ok && strcmp(type, "json") == 0)
        ok = add_json(facts, &text, err);
    else if (ok && str_is_utf8(buf_view(&text)))
        json_object_set_new(facts, "text", json_stringn(buf_text(&text), text.len));
    buf_release(&text);
    return ok;
}

static json_t *probe(const struct media *media, const char *path, const char *name, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    json_t *facts = NULL;

    if (fd < 0) {
        err_errno(err, "%s", path);
        return NULL;
    }
    facts = media->probe(fd, name, err);
    close(fd);
    return facts;
}

json_t *facts_measure(const struct media *media, const char *path, const char *name,
                      const char *ext, struct err *err)
{
    const char *type = find_type(ext);
    bool read = strcasecmp(ext, "json") == 0 || strcasecmp(ext, "txt") == 0;
    struct stat st;
    json_t *facts;

    if (!type)
        return probe(media, path, name, err);
    if (stat(path, &st) != 0) {
        err_errno(err, "%s", path);
        return NULL;
    }
    facts = json_object();
    if (read && !add_content(facts, path, type, err)) {
        json_decref(facts);
        return NULL;
    }
    json_object_set_new(facts, "type", json_string(type));
    json_object_set_new(facts, "bytes", json_integer(st.st_size));
    return facts;
}

const json_t *facts_get(const json_t *facts, const char *path)
{
    return json_object_get(facts, path);
}
