// SPDX-License-Identifier: MIT
#include "compiler/preset_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/node.h"
#include "compiler/workflow.h"

void form_say(struct form *f, const struct node *at, const char *help, const char *message)
{
    f->wrong = true;
    diag_say(f->diag, SEVERITY_ERROR, at->span, help, "%s", message);
}

void form_add(json_t *list, json_t *value)
{
    if (value)
        json_array_append_new(list, value);
}

// The place as [node, field], or NULL.
static json_t *place_of(struct form *f, const struct node *at)
{
    struct workflow_slot slot;

    if (!f->workflow)
        form_say(f, at, "leave `set` out: the value goes under the param's own name",
                 "only presets with a `workflow` have places to set");
    else if (workflow_slot(f->workflow, at->text, false, at->span, &slot))
        return json_pack("[ss]", slot.node, slot.field);
    f->wrong = true;
    return NULL;
}

static json_t *part_of(struct form *f, const struct node *set)
{
    json_t *part = json_array();

    if (set->type != NODE_LIST)
        form_add(part, place_of(f, set));
    else
        for (size_t i = 0; i < set->n; i++)
            form_add(part, place_of(f, set->items[i]));
    return part;
}

// One part takes a plain value to all of its places. `pixels` has two, width and height; a list
// within the list has one for each input of that name.
static json_t *parts_of(struct form *f, const struct node *set, bool is_pixels)
{
    json_t *parts = json_array();
    bool nested = is_pixels;

    for (size_t i = 0; set->type == NODE_LIST && i < set->n; i++)
        nested |= set->items[i]->type == NODE_LIST;
    if (is_pixels && (set->type != NODE_LIST || set->n != 2))
        form_say(f, set, "write [NODE.FIELD of the width, NODE.FIELD of the height]",
                 "pixels are set in two places");
    else if (nested)
        for (size_t i = 0; i < set->n; i++)
            form_add(parts, part_of(f, set->items[i]));
    else
        form_add(parts, part_of(f, set));
    return parts;
}

// "1920x1088" as [1920, 1088]; the schema has seen to its shape.
static json_t *size_of(struct form *f, const struct node *size, long multiple)
{
    char *end;
    long w = strtol(node_text(size), &end, 10), h = *end ? strtol(end + 1, NULL, 10) : 0;

    if (multiple > 1 && (w % multiple || h % multiple))
        form_say(f, size, NULL,
                 arena_printf(f->arena, "%s is no multiple of %ld, which `multiple` asks for",
                              node_text(size), multiple));
    return json_pack("[ii]", (int)w, (int)h);
}

static json_t *sizes_of(struct form *f, const struct node *sizes, const struct node *param)
{
    const struct node *multiple = node_get(param, "multiple");
    json_t *list = json_array();

    for (size_t i = 0; i < sizes->n; i++)
        form_add(list, size_of(f, sizes->items[i], multiple ? (long)multiple->integer : 1));
    return list;
}

static void check_frames(struct form *f, const struct node *key, const struct node *param)
{
    const struct node *max = node_get(param, "max"), *multiple = node_get(param, "multiple"),
                      *plus = node_get(param, "plus");
    long long m = multiple ? multiple->integer : 1, p = plus ? plus->integer : 0;

    if (!node_get(param, "fps"))
        form_say(f, key, "add fps: the frames a second that the model makes",
                 "frames come from seconds, so they need `fps`");
    if (max && m > 0 && (max->integer - p) % m)
        form_say(f, max, NULL,
                 arena_printf(f->arena, "max %lld is not of the form %lld n + %lld", max->integer,
                              m, p));
}

static json_t *param_of(struct form *f, const struct node *key, const struct node *param)
{
    const char *name = node_text(key);
    json_t *out = json_object();

    for (size_t i = 0; param->type == NODE_MAP && i < param->n; i++) {
        const char *member = node_text(param->keys[i]);
        const struct node *value = param->items[i];

        if (strcmp(member, "set") == 0)
            json_object_set_new(out, member, parts_of(f, value, strcmp(name, "pixels") == 0));
        else if (strcmp(member, "sizes") == 0)
            json_object_set_new(out, member, sizes_of(f, value, param));
        else
            json_object_set_new(out, member, node_json(value));
    }
    if (f->workflow && strcmp(name, "frames") == 0)
        check_frames(f, key, param);
    return out;
}

