// SPDX-License-Identifier: MIT
#include "runtime/bind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/facts.h"
#include "runtime/fit.h"
#include "runtime/service.h"

// How many inputs of the same name stand before input i.
static size_t number_of(const struct step *step, size_t i)
{
    size_t n = 0;

    for (size_t k = 0; k < i; k++)
        n += strcmp(step->inputs[k].name, step->inputs[i].name) == 0;
    return n;
}

// The fact that rest asks of input i: of the first input of its name, or behind the input's number.
static const json_t *fact_of(const struct step *step, size_t i, const char *rest,
                             const struct artifact *const *inputs)
{
    size_t number = number_of(step, i);
    const json_t *fact = number == 0 ? facts_get(inputs[i]->facts, rest) : NULL;
    char *end;

    if (!fact && strtoul(rest, &end, 10) == number && end != rest && *end == '.')
        fact = facts_get(inputs[i]->facts, end + 1);
    return fact;
}

// A late value's path begins with the name of an input. The longest name wins, since names hold
// dots.
static const json_t *find_fact(const struct step *step, const char *path,
                               const struct artifact *const *inputs)
{
    const json_t *found = NULL, *fact;
    size_t longest = 0;

    for (size_t i = 0; i < step->n_inputs; i++) {
        const char *name = step->inputs[i].name;
        size_t len = strlen(name);

        if (strncmp(path, name, len) != 0 || path[len] != '.' || len < longest)
            continue;
        if ((fact = fact_of(step, i, path + len + 1, inputs))) {
            found = fact;
            longest = len;
        }
    }
    return found;
}

static json_t *resolve(const struct step *step, const json_t *late,
                       const struct artifact *const *inputs, struct err *err)
{
    const char *path = json_get_text(late, "late", "");
    const json_t *fact = find_fact(step, path, inputs);
    double value;

    if (!fact) {
        err_set(err, ERR_FILM, "nothing that this step takes has \"%s\"", path);
        return NULL;
    }
    if (!json_is_number(fact) || json_object_size(late) == 1)
        return json_deep_copy(fact);
    value = json_number_value(fact) + json_get_number(late, "plus", 0);
    value = fmax(value, json_get_number(late, "min", -INFINITY));
    value = fmin(value, json_get_number(late, "max", INFINITY));
    return value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

bool bind_is_late(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_string(json_object_get(value, "late")))
        return true;
    if (json_is_object(value)) {
        json_object_foreach(value, key, member)
            if (bind_is_late(member))
                return true;
    }
    json_array_foreach(value, i, member)
        if (bind_is_late(member))
            return true;
    return false;
}

// A list that holds a late value itself and gives nothing but texts is one text.
static json_t *join_texts(const json_t *list, json_t *bound)
{
    struct buf text = {0};
    bool late = false;
    json_t *member, *joined;
    size_t i;

    json_array_foreach(list, i, member)
        late = late || json_is_string(json_object_get(member, "late"));
    if (!late)
        return bound;
    json_array_foreach(bound, i, member) {
        if (!json_is_string(member)) {
            buf_release(&text);
            return bound;
        }
        buf_add(&text, json_string_value(member), json_string_length(member));
    }
    joined = json_stringn(buf_text(&text), text.len);
    buf_release(&text);
    json_decref(bound);
    return joined;
}

static json_t *bind_list(const struct step *step, json_t *list,
                         const struct artifact *const *inputs, struct err *err)
{
    json_t *bound = json_array(), *member;
    size_t i;

    json_array_foreach(list, i, member) {
        json_t *value = bind_late(step, member, inputs, err);

        if (!value) {
            json_decref(bound);
            return NULL;
        }
        json_array_append_new(bound, value);
    }
    return join_texts(list, bound);
}

static json_t *bind_map(const struct step *step, json_t *map, const struct artifact *const *inputs,
                        struct err *err)
{
    json_t *bound = json_object(), *member;
    const char *key;

    json_object_foreach(map, key, member) {
        json_t *value = bind_late(step, member, inputs, err);

        if (!value) {
            json_decref(bound);
            return NULL;
        }
        json_object_set_new(bound, key, value);
    }
    return bound;
}

json_t *bind_late(const struct step *step, json_t *value, const struct artifact *const *inputs,
                  struct err *err)
{
    if (json_is_string(json_object_get(value, "late")))
        return resolve(step, value, inputs, err);
    if (json_is_object(value))
        return bind_map(step, value, inputs, err);
    if (json_is_array(value))
        return bind_list(step, value, inputs, err);
    return json_deep_copy(value);
}

// Drivers of this machine take a step's words as they stand.
static bool takes_all(const json_t *preset)
{
    const struct driver *driver = driver_find(json_get_text(preset, "driver", ""));

    return driver && driver->op;
}

static bool chain_takes(const json_t *preset, const char *name)
{
    const char *chain;
    json_t *rule;

    json_object_foreach(json_object_get(preset, "chains"), chain, rule) {
        const char *of = json_get_text(rule, "of", chain);

        if (strcmp(chain, name) == 0 || strcmp(of, name) == 0 ||
            json_object_get(json_object_get(rule, "set"), name))
            return true;
    }
    return false;
}

static bool takes(const json_t *preset, const char *name)
{
    return takes_all(preset) || json_object_get(json_object_get(preset, "params"), name) ||
           chain_takes(preset, name);
}

// Every word that decides the render goes into the key; what only people or the scheduler read does
// not.
static json_t *recipe_of(const json_t *preset)
{
    static const char *const left_out[] = {"about",  "expect", "instead",
                                           "longer", "needs",  "words"};
    json_t *recipe = json_deep_copy(preset);

    for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
        json_object_del(recipe, left_out[i]);
    return recipe;
}

static json_t *add_recipe(json_t *params, const json_t *preset)
{
    json_t *request = json_object();

    json_object_set_new(request, "params", params);
    json_object_set_new(request, "preset", recipe_of(preset));
    return request;
}

// Without a seed to tell takes apart their number does; take 1 is the same as the only one.
static void add_take(const struct step *step, json_t *params)
{
    if (step->take > 1 && !json_object_get(params, "seed"))
        json_object_set_new(params, "take", json_integer(step->take));
}

static json_t *choose(json_t *params, const json_t *preset)
{
    json_t *chosen = json_object(), *value;
    const char *name;

    json_object_foreach(params, name, value)
        if (takes(preset, name) || (strcmp(name, "seconds") == 0 && takes(preset, "frames")))
            json_object_set(chosen, name, value);
    return chosen;
}

bool bind_step(const struct step *step, const json_t *preset, const struct artifact *const *inputs,
               struct bound *out, struct err *err)
{
    json_t *written = step_params(step), *chosen = choose(written, preset);
    json_t *params = bind_late(step, chosen, inputs, err);

    json_decref(chosen);
    json_decref(written);
    if (!params)
        return false;
    if (!takes_all(preset) && !fit_params(params, preset, err)) {
        json_decref(params);
        return false;
    }
    add_take(step, params);
    out->kept = mem_new(step->n_inputs * sizeof(*out->kept));
    for (size_t i = 0; i < step->n_inputs; i++)
        out->kept[i] = takes(preset, step->inputs[i].name);
    out->request = takes_all(preset) ? params : add_recipe(params, preset);
    return true;
}

void bound_release(struct bound *b)
{
    json_decref(b->request);
    mem_free(b->kept);
    *b = (struct bound){0};
}
