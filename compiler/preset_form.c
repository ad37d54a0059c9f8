// SPDX-License-Identifier: MIT
#include "compiler/preset_form.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/node.h"
#include "compiler/workflow.h"

struct form {
    struct arena *arena;
    struct diag *diag;
    const struct workflow *workflow; // NULL: none
    json_t *out;
    bool wrong;
};

static const char *const no_workflow = "only presets with a `workflow` have places to set";

static void say(struct form *f, const struct node *at, const char *help, const char *message)
{
    f->wrong = true;
    diag_say(f->diag, SEVERITY_ERROR, at->span, help, "%s", message);
}

// The place as [node, field], or NULL.
static json_t *place_of(struct form *f, const struct node *at, bool may_miss)
{
    struct workflow_slot slot;

    if (!f->workflow)
        say(f, at, "leave `set` out: the value goes under the param's own name", no_workflow);
    else if (workflow_slot(f->workflow, at->text, may_miss, at->span, &slot))
        return json_pack("[ss]", slot.node, slot.field);
    f->wrong = true;
    return NULL;
}

static void add(json_t *list, json_t *value)
{
    if (value)
        json_array_append_new(list, value);
}

static json_t *part_of(struct form *f, const struct node *set)
{
    json_t *part = json_array();

    if (set->type != NODE_LIST)
        add(part, place_of(f, set, false));
    else
        for (size_t i = 0; i < set->n; i++)
            add(part, place_of(f, set->items[i], false));
    return part;
}

// One part takes a plain value to all of its places. `pixels` has two, width and height; a list within
// the list has one for each input of that name.
static json_t *parts_of(struct form *f, const struct node *set, bool is_pixels)
{
    json_t *parts = json_array();
    bool nested = is_pixels;

    for (size_t i = 0; set->type == NODE_LIST && i < set->n; i++)
        nested |= set->items[i]->type == NODE_LIST;
    if (is_pixels && (set->type != NODE_LIST || set->n != 2))
        say(f, set, "write [NODE.FIELD of the width, NODE.FIELD of the height]",
            "pixels are set in two places");
    else if (nested)
        for (size_t i = 0; i < set->n; i++)
            add(parts, part_of(f, set->items[i]));
    else
        add(parts, part_of(f, set));
    return parts;
}

// "1920x1088" as [1920, 1088]; the schema has seen to its shape.
static json_t *size_of(struct form *f, const struct node *size, long multiple)
{
    char *end;
    long w = strtol(node_text(size), &end, 10), h = *end ? strtol(end + 1, NULL, 10) : 0;

    if (multiple > 1 && (w % multiple || h % multiple))
        say(f, size, NULL,
            arena_printf(f->arena, "%s is no multiple of %ld, which `multiple` asks for",
                         node_text(size), multiple));
    return json_pack("[ii]", (int)w, (int)h);
}

static json_t *sizes_of(struct form *f, const struct node *sizes, const struct node *param)
{
    const struct node *multiple = node_get(param, "multiple");
    json_t *list = json_array();

    for (size_t i = 0; i < sizes->n; i++)
        add(list, size_of(f, sizes->items[i], multiple ? (long)multiple->integer : 1));
    return list;
}

static void check_frames(struct form *f, const struct node *key, const struct node *param)
{
    const struct node *max = node_get(param, "max"), *multiple = node_get(param, "multiple"),
                      *plus = node_get(param, "plus");
    long long m = multiple ? multiple->integer : 1, p = plus ? plus->integer : 0;

    if (!node_get(param, "fps"))
        say(f, key, "add fps: the frames a second that the model makes",
            "frames come from seconds, so they need `fps`");
    if (max && m > 0 && (max->integer - p) % m)
        say(f, max, NULL,
            arena_printf(f->arena, "max %lld is not of the form %lld n + %lld", max->integer, m, p));
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

// Nodes with a title of ours bind themselves, but never over what `params` sets.
static void form_titled(struct form *f, const struct node *root)
{
    const struct node *params = node_get(root, "params");
    const char *id;
    json_t *node;

    json_object_foreach (f->workflow->nodes, id, node) {
        struct workflow_slot slot;
        struct str name, first;

        if (!workflow_titled(f->workflow, id, &name, &slot))
            continue;
        first = str_cut(&(struct str){name.ptr, name.len}, '.');
        if (node_get(node_get(params, arena_strndup(f->arena, first.ptr, first.len)), "set"))
            continue;
        if (slot.field)
            bind_titled(f, arena_strndup(f->arena, name.ptr, name.len), &slot);
        else
            say(f, node_get(root, "workflow"), "say which under `params`: set: NODE.FIELD",
                arena_printf(f->arena, "which field of node \"%s\" (%s) takes c41:%.*s is not plain",
                             id, workflow_class(f->workflow, id), (int)name.len, name.ptr));
    }
}

// One chain while its slots are read.
struct chain {
    const struct node *at;
    const char **first; // ids of the first slot's nodes
    size_t n;
};

static json_t *slot_of(struct form *f, struct chain *c, const struct node *slot)
{
    json_t *ids = json_array();
    const char **found = arena_array(f->arena, const char *, slot->n);

    for (size_t i = 0; i < slot->n; i++) {
        found[i] = workflow_node(f->workflow, node_text(slot->items[i]), slot->items[i]->span);
        f->wrong |= !found[i];
        if (found[i] && c->first && slot->n == c->n && c->first[i] &&
            strcmp(workflow_class(f->workflow, found[i]),
                   workflow_class(f->workflow, c->first[i])) != 0)
            say(f, slot->items[i], "the slots of a chain have the same nodes in the same order",
                arena_printf(f->arena, "node \"%s\" is %s, where the first slot has %s", found[i],
                             workflow_class(f->workflow, found[i]),
                             workflow_class(f->workflow, c->first[i])));
        add(ids, found[i] ? json_string(found[i]) : NULL);
    }
    if (!c->first) {
        c->first = found;
        c->n = slot->n;
    } else if (slot->n != c->n)
        say(f, slot, NULL,
            arena_printf(f->arena, "nodes in this slot: %zu, in the first one: %zu", slot->n, c->n));
    return ids;
}

static json_t *slots_of(struct form *f, struct chain *c, const struct node *slots)
{
    json_t *list = json_array();

    for (size_t i = 0; i < slots->n; i++)
        add(list, slot_of(f, c, slots->items[i]));
    return list;
}

static size_t position_of(const struct chain *c, const char *id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->first[i] && strcmp(c->first[i], id) == 0)
            return i;
    return c->n;
}

