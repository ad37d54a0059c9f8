// SPDX-License-Identifier: MIT
// Links between nodes: which output is meant, and whether it fits.
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"

static bool has_type(struct str types, struct str one)
{
    while (types.ptr)
        if (str_eq(str_trim(str_cut(&types, ',')), one))
            return true;
    return false;
}

bool types_fit(const char *given, const char *taken)
{
    struct str rest = str_of(given);

    if (strcmp(given, "*") == 0 || strcmp(taken, "*") == 0)
        return true;
    while (rest.ptr)
        if (has_type(str_of(taken), str_trim(str_cut(&rest, ','))))
            return true;
    return false;
}

static const char *takes(const struct class_input *in)
{
    return in->kind == INPUT_DYNAMIC || in->kind == INPUT_GROWING ? "*" : in->type;
}

// What the n-th output was called when the preset was made, or NULL.
static const char *name_of(const json_t *preset, const char *class, json_int_t n)
{
    const json_t *names =
        json_object_get(json_object_get(json_object_get(preset, "needs"), "outputs"), class);

    return n >= 0 ? json_string_value(json_array_get(names, (size_t)n)) : NULL;
}

static json_int_t only_of_type(const struct object_class *class, const char *type)
{
    json_int_t found = -1;

    for (size_t i = 0; i < class->n_outputs; i++)
        if (strcmp(class->outputs[i].type, type) == 0) {
            if (found >= 0)
                return -1;
            found = (json_int_t)i;
        }
    return found;
}

json_int_t output_resolve(const json_t *preset, const struct object_class *class, json_int_t n,
                          const char *type)
{
    const char *name = name_of(preset, class->name, n);

    if (!name)
        return n >= 0 && n < (json_int_t) class->n_outputs ? n : -1;
    for (size_t i = 0; i < class->n_outputs; i++)
        if (strcmp(class->outputs[i].name, name) == 0)
            return (json_int_t)i;
    return only_of_type(class, type);
}

// "0 IMAGE, 1 MASK"
static const char *outputs_of(struct comparison *c, const struct object_class *class)
{
    const char *text = "";

    for (size_t i = 0; i < class->n_outputs; i++)
        text = arena_printf(c->arena, "%s%s%zu %s", text, i ? ", " : "", i, class->outputs[i].name);
    return text[0] ? text : "none";
}

static void say_no_output(struct comparison *c, const struct object_class *from, json_int_t n)
{
    const char *name = name_of(c->preset, from->name, n);

    fault_add(c,
              name ? arena_printf(c->arena, "the output \"%s\" of %s", name, from->name)
                   : arena_printf(c->arena, "output %lld of %s", (long long)n, from->name),
              arena_printf(c->arena, "its outputs are: %s; export the workflow from this server",
                           outputs_of(c, from)));
}

static void say_no_fit(struct comparison *c, const struct field_at *at,
                       const struct class_input *in, const struct class_output *output)
{
    fault_add(
        c,
        arena_printf(c->arena, "a %s that takes %s for %s (node %s)", at->class, output->type,
                     at->field, at->id),
        arena_printf(c->arena, "it takes %s; export the workflow from this server", takes(in)));
}

void link_check(struct comparison *c, const struct field_at *at, const struct class_input *in,
                const json_t *link)
{
    const char *id = json_string_value(json_array_get(link, 0));
    json_int_t n = json_integer_value(json_array_get(link, 1)), output = -1;
    const json_t *node = json_object_get(c->workflow, id);
    const struct object_class *first, *from;

    if (!node) {
        fault_add(c, arena_printf(c->arena, "node %s, which %s.%s reads", id, at->id, at->field),
                  "the preset's workflow does not have it either: export it again");
        return;
    }
    first = object_class_find(c->info, json_get_text(node, "class_type", ""));
    for (from = first; from; from = from->next) {
        output = output_resolve(c->preset, from, n, takes(in));
        if (output >= 0 && types_fit(from->outputs[output].type, takes(in)))
            return;
    }
    if (!first) // which is told
        return;
    output = output_resolve(c->preset, first, n, takes(in));
    if (output < 0)
        say_no_output(c, first, n);
    else
        say_no_fit(c, at, in, &first->outputs[output]);
}
