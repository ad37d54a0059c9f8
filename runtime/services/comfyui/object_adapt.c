// SPDX-License-Identifier: MIT
// A workflow in the words of one server.
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"
#include "runtime/services/comfyui/object_info.h"
#include "runtime/wiring.h"

static void adapt_link(const struct object_info *o, const json_t *preset, const json_t *workflow,
                       const struct class_input *in, json_t *link)
{
    const json_t *node = json_object_get(workflow, json_string_value(json_array_get(link, 0)));
    const struct object_class *from = object_class_find(o, json_get_text(node, "class_type", ""));
    json_int_t n = json_integer_value(json_array_get(link, 1)), output;

    if (!from)
        return;
    output = output_resolve(preset, from, n, in->type);
    if (output >= 0 && output != n)
        json_array_set_new(link, 1, json_integer(output));
}

// A file that was put there since the server was asked is in no list yet.
static char *with_backslashes(struct arena *a, const char *name)
{
    char *text = arena_strdup(a, name);

    for (char *at = text; (at = strchr(at, '/')); at++)
        *at = '\\';
    return text;
}

static void adapt_value(const struct object_info *o, struct arena *a,
                        const struct object_class *class, const struct class_input *in,
                        json_t *fields, const char *field)
{
    json_t *value = json_object_get(fields, field);
    const char *theirs;

    if (in->kind != INPUT_COMBO || in->open || !choice_is_file(value))
        return;
    theirs = choice_find_any(o, class->name, in, value);
    if (!theirs && o->backslashes)
        theirs = with_backslashes(a, json_string_value(value));
    if (theirs && strcmp(theirs, json_string_value(value)) != 0)
        json_object_set_new(fields, field, json_string(theirs));
}

static void adapt_node(const struct object_info *o, struct arena *a, const json_t *preset,
                       const json_t *workflow, const json_t *node)
{
    const struct object_class *class = object_class_find(o, json_get_text(node, "class_type", ""));
    json_t *fields = json_object_get(node, "inputs"), *value;
    const char *field;

    if (!class)
        return;
    json_object_foreach(fields, field, value) {
        const struct class_input *in = input_find(class, fields, field);

        if (in && wiring_is_link(value))
            adapt_link(o, preset, workflow, in, value);
        else if (in)
            adapt_value(o, a, class, in, fields, field);
    }
}

void object_info_adapt(const struct object_info *o, const json_t *preset, json_t *workflow)
{
    struct arena *a = arena_new();
    const char *id;
    json_t *node;

    json_object_foreach(workflow, id, node)
        adapt_node(o, a, preset, workflow, node);
    arena_free(a);
}