static void form_params(struct form *f, const struct node *params)
{
    json_t *out = json_object();

    for (size_t i = 0; params && i < params->n; i++)
        json_object_set_new(out, node_text(params->keys[i]),
                            param_of(f, params->keys[i], params->items[i]));
    json_object_set_new(f->out, "params", out);
}

// A title "c41:pixels.height" fills in the second part of pixels.
static void bind_titled(struct form *f, const char *name, const struct workflow_slot *slot)
{
    const char *dot = strchr(name, '.');
    const char *param = dot ? arena_strndup(f->arena, name, (size_t)(dot - name)) : name;
    bool is_pixels = strcmp(param, "pixels") == 0;
    size_t part = is_pixels && dot && strcmp(dot, ".height") == 0;
    json_t *params = json_object_get(f->out, "params"), *own = json_object_get(params, param), *set;

    if (!own) {
        own = is_pixels ? json_pack("{si}", "multiple", 16) : json_object();
        json_object_set_new(params, param, own);
    }
    set = json_object_get(own, "set");
    if (!set) {
        set = is_pixels ? json_pack("[[][]]") : json_pack("[[]]");
        json_object_set_new(own, "set", set);
    }
    json_array_append_new(json_array_get(set, part), json_pack("[ss]", slot->node, slot->field));
}

// False after saying what is not plain about a title of ours.
static bool check_title(struct form *f, const struct node *root, const char *id, const char *name,
                        const struct workflow_slot *slot)
{
    const struct node *at = node_get(root, "workflow"), *params = node_get(root, "params");

    if (!slot->field)
        form_say(f, at, "say which under `params`: set: NODE.FIELD",
                 arena_printf(f->arena, "which field of node \"%s\" (%s) takes c41:%s is not plain",
                              id, workflow_class(f->workflow, id), name));
    else if (strcmp(name, "pixels") == 0)
        form_say(
            f, at, "title the node c41:pixels.width or c41:pixels.height",
            arena_printf(f->arena, "node \"%s\" is titled c41:pixels, which are two numbers", id));
    else if (strcmp(name, "frames") == 0 && !node_get(node_get(params, name), "fps"))
        form_say(
            f, at, "add params: {frames: {fps: N}}, the frames a second that the model makes",
            arena_printf(f->arena, "node \"%s\" is titled c41:frames, and no fps is known", id));
    else
        return true;
    return false;
}

// Nodes with a title of ours bind themselves, but never over what `params` sets.
static void form_titled(struct form *f, const struct node *root)
{
    const struct node *params = node_get(root, "params");
    const char *id;
    json_t *node;

    json_object_foreach(f->workflow->nodes, id, node) {
        struct workflow_slot slot;
        struct str name, first;
        const char *text;

        if (!workflow_titled(f->workflow, id, &name, &slot))
            continue;
        first = str_cut(&(struct str){name.ptr, name.len}, '.');
        if (node_get(node_get(params, arena_strndup(f->arena, first.ptr, first.len)), "set"))
            continue;
        text = arena_strndup(f->arena, name.ptr, name.len);
        if (check_title(f, root, id, text, &slot))
            bind_titled(f, text, &slot);
    }
}

// The words of steps (docs/steps.md) that a preset is likely to mean. Other params are a model's
// own.
static const char *const usual[] = {
    "brief",       "caption",   "clone",  "direction", "emotion",  "frames", "image",
    "instruction", "language",  "last",   "mask",      "negative", "pixels", "prompt",
    "rank",        "reference", "schema", "seconds",   "seed",     "speed",  "steps",
    "take",        "text",      "track",  "trigger",   "video",    "voice",
};

// The key of a param, or the workflow where a title made it.
static const struct node *where_said(const struct node *root, const char *name)
{
    const struct node *params = node_get(root, "params");

    for (size_t i = 0; params && i < params->n; i++)
        if (strcmp(node_text(params->keys[i]), name) == 0)
            return params->keys[i];
    return node_get(root, "workflow");
}

// The word that name misses by one letter, or NULL.
static const char *meant(const char *name)
{
    const char *near = NULL;

    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
        size_t distance = str_distance(name, usual[i]);

        if (distance == 0)
            return NULL;
        near = distance == 1 ? usual[i] : near;
    }
    return near;
}

// Such a slip would leave a model without its words, and nobody told.
static void check_names(struct form *f, const struct node *root)
{
    const char *name;
    json_t *param;

    json_object_foreach(json_object_get(f->out, "params"), name, param)
        if (meant(name))
            diag_say(f->diag, SEVERITY_WARNING, where_said(root, name)->span,
                     arena_printf(f->arena, "did you mean \"%s\"?", meant(name)),
                     "no step says \"%s\" of its own accord", name);
}

