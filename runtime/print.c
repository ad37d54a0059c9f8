// SPDX-License-Identifier: MIT
#include "runtime/print.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/ledger_prints.h"

static bool names(const json_t *list, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
        if (json_is_string(item) && strcmp(json_string_value(item), name) == 0)
            return true;
    return false;
}

static bool needs_model(const json_t *preset, const char *name)
{
    json_t *models = json_object_get(json_object_get(preset, "needs"), "models"), *files;
    const char *folder;

    if (strcmp(json_get_text(preset, "model", ""), name) == 0)
        return true;
    json_object_foreach(models, folder, files)
        if (names(files, name))
            return true;
    return false;
}

json_t *print_for(const char *print, const json_t *preset)
{
    json_t *whole = json_loads(print, 0, NULL), *member;
    json_t *packs = json_object_get(whole, "packs"), *models = json_object_get(whole, "models");
    const json_t *needed = json_object_get(json_object_get(preset, "needs"), "packs");
    const char *name;
    void *next;

    json_object_foreach_safe(models, next, name, member)
        if (!needs_model(preset, name))
            json_object_del(models, name);
    json_object_foreach_safe(packs, next, name, member)
        if (needed && !names(needed, name))
            json_object_del(packs, name);
    return whole;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static json_t *sorted_once(const char **texts, size_t n)
{
    json_t *list = json_array();

    if (n)
        qsort(texts, n, sizeof(*texts), by_text);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)
            json_array_append_new(list, json_loads(texts[i], 0, NULL));
    return list;
}

static const char *canonical(struct arena *a, json_t *value)
{
    struct buf text = {0};
    const char *copy;

    json_canonical(value, &text);
    copy = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return copy;
}

// The services that offer preset; returns how many.
static size_t offers_of(const struct studio *studio, const json_t *preset, struct arena *a,
                        const struct studio_service ***offers)
{
    size_t most = 0;

    for (size_t i = 0; i < studio->n_machines; i++)
        most += studio->machines[i].n_services;
    *offers = arena_array(a, const struct studio_service *, most + 1);
    return studio_offers(studio, preset, *offers, most);
}

json_t *print_of_offers(struct ledger *l, const struct studio *studio, const json_t *preset)
{
    const struct studio_service **offers;
    const char **texts;
    struct arena *a;
    json_t *list;
    size_t n, found = 0;

    if (!studio || studio->fingerprint != FINGERPRINT_STRICT)
        return NULL;
    a = arena_new();
    n = offers_of(studio, preset, a, &offers);
    texts = arena_array(a, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *print =
            ledger_print(l, arena_printf(a, "%s/%s", offers[i]->machine->name, offers[i]->name), a);
        json_t *own = print ? print_for(print, preset) : NULL;

        if (own)
            texts[found++] = canonical(a, own);
        json_decref(own);
    }
    list = sorted_once(texts, found);
    arena_free(a);
    return list;
}

static void add(struct buf *out, const char *what, const char *name, const json_t *was,
                const json_t *is)
{
    buf_printf(out, "%s%s%s%s", out->len ? ", " : "", what, name[0] ? " " : "", name);
    if (json_is_string(was) && json_is_string(is) && json_string_length(was) < 20)
        buf_printf(out, " %s -> %s", json_string_value(was), json_string_value(is));
    else if (!was)
        buf_puts(out, " is new");
    else if (!is)
        buf_puts(out, " is gone");
    else
        buf_puts(out, " has changed");
}

static void compare(struct buf *out, const char *what, json_t *was, json_t *is)
{
    json_t *member;
    const char *name;

    json_object_foreach(was, name, member)
        if (!json_equal(member, json_object_get(is, name)))
            add(out, what, name, member, json_object_get(is, name));
    json_object_foreach(is, name, member)
        if (!json_object_get(was, name))
            add(out, what, name, NULL, member);
}

void print_difference(const char *before, const char *now, struct buf *out)
{
    json_t *was = json_loads(before, 0, NULL), *is = json_loads(now, 0, NULL);
    const json_t *old = json_object_get(was, "version"), *new = json_object_get(is, "version");

    if (old && new && !json_equal(old, new))
        add(out, "version", "", old, new);
    compare(out, "pack", json_object_get(was, "packs"), json_object_get(is, "packs"));
    compare(out, "model", json_object_get(was, "models"), json_object_get(is, "models"));
    json_decref(was);
    json_decref(is);
}
