// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/result.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { MOST_EXT_BYTES = 12 };

enum sort { SORT_NONE, SORT_IMAGE, SORT_VIDEO, SORT_AUDIO, SORT_LORA, SORT_TEXT };

// Files that may come from a server, by their endings: nothing else is stored, and no other text
// of a server's becomes part of a path.
static const struct {
    const char *ext;
    enum sort sort;
} endings[] = {
    {"aac", SORT_AUDIO},        {"apng", SORT_IMAGE}, {"avi", SORT_VIDEO},  {"flac", SORT_AUDIO},
    {"gif", SORT_VIDEO},        {"jpeg", SORT_IMAGE}, {"jpg", SORT_IMAGE},  {"json", SORT_TEXT},
    {"m4a", SORT_AUDIO},        {"mkv", SORT_VIDEO},  {"mov", SORT_VIDEO},  {"mp3", SORT_AUDIO},
    {"mp4", SORT_VIDEO},        {"ogg", SORT_AUDIO},  {"opus", SORT_AUDIO}, {"png", SORT_IMAGE},
    {"safetensors", SORT_LORA}, {"txt", SORT_TEXT},   {"wav", SORT_AUDIO},  {"webm", SORT_VIDEO},
    {"webp", SORT_IMAGE},
};

static enum sort sort_of(const char *ext)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (strcmp(endings[i].ext, ext) == 0)
            return endings[i].sort;
    return SORT_NONE;
}

// The ending of a server's name in lower case; whatever stands before it is of no use here. "" when
// it has none that could be one.
static const char *ext_of(struct arena *a, const char *name)
{
    const char *dot = strrchr(name, '.');
    size_t len = dot ? strlen(dot + 1) : 0;
    char *ext;

    if (len == 0 || len > MOST_EXT_BYTES)
        return "";
    ext = arena_strdup(a, dot + 1);
    for (char *c = ext; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return ext;
}

static const json_t *message_of(const json_t *status, const char *type)
{
    json_t *message;
    size_t i;

    json_array_foreach(json_object_get(status, "messages"), i, message) {
        const char *said = json_string_value(json_array_get(message, 0));

        if (said && strcmp(said, type) == 0)
            return json_array_get(message, 1);
    }
    return NULL;
}

static double seconds_of(const json_t *status)
{
    double began = json_get_number(message_of(status, "execution_start"), "timestamp", 0),
           ended = json_get_number(message_of(status, "execution_success"), "timestamp", 0);

    return began > 0 && ended > began ? (ended - began) / 1000 : 0;
}

struct comfyui_verdict comfyui_judge(const json_t *history, const char *id)
{
    const json_t *entry = json_object_get(history, id), *status = json_object_get(entry, "status");
    struct comfyui_verdict v = {.entry = entry, .seconds = seconds_of(status)};
    const char *said = json_get_text(status, "status_str", NULL);

    if (!json_is_object(entry))
        return (struct comfyui_verdict){.end = COMFYUI_END_NOT};
    v.data = message_of(status, "execution_interrupted");
    if (v.data) {
        v.end = COMFYUI_END_STOPPED;
        return v;
    }
    v.data = message_of(status, "execution_error");
    v.end =
        v.data || (said && strcmp(said, "success") != 0) ? COMFYUI_END_ERROR : COMFYUI_END_SUCCESS;
    return v;
}

// The outputs of a node: under its own id, or of a node that it became.
static json_t *outputs_of(const json_t *entry, const char *node)
{
    json_t *outputs = json_object_get(entry, "outputs"), *other;
    json_t *own = json_object_get(outputs, node);
    const json_t *meta;
    const char *id;

    if (own)
        return own;
    json_object_foreach(outputs, id, other) {
        meta = json_object_get(json_object_get(entry, "meta"), id);
        if (strcmp(json_get_text(meta, "display_node", ""), node) == 0 ||
            (strncmp(id, node, strlen(node)) == 0 && id[strlen(node)] == '.'))
            return other;
    }
    return NULL;
}

// How well an item suits as an output that ends in ext; 0: not at all.
static int suits(struct arena *a, const json_t *item, const char *ext)
{
    enum sort wanted = sort_of(ext), sort;
    const char *name = json_get_text(item, "filename", NULL);

    if (!name)
        return 0;
    sort = sort_of(ext_of(a, name));
    if (sort == SORT_NONE)
        return 1; // to be told of
    // An animated WebP is a film, and a GIF may be a picture.
    if (sort != wanted)
        return 2;
    return strcmp(json_get_text(item, "type", "output"), "output") == 0 ? 4 : 3;
}

static const json_t *best_of(struct arena *a, const json_t *list, const char *ext, int *best)
{
    const json_t *found = NULL;
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item) {
        int how = suits(a, item, ext);

        if (how > *best) {
            *best = how;
            found = item;
        }
    }
    return found;
}

