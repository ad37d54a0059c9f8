// SPDX-License-Identifier: MIT
// Late values: params that stand for a fact of an input. The only forms are
// {"late": "INPUT.FACT"} with plus, min and max; they are data, never code.
#include "compiler/graph.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { FEW_INPUTS = 8, MOST_NAME_BYTES = 200 };

// Names of a step's inputs; by map where they are many (a film's conform has one for each shot).
struct names {
    const struct step *step;
    struct map map;
};

static bool has_input(struct names *names, const char *name)
{
    const struct step *s = names->step;

    if (s->n_inputs > FEW_INPUTS && !names->map.n)
        for (size_t i = 0; i < s->n_inputs; i++)
            map_put(&names->map, s->inputs[i].name, &s->inputs[i]);
    if (s->n_inputs > FEW_INPUTS)
        return map_find(&names->map, name) != NULL;
    for (size_t i = 0; i < s->n_inputs; i++)
        if (strcmp(s->inputs[i].name, name) == 0)
            return true;
    return false;
}

// Names of inputs may hold dots: any part up to a dot may be one.
static bool names_input(struct names *names, const char *late)
{
    char name[MOST_NAME_BYTES];

    for (const char *dot = strchr(late, '.'); dot; dot = strchr(dot + 1, '.')) {
        size_t len = (size_t)(dot - late);

        if (len == 0 || len >= sizeof(name) || !dot[1])
            continue;
        memcpy(name, late, len);
        name[len] = 0;
        if (has_input(names, name))
            return true;
    }
    return false;
}

static bool check_form(struct names *names, const json_t *value, struct buf *why)
{
    const json_t *late = json_object_get(value, "late");
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)(uintptr_t)value, key, member) {
        bool bound = strcmp(key, "plus") == 0 || strcmp(key, "min") == 0 || strcmp(key, "max") == 0;

        if (strcmp(key, "late") != 0 && (!bound || !json_is_number(member))) {
            buf_printf(why, "a late value takes the numbers plus, min and max, not \"%s\"", key);
            return false;
        }
    }
    if (!json_is_string(late) || !strchr(json_string_value(late), '.')) {
        buf_puts(why, "a late value is \"INPUT.FACT\", as in \"timing.seconds\"");
        return false;
    }
    if (names_input(names, json_string_value(late)))
        return true;
    buf_printf(why, "the late value \"%s\" names no input of this step", json_string_value(late));
    return false;
}

static bool check_value(struct names *names, const json_t *value, struct buf *why)
{
    const char *key;
    json_t *member;
    size_t i;

    if (json_is_object(value) && json_object_get(value, "late"))
        return check_form(names, value, why);
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
        if (!check_value(names, member, why))
            return false;
    json_array_foreach(value, i, member)
        if (!check_value(names, member, why))
            return false;
    return true;
}

// Where the number at text ends.
static const char *skip_number(const char *text)
{
    return text + strspn(text, "+-.0123456789eE");
}

// Whether what stands behind {"late": is all that a late value is. Canonical JSON has it in one
// order and without blanks, so this needs no tree; when in doubt, false.
static bool is_plain(struct names *names, const char *text)
{
    static const char *const bounds[] = {",\"max\":", ",\"min\":", ",\"plus\":"};
    char late[MOST_NAME_BYTES];
    const char *end = *text == '"' ? strchr(text + 1, '"') : NULL;
    size_t len = end ? (size_t)(end - text) - 1 : 0;

    if (len == 0 || len >= sizeof(late) || memchr(text + 1, '\\', len))
        return false;
    memcpy(late, text + 1, len);
    late[len] = 0;
    text += len + 2;
    for (size_t i = 0; *text == ',' && i < sizeof(bounds) / sizeof(*bounds); i++)
        if (strncmp(text, bounds[i], strlen(bounds[i])) == 0)
            text = skip_number(text + strlen(bounds[i]));
    return *text == '}' && names_input(names, late);
}

static bool are_plain(struct names *names, const char *params)
{
    static const char key[] = "\"late\":";

    for (const char *at = params; (at = strstr(at, key)); at++)
        if (at == params || at[-1] != '{' || !is_plain(names, at + strlen(key)))
            return false;
    return true;
}

bool graph_check_late(const struct step *s, struct buf *why)
{
    struct names names = {.step = s};
    bool ok = are_plain(&names, s->params);

    if (!ok) {
        json_t *params = step_params(s);

        ok = check_value(&names, params, why);
        json_decref(params);
    }
    map_release(&names.map);
    return ok;
}
