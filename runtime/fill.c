// SPDX-License-Identifier: MIT
#include "runtime/fill.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/fill_items.h"
#include "runtime/fill_prefix.h"
#include "runtime/fill_values.h"
#include "runtime/wiring.h"

static void put(json_t *workflow, const json_t *part, const json_t *value)
{
    json_t *place;
    size_t i;

    json_array_foreach(part, i, place) {
        json_t *fields = wiring_fields(workflow, json_string_value(json_array_get(place, 0)));

        json_object_set_new(fields, json_string_value(json_array_get(place, 1)),
                            wiring_literal(value));
    }
}

// An input that goes up as a folder is one value, however many files are in it.
static bool set_inputs(const struct fill_values *v, json_t *workflow, const char *name,
                       const json_t *rule, size_t n, struct err *err)
{
    const json_t *set = json_object_get(rule, "set");
    size_t parts = json_array_size(set);
    bool folder = json_get_flag(rule, "folder", false);

    if (!folder && n != parts)
        return err_set(err, ERR_FILM, "%s takes %zu of %s, and this step has %zu",
                       json_get_text(v->fill->preset, "preset", "the preset"), parts, name, n);
    for (size_t i = 0; i < parts; i++) {
        json_t *value = fill_values_input(v, name, folder ? 0 : i);

        put(workflow, json_array_get(set, i), value);
        json_decref(value);
    }
    return true;
}

// A list has an item for each part where there are several; else it goes in whole.
static void set_param(json_t *workflow, const json_t *set, const json_t *value)
{
    json_t *part;
    size_t i;
    bool each = json_array_size(set) > 1 && json_is_array(value);

    json_array_foreach(set, i, part) {
        const json_t *own = each ? json_array_get(value, i) : value;

        if (own)
            put(workflow, part, own);
    }
}

static bool set_params(const struct fill_values *v, json_t *workflow, struct err *err)
{
    const char *name;
    json_t *rule;

    json_object_foreach(json_object_get(v->fill->preset, "params"), name, rule) {
        const json_t *set = json_object_get(rule, "set");
        const json_t *value = json_object_get(v->params, name);
        size_t n = fill_values_inputs(v, name);

        if (set && n && !set_inputs(v, workflow, name, rule, n, err))
            return false;
        if (set && !n && value)
            set_param(workflow, set, value);
    }
    return true;
}

// What a workflow says of its own, in the form in which a server takes it. Titles are for people.
static void settle(json_t *workflow)
{
    const char *id, *field;
    json_t *node, *value;

    json_object_foreach(workflow, id, node) {
        json_t *fields = json_object_get(node, "inputs");

        json_object_del(node, "_meta");
        json_object_foreach(fields, field, value)
            if (!wiring_is_link(value))
                json_object_set_new(fields, field, wiring_literal(value));
    }
}

// What goes past one window and has none goes to another preset, or never comes here.
static bool check_frames(const struct fill *f, json_int_t frames, struct err *err)
{
    const json_t *rule = json_object_get(json_object_get(f->preset, "params"), "frames");
    json_int_t max = json_get_integer(rule, "max", frames);

    return frames <= max || json_object_get(f->preset, "windows") ||
           err_set(err, ERR_FILM, "%s makes at most %lld frames, and this needs %lld",
                   json_get_text(f->preset, "preset", "the preset"), (long long)max,
                   (long long)frames);
}

static bool fill_nodes(const struct fill *f, json_t *workflow, json_t *params, struct err *err)
{
    json_int_t all = json_get_integer(params, "frames", 0);
    struct fill_values v;

    if (all)
        json_object_set_new(params, "frames", json_integer(fill_window_frames(f->preset, all)));
    fill_values_init(&v, f, params, NULL);
    return check_frames(f, all, err) && set_params(&v, workflow, err) &&
           (!all || fill_windows(&v, workflow, all, err)) && fill_chains(&v, workflow, err);
}

json_t *fill_workflow(const struct fill *f, struct err *err)
{
    json_t *workflow = json_deep_copy(json_object_get(f->preset, "workflow"));
    json_t *params = json_object();
    bool ok = workflow != NULL;

    json_object_update(params, (json_t *)(uintptr_t)f->params);
    if (!ok)
        err_set(err, ERR_FILM, "%s has no workflow",
                json_get_text(f->preset, "preset", "the preset"));
    else
        settle(workflow);
    ok = ok && fill_nodes(f, workflow, params, err);
    if (ok && f->prefix)
        prefix_set(workflow, f->preset, f->prefix);
    json_decref(params);
    if (ok)
        return workflow;
    json_decref(workflow);
    return NULL;
}

json_t *fill_request(const struct fill *f, const json_t *more, struct err *err)
{
    json_t *request = json_object_get(f->preset, "request"), *filled;
    struct fill_values v;

    fill_values_init(&v, f, f->params, more);
    if (!request)
        return json_object();
    filled = fill_value(&v.source, request);
    if (!filled)
        err_set(err, ERR_FILM, "the request of %s is empty",
                json_get_text(f->preset, "preset", "the preset"));
    return filled;
}

char *fill_saved(const struct fill *f, const json_t *workflow, const char *output)
{
    const json_t *rule = json_object_get(json_object_get(f->preset, "output"), output);
    const char *saved = json_get_text(rule, "saved", NULL);
    const char *prefix = prefix_get(workflow, f->preset, json_get_text(rule, "node", ""));
    struct fill_values v;
    struct buf path = {0};

    fill_values_init(&v, f, f->params, NULL);
    if (saved && prefix) {
        buf_puts(&path, prefix);
        if (fill_text(&v.source, str_of(saved), &path))
            return buf_take(&path);
    }
    buf_release(&path);
    return NULL;
}