// FIELD is of the slot's last node; NODE.FIELD of that node of the first slot.
static json_t *at_position(struct form *f, const struct chain *c, const struct node *at,
                           bool may_miss)
{
    const char *last = c->n ? c->first[c->n - 1] : NULL;
    struct workflow_slot slot;
    struct str path = at->text;

    if (last && !memchr(path.ptr, '.', path.len))
        path = str_of(arena_printf(f->arena, "%s.%s", last, path.ptr));
    if (!workflow_slot(f->workflow, path, may_miss, at->span, &slot))
        f->wrong = true;
    else if (position_of(c, slot.node) == c->n)
        say(f, at, NULL,
            arena_printf(f->arena, "node \"%s\" is not in the first slot", slot.node));
    else
        return json_pack("[Is]", (json_int_t)position_of(c, slot.node), slot.field);
    return NULL;
}

// One field or several: always a list.
static json_t *in_of(struct form *f, const struct chain *c, const struct node *in)
{
    json_t *list = json_array();

    if (in && in->type == NODE_LIST)
        for (size_t i = 0; i < in->n; i++)
            add(list, at_position(f, c, in->items[i], true));
    else if (in)
        add(list, at_position(f, c, in, true));
    return list;
}

// NODE or NODE:OUTPUT of the first slot; the last node's first output where nothing is said.
static json_t *out_of(struct form *f, const struct chain *c, const struct node *out)
{
    struct str rest, name;
    const char *id;
    size_t position = c->n ? c->n - 1 : 0;
    long output = 0;

    if (out) {
        rest = str_of(node_text(out));
        name = str_cut(&rest, ':');
        output = rest.ptr ? strtol(rest.ptr, NULL, 10) : 0;
        id = workflow_node(f->workflow, arena_strndup(f->arena, name.ptr, name.len), out->span);
        f->wrong |= !id;
        position = id ? position_of(c, id) : 0;
        if (id && position == c->n)
            say(f, out, NULL, arena_printf(f->arena, "node \"%s\" is not in the first slot", id));
    }
    return json_pack("[II]", (json_int_t)position, (json_int_t)output);
}

static json_t *members_of(struct form *f, const struct chain *c, const struct node *set)
{
    json_t *out = json_object();

    for (size_t i = 0; set && i < set->n; i++) {
        json_t *place = at_position(f, c, set->items[i], false);

        if (place)
            json_object_set_new(out, node_text(set->keys[i]), place);
    }
    return out;
}

static json_t *chain_of(struct form *f, const struct node *chain)
{
    struct chain c = {.at = chain};
    const struct node *slots = node_get(chain, "slots"), *max = node_get(chain, "max");
    json_t *out = json_object();

    if (!f->workflow) {
        say(f, chain, NULL, "only a workflow has chains of nodes");
        return out;
    }
    json_object_set_new(out, "slots", slots_of(f, &c, slots));
    json_object_set_new(out, "in", in_of(f, &c, node_get(chain, "in")));
    json_object_set_new(out, "out", out_of(f, &c, node_get(chain, "out")));
    json_object_set_new(out, "set", members_of(f, &c, node_get(chain, "set")));
    json_object_set_new(out, "max", json_integer(max ? max->integer : (json_int_t)slots->n));
    for (size_t i = 0; i < chain->n; i++)
        if (!json_object_get(out, node_text(chain->keys[i])))
            json_object_set_new(out, node_text(chain->keys[i]), node_json(chain->items[i]));
    return out;
}

