// SPDX-License-Identifier: MIT
#include "runtime/fill_items.h"

#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/fill_chain.h"
#include "runtime/fill_values.h"
#include "runtime/wiring.h"

// A chain while it is filled in.
struct items {
    const struct fill_values *values;
    const char *chain, *of; // its name; the name of the step's list
    const json_t *rule;
    const json_t *list; // the step's list, or NULL
    char file[64];      // the name of the inputs that its items' `name` stands for, or ""
};

static size_t more_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

// Items of `loras` come with inputs called `lora`: the file of each is what its name stands for.
static void find_files(struct items *it)
{
    const char *names[] = {it->of, it->chain};

    for (size_t i = 0; i < 2 && !it->file[0]; i++) {
        size_t len = strlen(names[i]);

        if (len < sizeof(it->file))
            memcpy(it->file, names[i], len + 1);
        if (len < sizeof(it->file) && len && !fill_values_inputs(it->values, it->file))
            it->file[names[i][len - 1] == 's' ? len - 1 : 0] = 0;
        if (!fill_values_inputs(it->values, it->file))
            it->file[0] = 0;
    }
}

static size_t count(const struct items *it)
{
    size_t n = more_of(json_array_size(it->list), fill_values_inputs(it->values, it->file));
    const char *member;
    json_t *place;

    json_object_foreach(json_object_get(it->rule, "set"), member, place)
        n = more_of(n, fill_values_inputs(it->values, member));
    return n;
}

static size_t begin(struct items *it, const struct fill_values *v, const char *chain,
                    const json_t *rule)
{
    *it = (struct items){.values = v, .chain = chain, .rule = rule};
    it->of = json_get_text(rule, "of", chain);
    it->list = json_object_get(v->params, it->of);
    if (!json_is_array(it->list))
        it->list = json_object_get(v->params, chain);
    find_files(it);
    return count(it);
}

// A new value, or NULL where the item says nothing of member. *missing: it stands for an input that
// other items have.
static json_t *member_of(const struct items *it, const char *member, size_t i, bool *missing)
{
    json_t *item = json_array_get(it->list, i);
    const char *input = member;
    size_t n = fill_values_inputs(it->values, member);

    if (!n && strcmp(member, "name") == 0 && it->file[0]) {
        input = it->file;
        n = fill_values_inputs(it->values, input);
    }
    *missing = n && i >= n;
    if (n)
        return fill_values_input(it->values, input, i);
    return json_incref(json_is_object(item) ? json_object_get(item, member) : item);
}

static bool set_slot(const struct items *it, json_t *workflow, const json_t *slot, size_t i,
                     struct err *err)
{
    const char *member;
    json_t *place;

    json_object_foreach(json_object_get(it->rule, "set"), member, place) {
        size_t position = (size_t)json_integer_value(json_array_get(place, 0));
        const char *field = json_string_value(json_array_get(place, 1));
        bool missing;
        json_t *value = member_of(it, member, i, &missing);

        if (missing)
            return err_set(err, ERR_FILM, "number %zu of %s has no %s", i + 1, it->of,
                           strcmp(member, "name") == 0 ? it->file : member);
        if (value)
            json_object_set_new(
                wiring_fields(workflow, json_string_value(json_array_get(slot, position))), field,
                wiring_literal(value));
        json_decref(value);
    }
    return true;
}

static bool fill_items(const struct items *it, json_t *workflow, size_t n, struct err *err)
{
    json_t *slots = chain_fit(workflow, it->rule, n, err);
    bool ok = slots != NULL;

    for (size_t i = 0; ok && i < n; i++)
        ok = set_slot(it, workflow, json_array_get(slots, i), i, err);
    json_decref(slots);
    return ok || err_wrap(err, "the chain %s", it->chain);
}

bool fill_chains(const struct fill_values *v, json_t *workflow, struct err *err)
{
    const char *name;
    json_t *rule;

    json_object_foreach(json_object_get(v->fill->preset, "chains"), name, rule) {
        struct items it;
        size_t n = begin(&it, v, name, rule);
        json_int_t max = json_get_integer(rule, "max", (json_int_t)n);

        if ((json_int_t)n > max)
            return err_set(err, ERR_FILM, "%s takes at most %lld of %s, and this step has %zu",
                           json_get_text(v->fill->preset, "preset", "the preset"), (long long)max,
                           it.of, n);
        if (!fill_items(&it, workflow, n, err))
            return false;
    }
    return true;
}

json_int_t fill_window_frames(const json_t *preset, json_int_t frames)
{
    json_int_t each = json_get_integer(json_object_get(preset, "windows"), "frames", frames);

    return frames < each ? frames : each;
}

bool fill_windows(const struct fill_values *v, json_t *workflow, json_int_t frames, struct err *err)
{
    const json_t *rule = json_object_get(v->fill->preset, "windows");
    json_int_t each = json_get_integer(rule, "frames", 1), more, n = 0;
    struct items it;

    if (!rule)
        return true;
    more = each - json_get_integer(rule, "overlap", 0);
    if (frames > each && more > 0)
        n = (frames - each + more - 1) / more;
    if (n > json_get_integer(rule, "max", n) || (frames > each && more <= 0))
        return err_set(err, ERR_FILM, "%s makes no %lld frames in windows of %lld",
                       json_get_text(v->fill->preset, "preset", "the preset"), (long long)frames,
                       (long long)each);
    begin(&it, v, "windows", rule);
    return fill_items(&it, workflow, (size_t)n, err);
}
