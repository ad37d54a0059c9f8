// SPDX-License-Identifier: MIT
#include "runtime/services/speech/voices.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/services/speech/dialect.h"

// How many names a help lists.
enum { MOST_NAMES = 12 };

static void add(json_t *entries, const char *name, json_t *also)
{
    json_array_append_new(entries, json_pack("{s:s, s:o}", "name", name, "also", also));
}

static void add_alias(json_t *also, const json_t *entry, const char *member)
{
    json_t *alias = json_object_get(entry, member);

    if (json_is_string(alias))
        json_array_append(also, alias);
}

// A file is known by its name without the ending, too.
static void add_stem(json_t *also, const char *name)
{
    const char *dot = strrchr(name, '.');

    if (dot && dot != name && strlen(dot) <= 5)
        json_array_append_new(also, json_stringn(name, (size_t)(dot - name)));
}

static void add_entry(json_t *entries, const struct speech_list *list, const json_t *entry)
{
    const char *name = json_string_value(entry);
    json_t *also;

    if (!name && list->name)
        name = json_get_text(entry, list->name, NULL);
    for (size_t i = 0; !name && json_is_object(entry) && i < 2; i++)
        name = json_get_text(entry, i ? "name" : "id", NULL);
    if (!name || !*name)
        return;
    also = json_array();
    add_alias(also, entry, "display_name");
    add_alias(also, entry, "name");
    add_stem(also, name);
    add(entries, name, also);
}

json_t *speech_list_read(const struct speech_list *list, const json_t *answer)
{
    const json_t *all =
        list->at && json_is_object(answer) ? json_object_get(answer, list->at) : answer;
    json_t *entries = json_array(), *entry;
    const char *key;
    size_t i;

    if (json_is_array(all))
        json_array_foreach(all, i, entry)
            add_entry(entries, list, entry);
    else if (json_is_object(all))
        json_object_foreach((json_t *)(uintptr_t)all, key, entry)
            add(entries, key, json_array());
    return entries;
}

static bool is_called(const json_t *entry, const char *name,
                      int (*compare)(const char *, const char *))
{
    json_t *alias;
    size_t i;

    if (compare(json_get_text(entry, "name", ""), name) == 0)
        return true;
    json_array_foreach(json_object_get(entry, "also"), i, alias)
        if (compare(json_string_value(alias), name) == 0)
            return true;
    return false;
}

const char *speech_list_find(const json_t *entries, const char *name)
{
    int (*const compares[])(const char *, const char *) = {strcmp, strcasecmp};
    json_t *entry;
    size_t i;

    for (size_t k = 0; k < 2; k++)
        json_array_foreach(entries, i, entry)
            if (is_called(entry, name, compares[k]))
                return json_get_text(entry, "name", NULL);
    return NULL;
}

const char *const *speech_list_names(struct arena *a, const json_t *entries, size_t *n)
{
    const char **names = arena_array(a, const char *, json_array_size(entries) + 1);
    json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry) {
        const char *alias = json_string_value(json_array_get(json_object_get(entry, "also"), 0));

        names[i] = arena_strdup(a, alias ? alias : json_get_text(entry, "name", ""));
    }
    *n = json_array_size(entries);
    return names;
}

const char *speech_list_help(struct arena *a, const char *name, const char *const *names, size_t n)
{
    const char *near = str_nearest(name, names, n), *help;
    struct buf text = {0};

    if (near)
        return arena_printf(a, "did you mean \"%s\"?", near);
    if (!n)
        return NULL;
    buf_puts(&text, "there are ");
    for (size_t i = 0; i < n && i < MOST_NAMES; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : i + 1 == n ? " and " : ", ", names[i]);
    if (n > MOST_NAMES)
        buf_printf(&text, " and %zu more", n - MOST_NAMES);
    help = arena_strdup(a, buf_text(&text));
    buf_release(&text);
    return help;
}
