// SPDX-License-Identifier: MIT
#include "compiler/preset_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "compiler/node.h"
#include "compiler/workflow.h"

// One chain while its slots are read.
struct chain {
    const struct node *at;
    const char **first; // ids of the first slot's nodes
    size_t n;
};

static json_t *slot_of(struct form *f, struct chain *c, const struct node *slot)
{
    json_t *ids = json_array();
    const char **found = arena_array(f->arena, const char *, slot->n);

    for (size_t i = 0; i < slot->n; i++) {
        found[i] = workflow_node(f->workflow, node_text(slot->items[i]), slot->items[i]->span);
        f->wrong |= !found[i];
        if (found[i] && c->first && slot->n == c->n && c->first[i] &&
            strcmp(workflow_class(f->workflow, found[i]),
                   workflow_class(f->workflow, c->first[i])) != 0)
            form_say(f, slot->items[i],
                     "the slots of a chain have the same nodes in the same order",
                     arena_printf(f->arena, "node \"%s\" is %s, where the first slot has %s",
                                  found[i], workflow_class(f->workflow, found[i]),
                                  workflow_class(f->workflow, c->first[i])));
        form_add(ids, found[i] ? json_string(found[i]) : NULL);
    }
    if (!c->first) {
        c->first = found;
        c->n = slot->n;
    } else if (slot->n != c->n)
        form_say(f, slot, NULL,
                 arena_printf(f->arena, "nodes in this slot: %zu, in the first one: %zu", slot->n,
                              c->n));
    return ids;
}

static json_t *slots_of(struct form *f, struct chain *c, const struct node *slots)
{
    json_t *list = json_array();

    for (size_t i = 0; i < slots->n; i++)
        form_add(list, slot_of(f, c, slots->items[i]));
    return list;
}

static size_t position_of(const struct chain *c, const char *id)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->first[i] && strcmp(c->first[i], id) == 0)
            return i;
    return c->n;
}

// FIELD is of the slot's last node; NODE.FIELD of that node of the first slot.
static json_t *at_position(struct form *f, const struct chain *c, const struct node *at,
                           bool may_miss)
{
    const char *last = c->n ? c->first[c->n - 1] : NULL;
    struct workflow_slot slot;
    struct str path = at->text;

    if (last && !memchr(path.ptr, '.', path.len))
        path = str_of(arena_printf(f->arena, "%s.%s", last, path.ptr));
    if (!workflow_slot(f->workflow, path, may_miss, at->span, &slot))
        f->wrong = true;
    else if (position_of(c, slot.node) == c->n)
        form_say(f, at, NULL,
                 arena_printf(f->arena, "node \"%s\" is not in the first slot", slot.node));
    else
        return json_pack("[Is]", (json_int_t)position_of(c, slot.node), slot.field);
    return NULL;
}

// One field or several: always a list.
static json_t *in_of(struct form *f, const struct chain *c, const struct node *in)
{
    json_t *list = json_array();

    if (in && in->type == NODE_LIST)
        for (size_t i = 0; i < in->n; i++)
            form_add(list, at_position(f, c, in->items[i], true));
    else if (in)
        form_add(list, at_position(f, c, in, true));
    return list;
}

// NODE or NODE:OUTPUT of the first slot; the last node's first output where nothing is said.
static json_t *out_of(struct form *f, const struct chain *c, const struct node *out)
{
    struct str rest, name;
    const char *id;
    size_t position = c->n ? c->n - 1 : 0;
    long output = 0;

    if (out) {
        rest = str_of(node_text(out));
        name = str_cut(&rest, ':');
        output = rest.ptr ? strtol(rest.ptr, NULL, 10) : 0;
        id = workflow_node(f->workflow, arena_strndup(f->arena, name.ptr, name.len), out->span);
        f->wrong |= !id;
        position = id ? position_of(c, id) : 0;
        if (id && position == c->n)
            form_say(f, out, NULL,
                     arena_printf(f->arena, "node \"%s\" is not in the first slot", id));
    }
    return json_pack("[II]", (json_int_t)position, (json_int_t)output);
}

static json_t *members_of(struct form *f, const struct chain *c, const struct node *set)
{
    json_t *out = json_object();

    for (size_t i = 0; set && i < set->n; i++) {
        json_t *place = at_position(f, c, set->items[i], false);

        if (place)
            json_object_set_new(out, node_text(set->keys[i]), place);
    }
    return out;
}

json_t *form_chain(struct form *f, const struct node *chain)
{
    struct chain c = {.at = chain};
    const struct node *slots = node_get(chain, "slots"), *max = node_get(chain, "max");
    json_t *out = json_object();

    if (!f->workflow) {
        form_say(f, chain, NULL, "only a workflow has chains of nodes");
        return out;
    }
    json_object_set_new(out, "slots", slots_of(f, &c, slots));
    json_object_set_new(out, "in", in_of(f, &c, node_get(chain, "in")));
    json_object_set_new(out, "out", out_of(f, &c, node_get(chain, "out")));
    json_object_set_new(out, "set", members_of(f, &c, node_get(chain, "set")));
    json_object_set_new(out, "max", json_integer(max ? max->integer : (json_int_t)slots->n));
    for (size_t i = 0; i < chain->n; i++)
        if (!json_object_get(out, node_text(chain->keys[i])))
            json_object_set_new(out, node_text(chain->keys[i]), node_json(chain->items[i]));
    return out;
}
