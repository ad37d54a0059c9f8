// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/words.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum { MOST_CHOICES = 8, MOST_VALUE_BYTES = 80, MOST_MESSAGE_BYTES = 400, MOST_LOG_BYTES = 6000 };

static const json_t *find_node(const json_t *graph, const char *id)
{
    const json_t *node = json_object_get(graph, id);
    char sent[64];
    size_t len = strcspn(id, ".");

    if (node || !id[len] || len >= sizeof(sent))
        return node;
    memcpy(sent, id, len);
    sent[len] = 0;
    return json_object_get(graph, sent);
}

const char *comfyui_node(struct arena *a, const json_t *graph, const char *id)
{
    const json_t *node = find_node(graph, id);
    const char *class = json_get_text(node, "class_type", NULL),
               *title = json_get_text(json_object_get(node, "_meta"), "title", NULL);

    if (!class)
        return arena_printf(a, "node %.60s", id);
    if (title && title[0] && strcmp(title, class) != 0)
        return arena_printf(a, "\"%.80s\" (node %.60s, %.80s)", title, id, class);
    return arena_printf(a, "node %.60s (%.80s)", id, class);
}

// A value as people would write it, cut where it is long.
static const char *show(struct arena *a, const json_t *value)
{
    struct buf text = {0};
    const char *shown;

    if (!value)
        return "nothing";
    json_canonical(value, &text);
    shown = text.len > MOST_VALUE_BYTES
                ? arena_printf(a, "%.*s…", MOST_VALUE_BYTES, buf_text(&text))
                : arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return shown;
}

// The choices of an input in either spelling of /object_info; NULL where it has none, or so many
// that the server keeps them to itself.
static const json_t *choices(const json_t *config)
{
    const json_t *first = json_array_get(config, 0);
    const json_t *options = json_object_get(json_array_get(config, 1), "options");

    return json_is_array(first) ? first : json_is_array(options) ? options : NULL;
}

static void say_choices(struct arena *a, const json_t *info, const char *details, struct buf *out)
{
    const json_t *list = choices(json_object_get(info, "input_config"));
    const char *behind = details ? strstr(details, " not in ") : NULL;
    size_t n = json_array_size(list);

    if (!list) {
        if (behind)
            buf_printf(out, ", which is not in %.200s", behind + strlen(" not in "));
        return;
    }
    if (n == 0) {
        buf_puts(out, ", and the server has none to choose from");
        return;
    }
    buf_puts(out, ", which is none of ");
    for (size_t i = 0; i < n && i < MOST_CHOICES; i++)
        buf_printf(out, "%s%s", i ? ", " : "", show(a, json_array_get(list, i)));
    if (n > MOST_CHOICES)
        buf_printf(out, " and %zu more", n - MOST_CHOICES);
}

static const json_t *limit(const json_t *info, const char *name)
{
    return json_object_get(json_array_get(json_object_get(info, "input_config"), 1), name);
}

static void say_range(struct arena *a, const json_t *info, const char *what, const char *end,
                      struct buf *out)
{
    const json_t *most = limit(info, end);

    buf_printf(out, ", which is %s", what);
    if (most)
        buf_printf(out, " than %s", show(a, most));
}

// Text of a server on one line, without white space at its ends.
static void say_line(struct buf *out, const char *text, int most_bytes)
{
    struct str line = str_trim((struct str){text, strnlen(text, (size_t)most_bytes)});

    for (size_t i = 0; i < line.len; i++)
        buf_char(out, line.ptr[i] == '\n' || line.ptr[i] == '\r' ? ' ' : line.ptr[i]);
}

static void say_message(const json_t *told, const char *fallback, struct buf *out)
{
    const char *message = json_get_text(told, "message", fallback),
               *details = json_get_text(told, "details", "");

    say_line(out, message, MOST_MESSAGE_BYTES);
    if (!details[0])
        return;
    if (out->ptr[out->len - 1] == '.')
        out->len--;
    buf_puts(out, ": ");
    say_line(out, details, MOST_MESSAGE_BYTES);
}

static void say_mismatch(const json_t *info, const char *name, struct buf *out)
{
    const char *taken = json_string_value(json_array_get(json_object_get(info, "input_config"), 0));

    buf_printf(out, "\"%s\" gets %s, but takes %s", name,
               json_get_text(info, "received_type", "something else"),
               taken ? taken : "another type");
}

