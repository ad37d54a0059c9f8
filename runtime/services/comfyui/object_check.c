// SPDX-License-Identifier: MIT
// A workflow held against what a server has, as the server itself would when it is sent: from the
// nodes that save up to what feeds them.
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/vec.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"
#include "runtime/services/comfyui/object_info.h"
#include "runtime/wiring.h"

void fault_add(struct comparison *c, const char *what, const char *help)
{
    c->n++;
    if (c->list && !map_add(&c->told, arena_strdup(c->arena, what), c))
        json_array_append_new(c->list, json_pack("{s:s, s:s}", "what", what, "help", help));
}

static const char *brought_key(struct comparison *c, const char *id, const char *field)
{
    return arena_printf(c->arena, "%s.%s", id, field);
}

static void bring(struct comparison *c, const char *id, const char *field)
{
    map_put(&c->brought, brought_key(c, id, field), c);
}

// What must be there and has no default is an input, or the step's own words.
static void bring_params(struct comparison *c)
{
    const char *name;
    json_t *rule, *part, *place;
    size_t i, k;

    json_object_foreach(json_object_get(c->preset, "params"), name, rule) {
        if (!json_get_flag(rule, "required", false) || json_object_get(rule, "default"))
            continue;
        json_array_foreach(json_object_get(rule, "set"), i, part)
            json_array_foreach(part, k, place)
                bring(c, json_string_value(json_array_get(place, 0)),
                      json_string_value(json_array_get(place, 1)));
    }
}

static void bring_items(struct comparison *c, const json_t *rule)
{
    const char *member;
    json_t *slot, *place;
    size_t i;

    json_array_foreach(json_object_get(rule, "slots"), i, slot)
        json_object_foreach(json_object_get(rule, "set"), member, place)
            bring(c,
                  json_string_value(
                      json_array_get(slot, (size_t)json_integer_value(json_array_get(place, 0)))),
                  json_string_value(json_array_get(place, 1)));
}

static void begin(struct comparison *c, const struct object_info *o, const json_t *preset,
                  const json_t *workflow, json_t *list)
{
    const char *name;
    json_t *rule;

    *c = (struct comparison){.info = o, .preset = preset, .workflow = workflow, .list = list};
    c->arena = arena_new();
    bring_params(c);
    json_object_foreach(json_object_get(preset, "chains"), name, rule)
        bring_items(c, rule);
    if (json_object_get(preset, "windows"))
        bring_items(c, json_object_get(preset, "windows"));
}

static void end(struct comparison *c)
{
    map_release(&c->brought);
    map_release(&c->told);
    arena_free(c->arena);
}

// The node of the preset's workflow that id is, or is a copy of: "71_3" of 71.
static const char *written_id(struct comparison *c, const char *id)
{
    const char *line = strrchr(id, '_');

    if (json_object_get(json_object_get(c->preset, "workflow"), id) || !line)
        return id;
    while (line > id && line[-1] == '_')
        line--;
    return arena_strndup(c->arena, id, (size_t)(line - id));
}

static bool is_brought(struct comparison *c, const struct field_at *at, const json_t *value)
{
    return json_is_string(value) &&
           map_find(&c->brought, brought_key(c, written_id(c, at->id), at->field));
}

static void check_field(struct comparison *c, const struct field_at *at,
                        const struct class_input *in, const json_t *value)
{
    if (wiring_is_link(value))
        link_check(c, at, in, value);
    else if (json_is_array(value))
        fault_add(c,
                  arena_printf(c->arena, "a %s that takes a list for %s (node %s)", at->class,
                               at->field, at->id),
                  "any list is a link to it: write {\"__value__\": […]} in the workflow");
    else if (!is_brought(c, at, value))
        value_check(c, at, in, value);
}

static void check_as(struct comparison *c, const char *id, const struct object_class *class,
                     json_t *fields)
{
    json_t *missing = inputs_missing(class, fields), *value;
    const char *field;
    size_t i;

    json_array_foreach(missing, i, value)
        fault_add(c,
                  arena_printf(c->arena, "a %s that does without %s (node %s)", class->name,
                               json_string_value(value), id),
                  "add it to the workflow: versions of the node that do not know it pass it over");
    json_decref(missing);
    json_object_foreach(fields, field, value) {
        const struct class_input *in = input_find(class, fields, field);

        if (in)
            check_field(c, &(struct field_at){id, class->name, field}, in, value);
    }
}

// The definition of a class that finds least fault with the node.
static const struct object_class *best_of(struct comparison *c, const char *id,
                                          const struct object_class *class, json_t *fields)
{
    const struct object_class *best = class;
    size_t least = SIZE_MAX, n = c->n;
    json_t *list = c->list;

    if (!class->next)
        return class;
    c->list = NULL;
    for (; class && least; class = class->next) {
        c->n = 0;
        check_as(c, id, class, fields);
        if (c->n < least) {
            least = c->n;
            best = class;
        }
    }
    c->list = list;
    c->n = n;
    return best;
}

static void check_node(struct comparison *c, const char *id, const json_t *node)
{
    const struct object_class *class =
        object_class_find(c->info, json_get_text(node, "class_type", ""));
    json_t *fields = json_object_get(node, "inputs");

    if (class)
        check_as(c, id, best_of(c, id, class, fields), fields);
}

static bool saves(const struct object_class *class)
{
    for (; class; class = class->next)
        if (class->saves)
            return true;
    return false;
}

