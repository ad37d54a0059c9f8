// SPDX-License-Identifier: MIT
#include "compiler/workflow.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"

static const json_t *node_of(const struct workflow *w, const char *id)
{
    return json_object_get(w->nodes, id);
}

static const char *title_of(const json_t *node)
{
    return json_get_text(json_object_get(node, "_meta"), "title", "");
}

const char *workflow_class(const struct workflow *w, const char *id)
{
    return json_get_text(node_of(w, id), "class_type", "");
}

// A link is [node id, output]; a list that is a value stands in {"__value__": [...]}.
static bool is_link(const json_t *value)
{
    return json_array_size(value) == 2 && json_is_string(json_array_get(value, 0)) &&
           json_is_integer(json_array_get(value, 1));
}

static bool check_node(const struct workflow *w, const char *id, const json_t *node, struct span at)
{
    json_t *inputs = json_object_get(node, "inputs"), *value;
    const char *field;

    if (!json_is_string(json_object_get(node, "class_type")) || !json_is_object(inputs)) {
        diag_say(w->diag, SEVERITY_ERROR, at, "export it from ComfyUI by \"Export (API)\"",
                 "%s: node \"%s\" has no class_type and inputs", w->file, id);
        return false;
    }
    json_object_foreach(inputs, field, value)
        if (is_link(value) && !node_of(w, json_string_value(json_array_get(value, 0)))) {
            diag_say(w->diag, SEVERITY_ERROR, at, NULL,
                     "%s: node \"%s\" reads node \"%s\" for its %s, which is not there", w->file,
                     id, json_string_value(json_array_get(value, 0)), field);
            return false;
        }
    return true;
}

static bool check_nodes(struct workflow *w, struct span at)
{
    const char *id;
    json_t *node;
    bool ok = true;

    if (json_is_array(json_object_get(w->nodes, "nodes"))) {
        diag_say(w->diag, SEVERITY_ERROR, at, "export it from ComfyUI by \"Export (API)\"",
                 "%s is a workflow in the editor's format, which no server runs", w->file);
        return false;
    }
    if (json_object_size(w->nodes) == 0) {
        diag_say(w->diag, SEVERITY_ERROR, at, NULL, "%s is no workflow: it has no nodes", w->file);
        return false;
    }
    json_object_foreach(w->nodes, id, node)
        ok &= check_node(w, id, node, at);
    return ok;
}

bool workflow_read(struct workflow *w, struct arena *a, struct diag *d, const char *file,
                   struct str text, struct span at)
{
    struct err err;

    *w = (struct workflow){.arena = a, .diag = d, .file = file};
    w->nodes = json_read_loose(text, &err); // seeds go to 2^64-1
    if (!json_is_object(w->nodes)) {
        diag_say(d, SEVERITY_ERROR, at, NULL, "%s: %s", w->file,
                 w->nodes ? "a workflow is an object of nodes" : err.text);
        return false;
    }
    return check_nodes(w, at);
}

void workflow_release(struct workflow *w)
{
    json_decref(w->nodes);
    w->nodes = NULL;
}

// By id, else by title. *n counts how many bear the title.
static const char *find_node(const struct workflow *w, struct str name, size_t *n)
{
    const char *text = arena_strndup(w->arena, name.ptr, name.len), *id, *found = NULL;
    json_t *node;

    *n = 0;
    if (node_of(w, text)) {
        *n = 1;
        return text;
    }
    json_object_foreach(w->nodes, id, node)
        if (strcmp(title_of(node), text) == 0) {
            found = found ? found : id;
            (*n)++;
        }
    return found;
}

static void say_no_node(const struct workflow *w, struct str name, struct span at)
{
    VEC(const char *) names = {0};
    const char *text = arena_strndup(w->arena, name.ptr, name.len), *near, *id;
    json_t *node;

    json_object_foreach(w->nodes, id, node) {
        vec_push(&names, id);
        if (title_of(node)[0])
            vec_push(&names, title_of(node));
    }
    near = str_nearest(text, names.at, names.n);
    diag_say(w->diag, SEVERITY_ERROR, at,
             near ? arena_printf(w->arena, "did you mean \"%s\"?", near) : NULL,
             "%s has no node \"%s\", neither by id nor by title", w->file, text);
    vec_release(&names);
}

static void say_no_field(const struct workflow *w, const char *id, const char *field,
                         struct span at)
{
    VEC(const char *) names = {0};
    json_t *inputs = json_object_get(node_of(w, id), "inputs"), *value;
    const char *name, *near;

