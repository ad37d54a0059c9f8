// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/object_kept.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_scan.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_info.h"

enum { FORM = 2, MOST_BYTES = 256 << 20 };

const char kept_key[] = "kept by c41";

static void read_specs(struct object_info *o, struct json_scan *s)
{
    if (!json_scan_open(s, '['))
        return;
    while (json_scan_item(s)) {
        struct class_input in = {.name = ""};

        class_input_read(o, s, &in);
        vec_push(&o->specs, in);
    }
}

static void read_lists(struct object_info *o, struct json_scan *s)
{
    if (!json_scan_open(s, '['))
        return;
    while (json_scan_item(s))
        choices_add(o, json_scan_skip(s)); // each has its number
}

bool kept_read(struct object_info *o, struct json_scan *s)
{
    struct str key;
    bool of_ours = false;

    if (!json_scan_open(s, '{'))
        return false;
    while (json_scan_key(s, o->arena, &key))
        if (str_is(key, "form"))
            of_ours = json_scan_number(s, 0) == FORM;
        else if (str_is(key, "lists"))
            read_lists(o, s);
        else if (str_is(key, "specs"))
            read_specs(o, s);
        else
            json_scan_skip(s);
    return of_ours;
}

// What is written: inputs that are the same once, before all classes.
struct keeping {
    struct arena *arena;
    struct map by_text; // a spec -> its number in specs, from 1
    VEC(const char *) specs;
    struct buf classes;
};

static void put_text(const char *text, struct buf *out)
{
    json_put_text(str_of(text), out);
}

static void put_key(const char *name, bool *first, struct buf *out)
{
    if (!*first)
        buf_char(out, ',');
    *first = false;
    put_text(name, out);
    buf_char(out, ':');
}

static void put_choices(const struct choices *c, struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < c->n; i++) {
        if (i)
            buf_char(out, ',');
        put_text(c->at[i], out);
    }
    buf_char(out, ']');
}

static void put_sections(struct keeping *k, const struct class_inputs *inputs, struct buf *out);

static void put_options(struct keeping *k, const struct class_input *in, bool *first,
                        struct buf *out)
{
    put_key("options", first, out);
    buf_char(out, '[');
    for (size_t i = 0; i < in->keys->n; i++) {
        buf_puts(out, i ? ",{\"key\":" : "{\"key\":");
        put_text(in->keys->at[i], out);
        buf_puts(out, ",\"inputs\":");
        put_sections(k, &in->options[i], out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void put_template(struct keeping *k, const struct class_input *in, bool *first,
                         struct buf *out)
{
    put_key("template", first, out);
    buf_puts(out, "{\"input\":");
    put_sections(k, in->options, out);
    if (in->prefix) {
        buf_puts(out, ",\"prefix\":");
        put_text(in->prefix, out);
    }
    buf_printf(out, ",\"min\":%zu}", in->least);
}

static void put_number(const char *name, double value, bool *first, struct buf *out)
{
    if (isinf(value))
        return;
    put_key(name, first, out);
    json_put_real(value, out);
}

static void put_spec(struct keeping *k, const struct class_input *in, struct buf *out)
{
    bool first = true;

    buf_char(out, '[');
    put_text(in->type, out);
    buf_puts(out, ",{");
    put_number("min", in->min, &first, out);
    put_number("max", in->max, &first, out);
    if (in->choices) {
        put_key("kept list", &first, out);
        buf_printf(out, "%zu", in->choices->number);
    }
    if (in->listed) {
        put_key("kept spelling", &first, out);
        buf_puts(out, "true");
    }
    if (in->open) {
        put_key("remote", &first, out);
        buf_puts(out, "true");
    }
    if (in->kind == INPUT_DYNAMIC && in->keys)
        put_options(k, in, &first, out);
    if (in->kind == INPUT_GROWING && in->options)
        put_template(k, in, &first, out);
    buf_puts(out, "}]");
}

// The spec's number; those within it come before it.
static size_t number_of(struct keeping *k, const struct class_input *in)
{
    struct buf text = {0};
    size_t number;

    put_spec(k, in, &text);
    number = (size_t)(uintptr_t)map_find(&k->by_text, buf_text(&text));
    if (!number) {
        vec_push(&k->specs, arena_strdup(k->arena, buf_text(&text)));
        number = k->specs.n;
        map_put(&k->by_text, k->specs.at[number - 1], (void *)(uintptr_t)number);
    }
    buf_release(&text);
    return number - 1;
}

static void put_section(struct keeping *k, const struct class_inputs *inputs, bool required,
                        struct buf *out)
{
    bool first = true;

    buf_char(out, '{');
    for (size_t i = 0; i < inputs->n; i++) {
        if (inputs->at[i].required != required)
            continue;
        put_key(inputs->at[i].name, &first, out);
        buf_printf(out, "%zu", number_of(k, &inputs->at[i]));
    }
    buf_char(out, '}');
}

static void put_sections(struct keeping *k, const struct class_inputs *inputs, struct buf *out)
{
    buf_puts(out, "{\"required\":");
    put_section(k, inputs, true, out);
    buf_puts(out, ",\"optional\":");
    put_section(k, inputs, false, out);
    buf_char(out, '}');
}

static void put_outputs(const struct object_class *c, bool names, struct buf *out)
{
    buf_puts(out, names ? ",\"output_name\":[" : ",\"output\":[");
    for (size_t i = 0; i < c->n_outputs; i++) {
        if (i)
            buf_char(out, ',');
        put_text(names ? c->outputs[i].name : c->outputs[i].type, out);
    }
    buf_char(out, ']');
}

static void put_class(struct keeping *k, const struct object_class *c)
{
    struct buf *out = &k->classes;

    buf_puts(out, ",\n");
    put_text(c->name, out);
    buf_puts(out, ":{\"input\":");
    put_sections(k, &c->inputs, out);
    put_outputs(c, false, out);
    put_outputs(c, true, out);
    buf_puts(out, ",\"python_module\":");
    put_text(c->module, out);
    buf_puts(out, c->saves ? ",\"output_node\":true}" : "}");
}

static void put_document(const struct object_info *o, struct buf *out)
{
    struct keeping k = {.arena = arena_new()};

    for (size_t i = 0; i < o->classes.n; i++)
        put_class(&k, o->classes.at[i]);
    buf_char(out, '{');
    put_text(kept_key, out);
    buf_printf(out, ":{\"form\":%d,\"lists\":[", FORM);
    for (size_t i = 0; i < o->lists.n; i++) {
        if (i)
            buf_puts(out, ",\n");
        put_choices(o->lists.at[i], out);
    }
    buf_puts(out, "],\"specs\":[");
    for (size_t i = 0; i < k.specs.n; i++)
        buf_printf(out, "%s%s", i ? ",\n" : "", k.specs.at[i]);
    buf_puts(out, "]}");
    buf_str(out, buf_view(&k.classes));
    buf_puts(out, "}\n");
    buf_release(&k.classes);
    vec_release(&k.specs);
    map_release(&k.by_text);
    arena_free(k.arena);
}

bool object_info_keep(const struct object_info *o, const char *path, struct err *err)
{
    struct buf text = {0};
    bool ok;

    put_document(o, &text);
    ok = file_write(path, text.ptr, text.len, err);
    buf_release(&text);
    return ok;
}

struct object_info *object_info_load(const char *path, struct err *err)
{
    struct buf text = {0};
    struct object_info *o = NULL;

    if (file_read(path, &text, MOST_BYTES, err))
        o = object_info_read_kept(buf_view(&text), err);
    buf_release(&text);
    return o;
}
