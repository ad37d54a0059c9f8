// SPDX-License-Identifier: MIT
#include "runtime/fill_values.h"

#include <string.h>

#include "base/json.h"

size_t fill_values_inputs(const struct fill_values *v, const char *name)
{
    size_t n = 0;

    for (size_t i = 0; i < v->fill->n_inputs; i++)
        n += strcmp(v->fill->inputs[i].name, name) == 0;
    return n;
}

static json_t *input_at(const struct fill_values *v, const char *name, size_t at)
{
    for (size_t i = 0; i < v->fill->n_inputs; i++)
        if (strcmp(v->fill->inputs[i].name, name) == 0 && at-- == 0)
            return v->fill->inputs[i].value;
    return NULL;
}

// Params have their form since they were fitted; what an input is called is known only now.
json_t *fill_values_input(const struct fill_values *v, const char *name, size_t i)
{
    const json_t *rule = json_object_get(json_object_get(v->fill->preset, "params"), name);
    const char *form = json_get_text(rule, "form", NULL);
    json_t *value = input_at(v, name, i), *formed;
    struct fill_values within = *v;
    struct buf text = {0};

    if (!value || !form)
        return json_incref(value);
    within.own = name;
    within.own_value = value;
    fill_text(&within.source, str_of(form), &text);
    formed = json_stringn(buf_text(&text), text.len);
    buf_release(&text);
    return formed;
}

static json_t *all_inputs(const struct fill_values *v, const char *name, size_t n)
{
    json_t *list;

    if (n == 1)
        return fill_values_input(v, name, 0);
    list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, fill_values_input(v, name, i));
    return list;
}

static json_t *find(const struct fill_source *from, const char *name)
{
    const struct fill_values *v = (const struct fill_values *)from;
    size_t n = fill_values_inputs(v, name);

    if (v->own && strcmp(v->own, name) == 0)
        return json_incref(v->own_value);
    if (n)
        return all_inputs(v, name, n);
    if (json_object_get(v->params, name))
        return json_incref(json_object_get(v->params, name));
    if (json_object_get(v->more, name))
        return json_incref(json_object_get(v->more, name));
    return strcmp(name, "model") == 0 ? json_incref(json_object_get(v->fill->preset, "model"))
                                      : NULL;
}

void fill_values_init(struct fill_values *v, const struct fill *f, const json_t *params,
                      const json_t *more)
{
    *v = (struct fill_values){.source = {.find = find}, .fill = f, .params = params, .more = more};
}
