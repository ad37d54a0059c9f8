// SPDX-License-Identifier: MIT
#include "runtime/fill_chain.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "runtime/wiring.h"

static const char *id_at(const json_t *slot, const json_t *position)
{
    return json_string_value(json_array_get(slot, (size_t)json_integer_value(position)));
}

// What a slot hands on, as a link.
static json_t *out_of(const json_t *rule, const json_t *slot)
{
    const json_t *out = json_object_get(rule, "out");

    return wiring_link(id_at(slot, json_array_get(out, 0)),
                       json_integer_value(json_array_get(out, 1)));
}

// What feeds a slot: a borrowed link, or NULL.
static json_t *feed_of(const json_t *workflow, const json_t *rule, const json_t *slot)
{
    json_t *place;
    size_t i;

    json_array_foreach(json_object_get(rule, "in"), i, place) {
        const char *field = json_string_value(json_array_get(place, 1));
        json_t *fields = wiring_fields(workflow, id_at(slot, json_array_get(place, 0)));

        if (wiring_is_link(json_object_get(fields, field)))
            return json_object_get(fields, field);
    }
    return NULL;
}

static void move_users(json_t *workflow, const json_t *from, const json_t *to, const json_t *except)
{
    wiring_move(workflow, json_string_value(json_array_get(from, 0)),
                json_integer_value(json_array_get(from, 1)), to, except);
}

static void drop_last(json_t *workflow, const json_t *rule, json_t *slots)
{
    const json_t *slot = json_array_get(slots, json_array_size(slots) - 1);
    json_t *out = out_of(rule, slot), *feed = json_incref(feed_of(workflow, rule, slot)), *id;
    size_t i;

    move_users(workflow, out, feed, slot);
    json_array_foreach(slot, i, id)
        wiring_drop(workflow, json_string_value(id));
    json_decref(feed);
    json_decref(out);
    json_array_remove(slots, json_array_size(slots) - 1);
}

// ID_N in the n-th slot, with more lines between where a node is called so already.
static json_t *free_id(const json_t *workflow, const char *id, size_t n)
{
    struct buf text = {0};
    size_t lines = 0;
    json_t *made;

    do {
        buf_clear(&text);
        buf_puts(&text, id);
        buf_repeat(&text, '_', ++lines);
        buf_printf(&text, "%zu", n);
    } while (json_object_get(workflow, buf_text(&text)));
    made = json_string(buf_text(&text));
    buf_release(&text);
    return made;
}

static size_t position_of(const json_t *slot, const json_t *id)
{
    json_t *member;
    size_t i;

    json_array_foreach(slot, i, member)
        if (json_equal(member, id))
            return i;
    return SIZE_MAX;
}

// Links between nodes of the slot lead to their copies.
static void relink_within(json_t *fields, const json_t *slot, const json_t *copy)
{
    const char *field;
    json_t *value;

    json_object_foreach(fields, field, value) {
        size_t at = wiring_is_link(value) ? position_of(slot, json_array_get(value, 0)) : SIZE_MAX;

        if (at != SIZE_MAX)
            json_array_set(value, 0, json_array_get(copy, at));
    }
}

static void feed(json_t *workflow, const json_t *rule, const json_t *slot, const json_t *link)
{
    json_t *place;
    size_t i;

    json_array_foreach(json_object_get(rule, "in"), i, place) {
        const char *field = json_string_value(json_array_get(place, 1));
        json_t *fields = wiring_fields(workflow, id_at(slot, json_array_get(place, 0)));

        json_object_set_new(fields, field, json_deep_copy(link));
    }
}

// The slot again, as the n-th.
static json_t *copy_slot(json_t *workflow, const json_t *slot, size_t n)
{
    json_t *copy = json_array(), *id;
    size_t i;

    json_array_foreach(slot, i, id)
        json_array_append_new(copy, free_id(workflow, json_string_value(id), n));
    json_array_foreach(slot, i, id) {
        json_t *node = json_deep_copy(json_object_get(workflow, json_string_value(id)));

        relink_within(json_object_get(node, "inputs"), slot, copy);
        json_object_set_new(workflow, json_string_value(json_array_get(copy, i)), node);
    }
    return copy;
}

// model is the last slot that is written: its nodes are copied, whatever stands before them.
static void add_slot(json_t *workflow, const json_t *rule, json_t *slots, const json_t *model)
{
    size_t n = json_array_size(slots);
    json_t *last = json_array_get(slots, n - 1), *copy = copy_slot(workflow, model, n + 1);
    json_t *from = out_of(rule, last), *to = out_of(rule, copy), *except = json_copy(copy);

    json_array_extend(except, last);
    move_users(workflow, from, to, except);
    feed(workflow, rule, copy, from);
    json_array_append_new(slots, copy);
    json_decref(except);
    json_decref(from);
    json_decref(to);
}

json_t *chain_fit(json_t *workflow, const json_t *rule, size_t n, struct err *err)
{
    json_t *written = json_object_get(rule, "slots"), *slots = json_copy(written);
    size_t most = json_array_size(written);

    if (n > most && (most == 0 || json_array_size(json_object_get(rule, "in")) == 0)) {
        err_set(err, ERR_FILM,
                "a chain whose nodes take nothing from the slot before (`in`) has "
                "no more slots than are written");
        json_decref(slots);
        return NULL;
    }
    while (json_array_size(slots) > n)
        drop_last(workflow, rule, slots);
    while (json_array_size(slots) < n)
        add_slot(workflow, rule, slots, json_array_get(written, most - 1));
    return slots;
}