static void form_chains(struct form *f, const struct node *root)
{
    const struct node *chains = node_get(root, "chains"), *windows = node_get(root, "windows");
    json_t *out = json_object();

    for (size_t i = 0; chains && i < chains->n; i++)
        json_object_set_new(out, node_text(chains->keys[i]), chain_of(f, chains->items[i]));
    if (chains)
        json_object_set(f->out, "chains", out);
    json_decref(out);
    if (windows)
        json_object_set_new(f->out, "windows", chain_of(f, windows));
}

// Under which key of a server's history a class of output node reports its files.
static const struct {
    const char *class, *key;
} saving_classes[] = {
    {"PreviewAny", "text"},     {"SaveAudio", "audio"},  {"SaveAudioMP3", "audio"},
    {"SaveAudioOpus", "audio"}, {"SaveImage", "images"}, {"SaveVideo", "images"},
    {"SaveWEBM", "images"},     {"ShowText|pysssss", "text"}, {"VHS_VideoCombine", "gifs"},
};

static const char *key_of_class(const char *class)
{
    for (size_t i = 0; i < sizeof(saving_classes) / sizeof(*saving_classes); i++)
        if (strcmp(saving_classes[i].class, class) == 0)
            return saving_classes[i].key;
    return NULL;
}

// The main output of each kind that a server makes.
static const struct {
    const char *kind, *output;
} main_outputs[] = {
    {"ambience", "sound"}, {"animate", "video"}, {"caption", "caption"}, {"edit", "image"},
    {"image", "image"},    {"judge", "scores"},  {"lipsync", "video"},   {"retouch", "video"},
    {"speak", "voice"},    {"train", "lora"},    {"upscale", "image"},   {"write", "words"},
};

static const char *main_output(const char *kind)
{
    for (size_t i = 0; i < sizeof(main_outputs) / sizeof(*main_outputs); i++)
        if (strcmp(main_outputs[i].kind, kind) == 0)
            return main_outputs[i].output;
    return "output";
}

// A node of the workflow, or the file that a command writes.
static json_t *output_of(struct form *f, const struct node *output)
{
    const struct node *node = node_get(output, "node"), *key = node_get(output, "key");
    const char *id, *known;
    json_t *out = node_json(output);

    if (!f->workflow)
        return out;
    if (!node) {
        say(f, output, "write {node: ID}", "an output of a workflow is saved by one of its nodes");
        return out;
    }
    id = workflow_node(f->workflow, node_text(node), node->span);
    known = id ? key_of_class(workflow_class(f->workflow, id)) : "";
    f->wrong |= !id;
    if (!known && !key && !node_get(output, "saved"))
        say(f, output, "add key: where its files stand in the server's history, for example \"images\"",
            arena_printf(f->arena, "how %s reports its files is not known",
                         workflow_class(f->workflow, id)));
    json_object_set_new(out, "node", json_string(id ? id : ""));
    if (!key && known)
        json_object_set_new(out, "key", json_string(known));
    return out;
}

// Without `output` the one node that saves files is meant.
static json_t *only_output(struct form *f, const struct node *root)
{
    const char *id, *found = NULL;
    json_t *node;
    bool several = false;

    json_object_foreach (f->workflow->nodes, id, node)
        if (key_of_class(workflow_class(f->workflow, id))) {
            several |= found != NULL;
            found = id;
        }
    if (found && !several)
        return json_pack("{s{ssss}}", main_output(node_text(node_get(root, "kind"))), "node", found,
                         "key", key_of_class(workflow_class(f->workflow, found)));
    say(f, node_get(root, "workflow"), "add output: {NAME: {node: ID, key: KEY}}",
        several ? "this workflow saves in several nodes, and no `output` says which is meant"
                : "no node of this workflow is known to save files, and no `output` says which does");
    return json_object();
}

static void form_output(struct form *f, const struct node *root)
{
    const struct node *output = node_get(root, "output");
    json_t *out = json_object();

    for (size_t i = 0; output && i < output->n; i++)
        json_object_set_new(out, node_text(output->keys[i]), output_of(f, output->items[i]));
    if (output)
        json_object_set(f->out, "output", out);
    else if (f->workflow)
        json_object_set_new(f->out, "output", only_output(f, root));
    json_decref(out);
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
    json_object_foreach (params, known, param)
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

        check_placeholder(f, at, arena_strndup(f->arena, name, (size_t)(close - name)),
                          (size_t)(open - text), (size_t)(close - open) + 1);
        open = close;
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
    static const char *const formed[] = {"about",  "params",  "chains",  "windows",
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
        say(f, name, "add driver: (a preset with a workflow has comfyui)",
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
    if (workflow)
        form_titled(&f, root);
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
