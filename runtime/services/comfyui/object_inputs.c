// SPDX-License-Identifier: MIT
// Reading the inputs of a node class, in all the spellings that servers have.
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_scan.h"
#include "runtime/services/comfyui/object_class.h"

enum { MOST_DEPTH = 16 };

static const struct {
    const char *type;
    enum input_kind kind;
} kinds[] = {
    {"BOOLEAN", INPUT_FLAG},
    {"COMBO", INPUT_COMBO},
    {"COMFY_AUTOGROW_V3", INPUT_GROWING},
    {"COMFY_DYNAMICCOMBO_V3", INPUT_DYNAMIC},
    {"FLOAT", INPUT_NUMBER},
    {"INT", INPUT_INTEGER},
    {"STRING", INPUT_TEXT},
};

static enum input_kind kind_of(const char *type)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind;
    return INPUT_LINK;
}

const char *object_info_text(struct object_info *o, struct str text)
{
    char near[128], *copy;
    const char *known = NULL;

    if (text.len < sizeof(near)) {
        memcpy(near, text.ptr, text.len);
        near[text.len] = '\0';
        known = map_find(&o->types, near);
    }
    if (known)
        return known;
    copy = arena_strndup(o->arena, text.ptr, text.len);
    map_put(&o->types, copy, copy);
    return copy;
}

static const char *choice_of(struct object_info *o, struct json_scan *s)
{
    char kind = json_scan_peek(s);
    struct str raw;

    if (kind == '"')
        return json_scan_text(s, o->arena, "");
    raw = json_scan_skip(s);
    return strchr("0tf", kind) ? arena_strndup(o->arena, raw.ptr, raw.len) : NULL;
}

static bool is_file(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && dot[1] && strlen(dot) <= 12;
}

struct choices *choices_add(struct object_info *o, struct str raw)
{
    struct choices *c = arena_make(o->arena, struct choices);
    VEC(const char *) names = {0};
    const char **list;
    struct json_scan s;

    json_scan_init(&s, raw);
    json_scan_open(&s, '[');
    while (json_scan_item(&s)) {
        const char *name = choice_of(o, &s);

        if (name)
            vec_push(&names, name);
        if (name && strchr(name, '\\') && is_file(name))
            o->backslashes = true;
    }
    c->at = list = arena_array(o->arena, const char *, names.n + 1);
    c->n = names.n;
    c->number = o->lists.n;
    for (size_t i = 0; i < names.n; i++)
        list[i] = names.at[i];
    vec_release(&names);
    vec_push(&o->lists, c);
    return c;
}

const struct choices *choices_read(struct object_info *o, struct json_scan *s)
{
    struct str raw = json_scan_skip(s);
    struct choices *c;

    buf_clear(&o->scratch);
    buf_str(&o->scratch, raw);
    c = map_find(&o->by_text, buf_text(&o->scratch));
    if (!c) {
        c = choices_add(o, raw);
        map_put(&o->by_text, arena_strndup(o->arena, raw.ptr, raw.len), c);
    }
    return c;
}

void class_sections_read(struct object_info *o, struct json_scan *s, struct class_inputs *out)
{
    struct str key;

    if (!json_scan_open(s, '{'))
        return;
    while (json_scan_key(s, o->arena, &key))
        if (str_is(key, "required") || str_is(key, "optional"))
            class_inputs_read(o, s, str_is(key, "required"), out);
        else
            json_scan_skip(s);
}

// [{"key", "inputs"}, …] of a dynamic combo.
static void read_options(struct object_info *o, struct json_scan *s, struct class_input *in)
{
    struct choices *keys = arena_make(o->arena, struct choices);
    VEC(const char *) names = {0};
    VEC(struct class_inputs) options = {0};
    const char **list;
    struct str key;

    if (json_scan_open(s, '['))
        while (json_scan_item(s)) {
            const char *name = NULL;
            struct class_inputs inputs = {0};

            if (!json_scan_open(s, '{'))
                continue;
            while (json_scan_key(s, o->arena, &key))
                if (str_is(key, "key"))
                    name = choice_of(o, s);
                else if (str_is(key, "inputs"))
                    class_sections_read(o, s, &inputs);
                else
                    json_scan_skip(s);
            vec_push(&names, name ? name : "");
            vec_push(&options, inputs);
        }
    keys->at = list = arena_array(o->arena, const char *, names.n + 1);
    keys->n = names.n;
    in->keys = keys;
    in->options = arena_array(o->arena, struct class_inputs, names.n + 1);
    for (size_t i = 0; i < names.n; i++) {
        list[i] = names.at[i];
        in->options[i] = options.at[i];
    }
    vec_release(&names);
    vec_release(&options);
}

