// SPDX-License-Identifier: MIT
#include "runtime/bind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/facts.h"
#include "runtime/fit.h"
#include "runtime/service.h"

// The inputs of a step while late values look for their facts: a film's conform has thousands.
struct binding {
    const struct step *step;
    const struct artifact *const *inputs;
    struct map first; // name -> the first input of it, as &next[i]
    size_t *next;     // the next input of the same name; 0: none
};

static void begin(struct binding *b, const struct step *step, const struct artifact *const *inputs)
{
    size_t *last = mem_new((step->n_inputs + 1) * sizeof(*last)); // by first: the last so far

    *b = (struct binding){.step = step, .inputs = inputs};
    b->next = mem_new((step->n_inputs + 1) * sizeof(*b->next));
    for (size_t i = 0; i < step->n_inputs; i++) {
        size_t *first = map_find(&b->first, step->inputs[i].name), at;

        if (!first) {
            map_put(&b->first, step->inputs[i].name, &b->next[i]);
            last[i] = i;
            continue;
        }
        at = (size_t)(first - b->next);
        b->next[last[at]] = i;
        last[at] = i;
    }
    mem_free(last);
}

static void end(struct binding *b)
{
    map_release(&b->first);
    mem_free(b->next);
}

// The fact that rest asks of the inputs of a name: of the first, or "3.FACT" of the fourth.
static const json_t *fact_of(const struct binding *b, size_t first, const char *rest)
{
    const json_t *fact = facts_get(b->inputs[first]->facts, rest);
    char *end_of_number;
    size_t number = strtoul(rest, &end_of_number, 10), at = first;

    if (fact || end_of_number == rest || *end_of_number != '.')
        return fact;
    for (; number; number--) {
        at = b->next[at];
        if (!at)
            return NULL;
    }
    return facts_get(b->inputs[at]->facts, end_of_number + 1);
}

// A late value's path begins with the name of an input. The longest name wins, since names hold
// dots.
static const json_t *find_fact(const struct binding *b, const char *path)
{
    char *name = mem_strdup(path);
    const json_t *fact = NULL;

    for (char *dot = strrchr(name, '.'); dot && !fact; dot = strrchr(name, '.')) {
        const size_t *first;

        *dot = 0;
        first = map_find(&b->first, name);
        if (first)
            fact = fact_of(b, (size_t)(first - b->next), path + (dot - name) + 1);
    }
    mem_free(name);
    return fact;
}

static json_t *resolve(const struct binding *b, const json_t *late, struct err *err)
{
    const char *path = json_get_text(late, "late", "");
    const json_t *fact = find_fact(b, path);
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

static json_t *bind_value(const struct binding *b, json_t *value, struct err *err);

static json_t *bind_list(const struct binding *b, json_t *list, struct err *err)
{
    json_t *bound = json_array(), *member;
    size_t i;

    json_array_foreach(list, i, member) {
        json_t *value = bind_value(b, member, err);

        if (!value) {
            json_decref(bound);
            return NULL;
        }
        json_array_append_new(bound, value);
    }
    return join_texts(list, bound);
}

static json_t *bind_map(const struct binding *b, json_t *map, struct err *err)
{
    json_t *bound = json_object(), *member;
    const char *key;

    json_object_foreach(map, key, member) {
        json_t *value = bind_value(b, member, err);

        if (!value) {
            json_decref(bound);
            return NULL;
        }
        json_object_set_new(bound, key, value);
    }
    return bound;
}

// What holds no late value is shared with what was written, not copied.
static json_t *bind_value(const struct binding *b, json_t *value, struct err *err)
{
    if (json_is_string(json_object_get(value, "late")))
        return resolve(b, value, err);
    if (!bind_is_late(value))
        return json_incref(value);
    return json_is_object(value) ? bind_map(b, value, err) : bind_list(b, value, err);
}

json_t *bind_late(const struct step *step, json_t *value, const struct artifact *const *inputs,
                  struct err *err)
{
    struct binding b;
    json_t *bound;

    begin(&b, step, inputs);
    bound = bind_value(&b, value, err);
    end(&b);
    return bound;
}

// Drivers of this machine take a step's words as they stand.
static bool takes_all(const json_t *preset)
{
    const struct driver *driver = driver_find(json_get_text(preset, "driver", ""));

    return driver && driver->op;
}

// Items of the list "loras" come with inputs called "lora".
static bool is_one_of(const char *list, const char *name)
{
    size_t len = strlen(name);

    return strncmp(list, name, len) == 0 && strcmp(list + len, "s") == 0;
}

static bool chain_takes(const json_t *preset, const char *name)
{
    const char *chain;
    json_t *rule;

    json_object_foreach(json_object_get(preset, "chains"), chain, rule) {
        const char *of = json_get_text(rule, "of", chain);

        if (strcmp(chain, name) == 0 || strcmp(of, name) == 0 || is_one_of(of, name) ||
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
    json_t *recipe = json_copy((json_t *)(uintptr_t)preset); // its members are the preset's own

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