// The item under the preset's key; where nothing there will do, under any other.
static const json_t *choose(struct arena *a, json_t *outputs, const char *key, const char *ext)
{
    int best = 0;
    const json_t *found = best_of(a, json_object_get(outputs, key), ext, &best);
    const char *other;
    json_t *list;

    if (best > 2)
        return found;
    json_object_foreach(outputs, other, list) {
        const json_t *item = best_of(a, list, ext, &best);

        found = item ? item : found;
    }
    return found;
}

// A text, or several of one run one below the other; NULL: there is none.
static const char *text_of(struct arena *a, const json_t *list)
{
    struct buf text = {0};
    const char *whole = NULL;
    json_t *item;
    size_t i, n = 0;

    if (json_is_string(list))
        return arena_strdup(a, json_string_value(list));
    json_array_foreach(list, i, item)
        if (json_is_string(item))
            buf_printf(&text, "%s%s", n++ ? "\n" : "", json_string_value(item));
    if (n)
        whole = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return whole;
}

static bool pick_text(struct arena *a, json_t *outputs, const char *key, struct comfyui_file *file)
{
    const char *text = text_of(a, json_object_get(outputs, key)), *other;
    json_t *list;

    json_object_foreach(outputs, other, list)
        text = text ? text : text_of(a, list);
    if (!text)
        return false;
    *file = (struct comfyui_file){.text = text, .ext = "txt"};
    return true;
}

bool comfyui_pick(struct arena *a, const json_t *entry, const json_t *output, const char *ext,
                  struct comfyui_file *file, const char **why)
{
    const char *node = json_get_text(output, "node", ""), *key = json_get_text(output, "key", "");
    json_t *outputs = outputs_of(entry, node);
    const json_t *item;

    if (json_object_size(outputs) == 0) {
        *why = "it gave nothing";
        return false;
    }
    item = choose(a, outputs, key, ext);
    if (!item && sort_of(ext) == SORT_TEXT && pick_text(a, outputs, key, file)) {
        file->ext = ext;
        return true;
    }
    if (!item) {
        *why = "it gave no file";
        return false;
    }
    *file = (struct comfyui_file){
        .name = arena_strdup(a, json_get_text(item, "filename", "")),
        .subfolder = arena_strdup(a, json_get_text(item, "subfolder", "")),
        .type = arena_strdup(a, json_get_text(item, "type", "output")),
    };
    file->ext = ext_of(a, file->name);
    if (sort_of(file->ext) != SORT_NONE)
        return true;
    *why = arena_printf(a, "it gave a file that ends in \".%s\"", file->ext);
    return false;
}

// How files of a sort end as a rule, the n-th of them; NULL: there are no more.
static const char *usual_ending(enum sort sort, unsigned n)
{
    static const char *const image[] = {"png", "webp", NULL};
    static const char *const video[] = {"mp4", "webm", NULL};
    static const char *const audio[] = {"flac", "mp3", "opus", NULL};
    static const char *const lora[] = {"safetensors", NULL};
    static const char *const none[] = {NULL};
    const char *const *list = sort == SORT_IMAGE   ? image
                              : sort == SORT_VIDEO ? video
                              : sort == SORT_AUDIO ? audio
                              : sort == SORT_LORA  ? lora
                                                   : none;

    while (n-- && *list)
        list++;
    return *list;
}

bool comfyui_saved(struct arena *a, const char *path, struct comfyui_file *file)
{
    const char *slash = strrchr(path, '/');

    *file = (struct comfyui_file){
        .name = arena_strdup(a, slash ? slash + 1 : path),
        .subfolder = slash ? arena_strndup(a, path, (size_t)(slash - path)) : "",
        .type = "output",
        .ext = ext_of(a, path),
        .unlisted = true,
    };
    return sort_of(file->ext) != SORT_NONE;
}

// SaveImage and its kin put an underscore behind the number, VHS_VideoCombine does not.
bool comfyui_guess(struct arena *a, const char *prefix, const char *ext, unsigned n,
                   struct comfyui_file *file)
{
    const char *ending = usual_ending(sort_of(ext), n / 2);

    return ending &&
           comfyui_saved(
               a, arena_printf(a, "%s%s.%s", prefix, n % 2 ? "_00001" : "_00001_", ending), file);
}