// What an input that grows is made of, or which types one that follows others takes.
static void read_template(struct object_info *o, struct json_scan *s, struct class_input *in)
{
    struct str key;

    in->options = arena_make(o->arena, struct class_inputs);
    if (!json_scan_open(s, '{'))
        return;
    while (json_scan_key(s, o->arena, &key))
        if (str_is(key, "input"))
            class_sections_read(o, s, in->options);
        else if (str_is(key, "prefix"))
            in->prefix = json_scan_text(s, o->arena, NULL);
        else if (str_is(key, "min"))
            in->least = (size_t)fmin(fmax(json_scan_number(s, 0), 0), 1000);
        else if (str_is(key, "allowed_types"))
            in->type = json_scan_text(s, o->arena, "*");
        else
            json_scan_skip(s);
}

static double number_of(struct json_scan *s, double fallback)
{
    double value = json_scan_number(s, fallback);

    return isnan(value) ? fallback : value;
}

// Choices that a page of the browser fetches, or that an upload adds to, are not all there are.
static bool is_open(struct str key)
{
    return str_ends(key, "_upload") || str_is(key, "remote") || str_is(key, "remote_combo") ||
           str_is(key, "list_truncated");
}

static void read_option(struct object_info *o, struct json_scan *s, struct str key,
                        struct class_input *in)
{
    bool nothing;

    if (str_is(key, "min"))
        in->min = number_of(s, -INFINITY);
    else if (str_is(key, "max"))
        in->max = number_of(s, INFINITY);
    else if (str_is(key, "options") && in->kind == INPUT_DYNAMIC)
        read_options(o, s, in);
    else if (str_is(key, "options") && in->kind == INPUT_COMBO && json_scan_peek(s) == '[')
        in->choices = choices_read(o, s);
    else if (str_is(key, "kept list") && o->lists.n)
        in->choices =
            o->lists.at[(size_t)fmin(fmax(json_scan_number(s, 0), 0), (double)(o->lists.n - 1))];
    else if (str_is(key, "kept spelling"))
        in->listed = json_scan_flag(s, false);
    else if (str_is(key, "template"))
        read_template(o, s, in);
    else if (is_open(key)) {
        nothing = json_scan_peek(s) == 'f' || json_scan_peek(s) == 'n';
        in->open = in->open || !nothing;
        json_scan_skip(s);
    } else
        json_scan_skip(s);
}

// A type that this c41 has never heard of takes what it is given.
static void settle(struct class_input *in)
{
    bool odd = in->kind == INPUT_LINK && strncmp(in->type, "COMFY_", 6) == 0;

    if (odd)
        in->type = "*";
    if (odd || (in->kind == INPUT_GROWING && (!in->options || !in->prefix)) ||
        (in->kind == INPUT_DYNAMIC && !in->keys))
        in->required = false;
}

// In a kept document inputs that are the same are written once and named by their number.
static void take_kept(struct object_info *o, struct json_scan *s, struct class_input *in)
{
    double number = json_scan_number(s, 0);
    size_t at = (size_t)fmin(fmax(number, 0), (double)o->specs.n);

    if (at < o->specs.n)
        *in = o->specs.at[at];
}

static void read_spec(struct object_info *o, struct json_scan *s, struct class_input *in)
{
    struct str key;

    if (!json_scan_open(s, '['))
        return;
    for (size_t i = 0; json_scan_item(s); i++) {
        char kind = json_scan_peek(s);

        if (i == 0 && kind == '"') {
            in->type = object_info_text(o, str_of(json_scan_text(s, o->arena, "*")));
            in->kind = kind_of(in->type);
        } else if (i == 0 && kind == '[') {
            in->type = "COMBO";
            in->kind = INPUT_COMBO;
            in->listed = true;
            in->choices = choices_read(o, s);
        } else if (i == 1 && kind == '{') {
            json_scan_open(s, '{');
            while (json_scan_key(s, o->arena, &key))
                read_option(o, s, key, in);
        } else {
            json_scan_skip(s);
        }
    }
}

void class_input_read(struct object_info *o, struct json_scan *s, struct class_input *in)
{
    bool required = in->required;
    const char *name = in->name;

    in->type = "*";
    in->min = -INFINITY;
    in->max = INFINITY;
    if (json_scan_peek(s) == '0')
        take_kept(o, s, in);
    else
        read_spec(o, s, in);
    in->name = name;
    in->required = required;
    settle(in);
}

void class_inputs_read(struct object_info *o, struct json_scan *s, bool required,
                       struct class_inputs *out)
{
    VEC(struct class_input) list = {0};
    struct class_input *all;
    struct str key;

    if (o->depth >= MOST_DEPTH || !json_scan_open(s, '{')) {
        if (o->depth >= MOST_DEPTH)
            json_scan_skip(s);
        return;
    }
    o->depth++;
    while (json_scan_key(s, o->arena, &key)) {
        struct class_input in = {.name = object_info_text(o, key), .required = required};

        class_input_read(o, s, &in);
        vec_push(&list, in);
    }
    o->depth--;
    all = arena_array(o->arena, struct class_input, out->n + list.n + 1);
    if (out->n)
        memcpy(all, out->at, out->n * sizeof(*all));
    if (list.n)
        memcpy(all + out->n, list.at, list.n * sizeof(*all));
    out->at = all;
    out->n += list.n;
    vec_release(&list);
}
