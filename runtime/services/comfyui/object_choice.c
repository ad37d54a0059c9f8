// SPDX-License-Identifier: MIT
// Values and the choices of combos.
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"

static const char *text_of(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value) : NULL;
}

bool choice_is_file(const json_t *value)
{
    const char *text = text_of(value), *dot = text ? strrchr(text, '.') : NULL;

    return dot && dot != text && dot[1] && strlen(dot) <= 12 && !strpbrk(dot, " /\\");
}

// Path separators of any server are the same.
static bool same_path(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char x = *a == '\\' ? '/' : *a, y = *b == '\\' ? '/' : *b;

        if (x != y)
            return false;
    }
    return *a == *b;
}

// Whether path ends in file, whole parts of it.
static bool ends_in(const char *path, const char *file)
{
    size_t len = strlen(path), own = strlen(file);

    return len > own && (path[len - own - 1] == '/' || path[len - own - 1] == '\\') &&
           same_path(path + len - own, file);
}

static bool is_number(const char *choice, const json_t *value)
{
    char *end;
    double number = strtod(choice, &end);

    return end != choice && !*end && number == json_number_value(value);
}

static const char *find_scalar(const struct choices *choices, const json_t *value)
{
    for (size_t i = 0; i < choices->n; i++)
        if ((json_is_number(value) && is_number(choices->at[i], value)) ||
            (json_is_boolean(value) &&
             strcmp(choices->at[i], json_is_true(value) ? "true" : "false") == 0))
            return choices->at[i];
    return NULL;
}

const char *choice_find(const struct choices *choices, const json_t *value)
{
    const char *text = text_of(value);

    if (!choices || !text)
        return choices ? find_scalar(choices, value) : NULL;
    for (size_t i = 0; i < choices->n; i++)
        if (strcmp(choices->at[i], text) == 0)
            return choices->at[i];
    if (!choice_is_file(value))
        return NULL;
    for (size_t i = 0; i < choices->n; i++)
        if (same_path(choices->at[i], text))
            return choices->at[i];
    for (size_t i = 0; i < choices->n; i++)
        if (ends_in(choices->at[i], text))
            return choices->at[i];
    return NULL;
}

const char *choice_find_any(const struct object_info *o, const char *name,
                            const struct class_input *in, const json_t *value)
{
    const struct object_class *class = object_class_find(o, name);
    const char *found = choice_find(in->choices, value);

    for (; class && !found && choice_is_file(value); class = class->next)
        for (size_t i = 0; i < class->inputs.n && !found; i++)
            if (strcmp(class->inputs.at[i].name, in->name) == 0)
                found = choice_find(class->inputs.at[i].choices, value);
    return found;
}