    json_object_foreach(inputs, name, value)
        vec_push(&names, name);
    near = str_nearest(field, names.at, names.n);
    diag_say(w->diag, SEVERITY_ERROR, at,
             near ? arena_printf(w->arena, "did you mean \"%s\"?", near) : NULL,
             "%s: node \"%s\" (%s) has no field \"%s\"", w->file, id, workflow_class(w, id), field);
    vec_release(&names);
}

const char *workflow_node(const struct workflow *w, const char *name, struct span at)
{
    size_t n;
    const char *id = find_node(w, str_of(name), &n);

    if (n > 1)
        diag_say(w->diag, SEVERITY_ERROR, at, "name the node by its id",
                 "%s has %zu nodes titled \"%s\"", w->file, n, name);
    else if (!id)
        say_no_node(w, str_of(name), at);
    return n == 1 ? id : NULL;
}

// Fields may hold dots ("chunking_mode.frames_per_chunk"), and so may titles: the shortest name
// that is a node's wins.
static const char *split(const struct workflow *w, struct str path, const char **field)
{
    for (size_t i = 1; i + 1 < path.len; i++) {
        size_t n;
        const char *id;

        if (path.ptr[i] != '.')
            continue;
        id = find_node(w, (struct str){path.ptr, i}, &n);
        if (n == 1) {
            *field = arena_strndup(w->arena, path.ptr + i + 1, path.len - i - 1);
            return id;
        }
    }
    return NULL;
}

bool workflow_slot(const struct workflow *w, struct str path, bool may_miss, struct span at,
                   struct workflow_slot *out)
{
    const char *field = NULL, *id = split(w, path, &field);
    struct str rest = path;

    if (!id && !memchr(path.ptr, '.', path.len)) {
        diag_say(w->diag, SEVERITY_ERROR, at, "write NODE.FIELD, for example \"27.text\"",
                 "\"%.*s\" names no field of a node", (int)path.len, path.ptr);
        return false;
    }
    if (!id) {
        const char *name = arena_strndup(w->arena, path.ptr, str_cut(&rest, '.').len);

        workflow_node(w, name, at);
        return false;
    }
    if (!may_miss && !json_object_get(json_object_get(node_of(w, id), "inputs"), field)) {
        say_no_field(w, id, field, at);
        return false;
    }
    *out = (struct workflow_slot){id, field};
    return true;
}

// The fields that a value of this name goes to, in the order in which they are tried.
static const struct {
    const char *name;
    const char *fields[4];
} usual_fields[] = {
    {"brief", {"text", "prompt"}},
    {"clone", {"audio"}},
    {"image", {"image"}},
    {"instruction", {"text", "prompt"}},
    {"last", {"image"}},
    {"mask", {"image"}},
    {"negative", {"text", "negative_prompt", "prompt"}},
    {"prompt", {"text", "prompt", "positive_prompt"}},
    {"reference", {"image"}},
    {"seed", {"seed", "noise_seed"}},
    {"text", {"text"}},
    {"track", {"audio"}},
    {"video", {"video", "file"}},
};

static const char *usual_field(const json_t *inputs, const char *name)
{
    for (size_t i = 0; i < sizeof(usual_fields) / sizeof(*usual_fields); i++)
        if (strcmp(usual_fields[i].name, name) == 0)
            for (size_t j = 0; j < 4 && usual_fields[i].fields[j]; j++)
                if (json_object_get(inputs, usual_fields[i].fields[j]))
                    return usual_fields[i].fields[j];
    return NULL;
}

// A node with one value that is no link leaves no doubt.
static const char *only_value(json_t *inputs)
{
    const char *field, *found = NULL;
    json_t *value;

    json_object_foreach(inputs, field, value)
        if (!is_link(value)) {
            if (found)
                return NULL;
            found = field;
        }
    return found;
}

bool workflow_titled(const struct workflow *w, const char *id, struct str *name,
                     struct workflow_slot *out)
{
    json_t *inputs = json_object_get(node_of(w, id), "inputs");
    const char *title = title_of(node_of(w, id)), *last;

    if (strncmp(title, "c41:", 4) != 0 || !title[4])
        return false;
    *name = str_of(title + 4);
    last = strrchr(title + 4, '.');
    last = last ? last + 1 : title + 4;
    out->node = id;
    out->field = json_object_get(inputs, last) ? last : usual_field(inputs, last);
    if (!out->field)
        out->field = only_value(inputs);
    return true;
}
