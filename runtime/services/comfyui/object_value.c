// SPDX-License-Identifier: MIT
// Values in fields: within their range, among their choices.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_fault.h"

enum { MOST_SHOWN = 60, MOST_CHOICES = 8 };

static const char *shown(struct comparison *c, const json_t *value)
{
    struct buf text = {0};
    const char *copy;

    json_canonical(value, &text);
    if (text.len > MOST_SHOWN) {
        size_t cut = MOST_SHOWN;

        while (cut && ((unsigned char)text.ptr[cut] & 0xc0) == 0x80)
            cut--;
        copy = arena_printf(c->arena, "%.*s…", (int)cut, text.ptr);
    } else {
        copy = arena_strdup(c->arena, buf_text(&text));
    }
    buf_release(&text);
    return copy;
}

static const char *number_text(struct comparison *c, double number)
{
    struct buf text = {0};
    const char *copy;

    json_put_real(number, &text);
    copy = arena_strdup(c->arena, buf_text(&text));
    buf_release(&text);
    return copy;
}

// Servers take numbers as text, too, and truth as 0 and 1.
static bool number_of(const json_t *value, double *number)
{
    char *end;

    if (json_is_boolean(value))
        *number = json_is_true(value);
    else if (json_is_number(value))
        *number = json_number_value(value);
    else if (json_is_string(value)) {
        *number = strtod(json_string_value(value), &end);
        return end != json_string_value(value) && !*end;
    } else
        return false;
    return true;
}

static void say_not_taken(struct comparison *c, const struct field_at *at, const json_t *value,
                          const char *help)
{
    fault_add(c,
              arena_printf(c->arena, "a %s that takes %s for %s (node %s)", at->class,
                           shown(c, value), at->field, at->id),
              help);
}

static void check_number(struct comparison *c, const struct field_at *at,
                         const struct class_input *in, const json_t *value)
{
    double number;

    if (!number_of(value, &number)) {
        say_not_taken(c, at, value, "give it a number");
        return;
    }
    if (in->kind == INPUT_INTEGER)
        number = trunc(number);
    if (number < in->min)
        say_not_taken(c, at, value,
                      arena_printf(c->arena, "it takes %s and more", number_text(c, in->min)));
    else if (number > in->max)
        say_not_taken(c, at, value,
                      arena_printf(c->arena, "it takes %s at most", number_text(c, in->max)));
}

static const char *choices_text(struct comparison *c, const struct choices *choices,
                                const json_t *value)
{
    const char *text = json_string_value(value), *near;

    near = text ? str_nearest(text, choices->at, choices->n) : NULL;
    if (near)
        return arena_printf(c->arena, "did you mean \"%s\"?", near);
    if (choices->n == 0)
        return "it has none to choose from";
    text = "";
    for (size_t i = 0; i < choices->n && i < MOST_CHOICES; i++)
        text = arena_printf(c->arena, "%s%s%s", text, i ? ", " : "", choices->at[i]);
    return arena_printf(c->arena, "it takes one of: %s%s", text,
                        choices->n > MOST_CHOICES ? ", …" : "");
}

static void say_no_file(struct comparison *c, const struct field_at *at,
                        const struct choices *choices, const json_t *value)
{
    const char *file = json_string_value(value), *folder = folder_of(c->preset, at, file);
    const char *near = str_nearest(file, choices->at, choices->n), *help;

    help = folder ? arena_printf(c->arena, "put it into models/%s of that server", folder)
                  : arena_printf(c->arena, "put it where %s looks for its files", at->class);
    if (near)
        help = arena_printf(c->arena, "%s; it has \"%s\"", help, near);
    fault_add(c, arena_printf(c->arena, "the model \"%s\"", file), help);
}

static void check_choice(struct comparison *c, const struct field_at *at,
                         const struct class_input *in, const json_t *value)
{
    const struct choices *choices = in->kind == INPUT_DYNAMIC ? in->keys : in->choices;

    if (!choices || in->open || json_is_object(value)) // {"__value__": […]}: several of them
        return;
    if (choice_find(choices, value) || choice_find_any(c->info, at->class, in, value))
        return;
    if (choice_is_file(value))
        say_no_file(c, at, choices, value);
    else
        say_not_taken(c, at, value, choices_text(c, choices, value));
}

void value_check(struct comparison *c, const struct field_at *at, const struct class_input *in,
                 const json_t *value)
{
    if (in->kind == INPUT_INTEGER || in->kind == INPUT_NUMBER)
        check_number(c, at, in, value);
    else if (in->kind == INPUT_COMBO || in->kind == INPUT_DYNAMIC)
        check_choice(c, at, in, value);
}