static void say_value(struct arena *a, const json_t *fault, const char *name, struct buf *out)
{
    const json_t *info = json_object_get(fault, "extra_info");
    const char *type = json_get_text(fault, "type", "");

    buf_printf(out, "\"%s\" is %s", name, show(a, json_object_get(info, "received_value")));
    if (strcmp(type, "value_not_in_list") == 0)
        say_choices(a, info, json_get_text(fault, "details", ""), out);
    else if (strcmp(type, "value_smaller_than_min") == 0)
        say_range(a, info, "less", "min", out);
    else if (strcmp(type, "value_bigger_than_max") == 0)
        say_range(a, info, "more", "max", out);
    else
        buf_printf(out, ": %s", json_get_text(fault, "message", type));
}

// The server looked for what a link names, and Python raised.
static bool say_loose_link(const json_t *info, struct buf *out)
{
    const char *type = json_get_text(info, "exception_type", ""),
               *message = json_get_text(info, "exception_message", "");

    if (strcmp(type, "IndexError") == 0)
        buf_puts(out, "it reads an output that is not there");
    else if (strcmp(type, "KeyError") == 0 && strcmp(message, "'inputs'") != 0)
        buf_printf(out, "it reads a node that is not there: %.60s", message);
    else
        return false;
    return true;
}

static void say_fault(struct arena *a, const json_t *fault, struct buf *out)
{
    const json_t *info = json_object_get(fault, "extra_info");
    const char *type = json_get_text(fault, "type", ""),
               *details = json_get_text(fault, "details", ""),
               *name = json_get_text(info, "input_name", NULL);

    if (strcmp(type, "required_input_missing") == 0)
        buf_printf(out, "\"%s\" is missing", name ? name : details);
    else if (strcmp(type, "return_type_mismatch") == 0 && name)
        say_mismatch(info, name, out);
    else if (strcmp(type, "custom_validation_failed") == 0)
        say_line(out, details, MOST_MESSAGE_BYTES);
    else if (name && json_object_get(info, "received_value"))
        say_value(a, fault, name, out);
    else if (!say_loose_link(info, out))
        say_message(fault, type, out);
}

static bool is_model_file(const char *name)
{
    static const char *const endings[] = {".bin", ".ckpt", ".gguf",       ".onnx",
                                          ".pt",  ".pth",  ".safetensors"};

    for (size_t i = 0; name && i < sizeof(endings) / sizeof(*endings); i++)
        if (str_ends(str_of(name), endings[i]))
            return true;
    return false;
}

// The remedy for what is wrong with one input.
static const char *remedy(struct arena *a, const json_t *fault)
{
    const json_t *info = json_object_get(fault, "extra_info");
    const char *type = json_get_text(fault, "type", ""),
               *given = json_get_text(info, "received_value", NULL);

    if (strcmp(type, "value_not_in_list") == 0 && is_model_file(given))
        return arena_printf(a,
                            "the server has no model file \"%.200s\": put it into the folder "
                            "that `c41 check` names",
                            given);
    return NULL;
}

// Nodes that feed each other, from the first of them: the others say the same.
static bool say_cycle(json_t *nodes, struct buf *out)
{
    const char *id;
    json_t *node;

    json_object_foreach(nodes, id, node) {
        const json_t *fault = json_array_get(json_object_get(node, "errors"), 0);

        if (strcmp(json_get_text(fault, "type", ""), "dependency_cycle") != 0)
            continue;
        buf_puts(out, "nodes feed each other: ");
        say_line(out, json_get_text(fault, "details", id), MOST_MESSAGE_BYTES);
        return true;
    }
    return false;
}

static const char *say_nodes(struct arena *a, const json_t *graph, json_t *nodes, struct buf *out)
{
    const char *id, *help = NULL;
    json_t *node, *fault;
    size_t i;

    json_object_foreach(nodes, id, node) {
        if (json_array_size(json_object_get(node, "errors")) == 0)
            continue;
        buf_printf(out, "%s%s: ", out->len ? "; " : "", comfyui_node(a, graph, id));
        json_array_foreach(json_object_get(node, "errors"), i, fault) {
            buf_puts(out, i ? "; " : "");
            say_fault(a, fault, out);
            help = help ? help : remedy(a, fault);
        }
    }
    return help;
}