static void form_chains(struct form *f, const struct node *root)
{
    const struct node *chains = node_get(root, "chains"), *windows = node_get(root, "windows");
    json_t *out = json_object();

    for (size_t i = 0; chains && i < chains->n; i++)
        json_object_set_new(out, node_text(chains->keys[i]), form_chain(f, chains->items[i]));
    if (chains)
        json_object_set(f->out, "chains", out);
    json_decref(out);
    if (windows)
        json_object_set_new(f->out, "windows", form_chain(f, windows));
}

// A name in ${…}: what binding puts there.
static void check_placeholder(struct form *f, const struct node *at, const char *name, size_t start,
                              size_t len)
{
    static const char *const always[] = {"work", "model"};
    json_t *params = json_object_get(f->out, "params"), *param;
    VEC(const char *) names = {0};
    const char *known, *near;
    bool found = json_object_get(params, name) || strncmp(name, "output.", 7) == 0;

    for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
        found |= strcmp(name, always[i]) == 0;
    json_object_foreach(params, known, param)
        vec_push(&names, known);
    near = found ? NULL : str_nearest(name, names.at, names.n);
    vec_release(&names);
    if (found)
        return;
    f->wrong = true;
    diag_say(f->diag, SEVERITY_ERROR, node_part(f->diag, at, start, len),
             near ? arena_printf(f->arena, "did you mean \"${%s}\"?", near)
                  : "declare it under `params`",
             "\"${%s}\" is no param of this preset", name);
}

static void check_text(struct form *f, const struct node *at)
{
    const char *text = node_text(at), *open = text, *close;

    while ((open = strstr(open, "${")) && (close = strchr(open, '}'))) {
        const char *name = open + 2 + (strncmp(open + 2, "...", 3) == 0 ? 3 : 0);
        bool literal = open > text && open[-1] == '$';

        if (!literal)
            check_placeholder(f, at, arena_strndup(f->arena, name, (size_t)(close - name)),
                              (size_t)(open - text), (size_t)(close - open) + 1);
        open = literal ? open + 2 : close;
    }
}

static void check_request(struct form *f, const struct node *n)
{
    if (n->type == NODE_TEXT)
        check_text(f, n);
    else if (n->type == NODE_LIST || n->type == NODE_MAP)
        for (size_t i = 0; i < n->n; i++)
            check_request(f, n->items[i]);
}

static void form_texts(struct form *f, const struct node *root)
{
    static const char *const formed[] = {"about",  "params",   "chains", "windows",
                                         "output", "workflow", "driver"};
    const struct node *driver = node_get(root, "driver"), *model = node_get(root, "model"),
                      *name = node_get(root, "preset");

    for (size_t i = 0; i < root->n; i++) {
        const char *key = node_text(root->keys[i]);
        bool own = false;

        for (size_t j = 0; j < sizeof(formed) / sizeof(*formed); j++)
            own |= strcmp(key, formed[j]) == 0;
        if (!own)
            json_object_set_new(f->out, key, node_json(root->items[i]));
    }
    if (strcmp(node_text(node_get(root, "kind")), "deliver") == 0)
        return;
    if (!driver && !f->workflow)
        form_say(f, name, "add driver: (a preset with a workflow has comfyui)",
                 "this preset does not say which driver runs it");
    json_object_set_new(f->out, "driver", json_string(driver ? node_text(driver) : "comfyui"));
    if (!model)
        json_object_set_new(f->out, "model", json_string(node_text(name)));
    if (!node_get(root, "family"))
        json_object_set(f->out, "family", json_object_get(f->out, "model"));
}

json_t *preset_form(const struct node *root, const struct workflow *workflow, struct arena *a,
                    struct diag *d)
{
    struct form f = {.arena = a, .diag = d, .workflow = workflow, .out = json_object()};
    const struct node *request = node_get(root, "request");

    form_texts(&f, root);
    if (strcmp(node_text(node_get(root, "kind")), "deliver") != 0)
        form_params(&f, node_get(root, "params"));
    if (workflow) {
        form_titled(&f, root);
        check_names(&f, root);
    }
    form_chains(&f, root);
    form_output(&f, root);
    if (request)
        check_request(&f, request);
    if (workflow)
        json_object_set(f.out, "workflow", workflow->nodes);
    if (!f.wrong)
        return f.out;
    json_decref(f.out);
    return NULL;
}