struct reached {
    struct map seen;
    VEC(const char *) ids;
};

static void reach(struct reached *r, const char *id)
{
    if (!map_add(&r->seen, id, r))
        vec_push(&r->ids, id);
}

static void reach_all(struct reached *r, const json_t *workflow)
{
    for (size_t i = 0; i < r->ids.n; i++) {
        const char *field;
        json_t *value;

        json_object_foreach(wiring_fields(workflow, r->ids.at[i]), field, value)
            if (wiring_is_link(value))
                reach(r, json_string_value(json_array_get(value, 0)));
    }
}

// An unknown class anywhere keeps the whole from running; so does one without an end.
static void check_workflow(struct comparison *c)
{
    json_t *workflow = (json_t *)(uintptr_t)c->workflow, *node;
    struct reached reached = {0};
    bool unknown = false;
    const char *id;

    json_object_foreach(workflow, id, node) {
        const char *name = json_get_text(node, "class_type", "");
        const struct object_class *class = object_class_find(c->info, name);

        if (!class)
            class_missing(c, name);
        unknown = unknown || !class;
        if (!class || saves(class))
            reach(&reached, id);
    }
    reach_all(&reached, workflow);
    json_object_foreach(workflow, id, node)
        if (map_find(&reached.seen, id))
            check_node(c, id, node);
    if (!reached.ids.n)
        fault_add(c, "a node of this workflow that saves something",
                  "end it in a node that saves, such as SaveImage or SaveVideo");
    map_release(&reached.seen);
    vec_release(&reached.ids);
}

// The workflow as it is written, with the defaults of its params in their places.
static json_t *with_defaults(const json_t *preset)
{
    json_t *workflow = json_deep_copy(json_object_get(preset, "workflow")), *rule, *part, *place;
    const char *name;
    size_t i, k;

    json_object_foreach(json_object_get(preset, "params"), name, rule) {
        const json_t *value = json_object_get(rule, "default");

        if (value && !json_is_array(value))
            json_array_foreach(json_object_get(rule, "set"), i, part)
                json_array_foreach(part, k, place)
                    json_object_set_new(
                        wiring_fields(workflow, json_string_value(json_array_get(place, 0))),
                        json_string_value(json_array_get(place, 1)), wiring_literal(value));
    }
    return workflow;
}

// Whether one definition of the class takes the value.
static bool is_taken(struct comparison *c, const struct field_at *at, const json_t *fields,
                     const json_t *value)
{
    struct comparison counting = *c;
    const struct object_class *class = object_class_find(c->info, at->class);

    counting.list = NULL;
    for (; class; class = class->next) {
        const struct class_input *in = input_find(class, fields, at->field);

        counting.n = 0;
        if (in)
            value_check(&counting, at, in, value);
        if (!counting.n)
            return true;
    }
    return false;
}

static void check_param(struct comparison *c, const json_t *part, const json_t *value)
{
    json_t *place;
    size_t i;

    json_array_foreach(part, i, place) {
        const char *id = json_string_value(json_array_get(place, 0));
        const json_t *node = json_object_get(c->workflow, id);
        const json_t *fields = json_object_get(node, "inputs");
        struct field_at at = {id, json_get_text(node, "class_type", ""),
                              json_string_value(json_array_get(place, 1))};
        const struct object_class *class = object_class_find(c->info, at.class);

        if (class && !is_taken(c, &at, fields, value))
            value_check(c, &at, input_find(class, fields, at.field), value);
    }
}

static void check_parts(struct comparison *c, const json_t *set, const json_t *value)
{
    bool each = json_array_size(set) > 1 && json_is_array(value);
    json_t *part;
    size_t i;

    json_array_foreach(set, i, part) {
        const json_t *own = each ? json_array_get(value, i) : value;

        if (own && !json_is_array(own))
            check_param(c, part, own);
    }
}

// The largest that the preset says it makes: frames, and every size.
static void check_limits(struct comparison *c)
{
    const json_t *params = json_object_get(c->preset, "params"),
                 *frames = json_object_get(params, "frames"),
                 *pixels = json_object_get(params, "pixels"),
                 *windows = json_object_get(c->preset, "windows");
    const json_t *most = json_object_get(windows ? windows : frames, windows ? "frames" : "max");
    json_t *size;
    size_t i;

    if (most)
        check_parts(c, json_object_get(frames, "set"), most);
    json_array_foreach(json_object_get(pixels, "sizes"), i, size)
        check_parts(c, json_object_get(pixels, "set"), size);
}

void object_info_check(const struct object_info *o, const json_t *preset, const json_t *workflow,
                       json_t *list)
{
    json_t *own = workflow ? NULL : with_defaults(preset);
    struct comparison c;

    if (workflow || own) {
        begin(&c, o, preset, workflow ? workflow : own, list);
        check_workflow(&c);
        if (own)
            check_limits(&c);
        end(&c);
    }
    json_decref(own);
}

void object_info_check_params(const struct object_info *o, const json_t *preset,
                              const json_t *params, json_t *list)
{
    struct comparison c = {.info = o,
                           .preset = preset,
                           .workflow = json_object_get(preset, "workflow"),
                           .arena = arena_new(),
                           .list = list};
    const char *name;
    json_t *rule;

    json_object_foreach(json_object_get(preset, "params"), name, rule)
        if (json_object_get(params, name))
            check_parts(&c, json_object_get(rule, "set"), json_object_get(params, name));
    end(&c);
}