// "Node ID '#12'" of a node whose class the server lacks: which class that is.
static const char *missing_class(const json_t *graph, const json_t *error, char id[64])
{
    const char *named = json_get_text(json_object_get(error, "extra_info"), "class_type", NULL),
               *hash = strchr(json_get_text(error, "details", ""), '#');
    size_t len = hash ? strcspn(hash + 1, "'") : 0;

    id[0] = 0;
    if (hash && len < 64) {
        memcpy(id, hash + 1, len);
        id[len] = 0;
    }
    return named ? named
                 : json_get_text(json_object_get(graph, id[0] ? id : " "), "class_type", NULL);
}

static const char *say_missing(const json_t *graph, const json_t *error, struct buf *out)
{
    char id[64];
    const char *class = missing_class(graph, error, id);
    const char *title =
        json_get_text(json_object_get(json_object_get(graph, id), "_meta"), "title", NULL);

    if (!class)
        return NULL;
    buf_printf(out, "the server has no node \"%.100s\" (%s%.80s%snode %s)", class,
               title ? "\"" : "", title ? title : "", title ? "\", " : "", id[0] ? id : "?");
    return "install the node pack that it belongs to, and start the server again";
}

const char *comfyui_refusal(struct arena *a, const json_t *graph, const json_t *body,
                            struct err *err)
{
    const json_t *error = json_object_get(body, "error");
    json_t *nodes = json_object_get(body, "node_errors");
    const char *type = json_get_text(error, "type", ""), *help = NULL;
    struct buf text = {0};

    if (strcmp(type, "missing_node_type") == 0 || strcmp(type, "invalid_prompt") == 0)
        help = say_missing(graph, error, &text);
    else if (!say_cycle(nodes, &text) && json_object_size(nodes))
        help = say_nodes(a, graph, nodes, &text);
    if (!text.len) {
        say_message(error, "the server refuses the workflow", &text);
        if (strcmp(type, "prompt_outputs_failed_validation") == 0)
            help = "the server does not say why; older ones refuse nodes that feed each other so";
    }
    err_set(err, ERR_FINAL, "%s", buf_text(&text));
    buf_release(&text);
    return help;
}

static bool holds_any(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

static enum comfyui_fault fault_of(const char *type, const char *message)
{
    static const char *const memory[] = {"CUDA out of memory", "HIP out of memory",
                                         "MPS backend out of memory", "Allocation on device"};
    static const char *const disk[] = {"No space left on device", "[Errno 28]", "[WinError 112]",
                                       "not enough space on the disk", "Disk quota exceeded"};

    if (strstr(type, "OutOfMemoryError") ||
        holds_any(message, memory, sizeof(memory) / sizeof(*memory)))
        return COMFYUI_FAULT_MEMORY;
    return holds_any(message, disk, sizeof(disk) / sizeof(*disk)) ? COMFYUI_FAULT_DISK
                                                                  : COMFYUI_FAULT_NODE;
}

static void log_traceback(const json_t *data, struct buf *log)
{
    json_t *line;
    size_t i;

    json_array_foreach(json_object_get(data, "traceback"), i, line)
        buf_printf(log, "%.*s", MOST_LOG_BYTES,
                   json_string_value(line) ? json_string_value(line) : "");
    if (log->len > MOST_LOG_BYTES) {
        memmove(log->ptr, log->ptr + log->len - MOST_LOG_BYTES, MOST_LOG_BYTES + 1);
        log->len = MOST_LOG_BYTES;
    }
}

enum comfyui_fault comfyui_exception(struct arena *a, const json_t *graph, const json_t *data,
                                     struct buf *log, struct err *err)
{
    const char *type = json_get_text(data, "exception_type", ""),
               *message = json_get_text(data, "exception_message", ""),
               *id = json_get_text(data, "node_id", "?");
    const char *tips = strstr(message, "\nThis error means you ran out of memory");
    struct buf text = {0};

    say_line(&text, message,
             tips && tips - message < MOST_MESSAGE_BYTES ? (int)(tips - message)
                                                         : MOST_MESSAGE_BYTES);
    err_set(err, ERR_FINAL, "%s: %s%s%s%s", comfyui_node(a, graph, id),
            text.len ? buf_text(&text) : "it failed", type[0] ? " (" : "", type,
            type[0] ? ")" : "");
    buf_release(&text);
    log_traceback(data, log);
    return fault_of(type, message);
}
