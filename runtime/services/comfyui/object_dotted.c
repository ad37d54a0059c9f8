// SPDX-License-Identifier: MIT
// Fields that belong to others: "format.codec" is there where format chose something with a codec,
// "images.image0" is one of images.
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"

static const struct class_inputs *chosen(const struct class_input *in, const json_t *value)
{
    const char *key = choice_find(in->keys, value);

    for (size_t i = 0; key && i < in->keys->n; i++)
        if (in->keys->at[i] == key)
            return &in->options[i];
    return NULL;
}

static const struct class_input *find_in(const struct class_inputs *inputs, const json_t *fields,
                                         const char *field, size_t from);

// field[..from] was in; what stands behind its dot is looked for.
static const struct class_input *find_below(const struct class_input *in, const json_t *fields,
                                            const char *field, size_t from)
{
    struct buf parent = {0};
    const struct class_inputs *inner = NULL;

    if (in->kind == INPUT_GROWING)
        return in->prefix && in->options && in->options->n &&
                       strncmp(field + from + 1, in->prefix, strlen(in->prefix)) == 0
                   ? &in->options->at[0]
                   : NULL;
    if (in->kind != INPUT_DYNAMIC || !in->keys)
        return NULL;
    buf_add(&parent, field, from);
    inner = chosen(in, json_object_get(fields, buf_text(&parent)));
    buf_release(&parent);
    return inner ? find_in(inner, fields, field, from + 1) : NULL;
}

static const struct class_input *find_in(const struct class_inputs *inputs, const json_t *fields,
                                         const char *field, size_t from)
{
    const struct class_input *found = NULL;

    for (size_t i = 0; i < inputs->n && !found; i++) {
        size_t len = strlen(inputs->at[i].name);

        if (strncmp(field + from, inputs->at[i].name, len) != 0)
            continue;
        if (!field[from + len])
            return &inputs->at[i];
        if (field[from + len] == '.')
            found = find_below(&inputs->at[i], fields, field, from + len);
    }
    return found;
}

const struct class_input *input_find(const struct object_class *class, const json_t *fields,
                                     const char *field)
{
    return find_in(&class->inputs, fields, field, 0);
}

static void add_missing(const struct class_inputs *inputs, const json_t *fields, const char *above,
                        json_t *missing);

static void add_growing(const struct class_input *in, const json_t *fields, const char *name,
                        json_t *missing)
{
    for (size_t i = 0; i < in->least; i++) {
        json_t *one = json_sprintf("%s.%s%zu", name, in->prefix, i);

        if (!json_object_get(fields, json_string_value(one)))
            json_array_append(missing, one);
        json_decref(one);
    }
}

static void add_of(const struct class_input *in, const json_t *fields, const char *name,
                   json_t *missing)
{
    const json_t *value = json_object_get(fields, name);
    struct buf below = {0};

    if (in->kind == INPUT_GROWING) {
        if (in->required)
            add_growing(in, fields, name, missing);
    } else if (!value) {
        if (in->required)
            json_array_append_new(missing, json_string(name));
    } else if (in->kind == INPUT_DYNAMIC && in->keys && chosen(in, value)) {
        buf_printf(&below, "%s.", name);
        add_missing(chosen(in, value), fields, buf_text(&below), missing);
        buf_release(&below);
    }
}

static void add_missing(const struct class_inputs *inputs, const json_t *fields, const char *above,
                        json_t *missing)
{
    for (size_t i = 0; i < inputs->n; i++) {
        struct buf name = {0};

        buf_printf(&name, "%s%s", above, inputs->at[i].name);
        add_of(&inputs->at[i], fields, buf_text(&name), missing);
        buf_release(&name);
    }
}

json_t *inputs_missing(const struct object_class *class, const json_t *fields)
{
    json_t *missing = json_array();

    add_missing(&class->inputs, fields, "", missing);
    return missing;
}
