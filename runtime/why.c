// SPDX-License-Identifier: MIT
#include "runtime/why.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/graph.h"
#include "runtime/ledger.h"
#include "runtime/walk.h"

enum { MOST_CHANGES = 3, MOST_VALUE_COLUMNS = 48 };

// What was found so far; the first few are told.
struct changes {
    struct buf *out;
    size_t n;
};

static void add_value(struct buf *out, const json_t *value)
{
    struct buf text = {0};
    size_t cut = MOST_VALUE_COLUMNS;

    if (!value) {
        buf_puts(out, "nothing");
        return;
    }
    json_canonical(value, &text);
    if (text.len > cut) {
        while (cut && (text.ptr[cut] & 0xc0) == 0x80)
            cut--;
        buf_add(out, text.ptr, cut);
        buf_puts(out, json_is_string(value) ? "…\"" : "…");
    } else {
        buf_str(out, buf_view(&text));
    }
    buf_release(&text);
}

static bool begin_change(struct changes *c)
{
    if (c->n++ >= MOST_CHANGES)
        return false;
    if (c->n > 1)
        buf_puts(c->out, "; ");
    return true;
}

static void compare(struct changes *c, const char *path, json_t *before, json_t *now);

static void compare_members(struct changes *c, const char *path, json_t *before, json_t *now)
{
    char below[256];
    const char *key, *dot = path[0] ? "." : "";
    json_t *value;

    json_object_foreach(now, key, value) {
        snprintf(below, sizeof(below), "%s%s%s", path, dot, key);
        compare(c, below, json_object_get(before, key), value);
    }
    json_object_foreach(before, key, value) {
        snprintf(below, sizeof(below), "%s%s%s", path, dot, key);
        if (!json_object_get(now, key))
            compare(c, below, value, NULL);
    }
}

static void compare_items(struct changes *c, const char *path, json_t *before, json_t *now)
{
    char below[256];
    json_t *value;
    size_t i;

    json_array_foreach(now, i, value) {
        snprintf(below, sizeof(below), "%s.%zu", path, i);
        compare(c, below, json_array_get(before, i), value);
    }
}

static void compare(struct changes *c, const char *path, json_t *before, json_t *now)
{
    if (json_equal(before, now))
        return;
    if (json_is_object(before) && json_is_object(now)) {
        compare_members(c, path, before, now);
    } else if (json_is_array(before) && json_is_array(now) &&
               json_array_size(before) == json_array_size(now)) {
        compare_items(c, path, before, now);
    } else if (begin_change(c)) {
        buf_printf(c->out, "%s ", path);
        add_value(c->out, before);
        buf_puts(c->out, " -> ");
        add_value(c->out, now);
    }
}

// Inputs are lists of {name, digest}: only names mean something to people.
static void compare_inputs(struct changes *c, const json_t *before, const json_t *now)
{
    size_t n = json_array_size(now), m = json_array_size(before);

    for (size_t i = 0; i < n || i < m; i++) {
        const json_t *a = json_array_get(before, i), *b = json_array_get(now, i);
        const char *old = json_get_text(a, "name", NULL), *new = json_get_text(b, "name", NULL);

        if (json_equal(a, b) || !begin_change(c))
            continue;
        if (!old || !new)
            buf_printf(c->out, "input %s %s", old ? old : new, old ? "is gone" : "is new");
        else
            buf_printf(c->out, "input %s changed", new);
    }
}

void why_differ(const char *before, const char *now, struct buf *out)
{
    json_t *a = json_loads(before, 0, NULL), *b = json_loads(now, 0, NULL);
    json_t *was = json_object_get(a, "request"), *is = json_object_get(b, "request");
    struct buf words = {0};
    struct changes c = {&words, 0}, inputs = {out, 0};

    compare(&c, "", was, is);
    if (c.n > MOST_CHANGES)
        buf_printf(&words, "; and %zu more", c.n - MOST_CHANGES);
    if (c.n)
        buf_printf(out, "words changed: %s; ", buf_text(&words));
    compare_inputs(&inputs, json_object_get(a, "inputs"), json_object_get(b, "inputs"));
    if (inputs.n > MOST_CHANGES)
        buf_printf(out, "; and %zu more inputs", inputs.n - MOST_CHANGES);
    if (!json_equal(json_object_get(a, "version"), json_object_get(b, "version")))
        buf_printf(out, "%sc41 makes this kind in a new way", inputs.n ? "; " : "");
    else if (!json_equal(json_object_get(a, "driver"), json_object_get(b, "driver")))
        buf_printf(out, "%sanother driver makes it", inputs.n ? "; " : "");
    else if (!inputs.n && out->len > 2)
        out->len -= 2; // the "; " after the words
    if (out->len)
        out->ptr[out->len] = 0;
    buf_release(&words);
    json_decref(a);
    json_decref(b);
}

const char *why_runs(struct walk *w, const struct work *work)
{
    const char *last = ledger_last_key(w->ledger, w->graph->film, work->step->id, w->arena);
    const char *before;
    const char *why;
    struct buf text = {0};

    if (!last)
        return "never made";
    if (strcmp(last, work->key) == 0)
        return "its files are gone";
    before = ledger_preimage(w->ledger, last, w->arena);
    if (before)
        why_differ(before, work->preimage, &text);
    why = text.len ? arena_strdup(w->arena, buf_text(&text)) : "changed";
    buf_release(&text);
    return why;
}
