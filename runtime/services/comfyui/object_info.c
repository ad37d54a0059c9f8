// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/object_info.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_scan.h"
#include "base/mem.h"
#include "runtime/services/comfyui/object_class.h"
#include "runtime/services/comfyui/object_kept.h"

static struct object_info *make(void)
{
    struct object_info *o = mem_new(sizeof(*o));

    o->arena = arena_new();
    return o;
}

void object_info_free(struct object_info *o)
{
    if (!o)
        return;
    map_release(&o->by_name);
    map_release(&o->by_text);
    map_release(&o->types);
    vec_release(&o->classes);
    vec_release(&o->lists);
    vec_release(&o->specs);
    buf_release(&o->scratch);
    arena_free(o->arena);
    mem_free(o);
}

struct texts {
    const char **at;
    size_t n;
};

// A list of texts; of other things, NULL stands in their place.
static struct texts read_texts(struct object_info *o, struct json_scan *s)
{
    VEC(const char *) list = {0};
    struct texts texts;

    if (json_scan_open(s, '['))
        while (json_scan_item(s)) {
            bool is_text = json_scan_peek(s) == '"';
            const char *text = json_scan_text(s, o->arena, "COMBO");

            vec_push(&list, object_info_text(o, str_of(is_text ? text : "COMBO")));
        }
    texts.n = list.n;
    texts.at = arena_array(o->arena, const char *, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        texts.at[i] = list.at[i];
    vec_release(&list);
    return texts;
}

static void set_outputs(struct object_info *o, struct object_class *c, const struct texts *types,
                        const struct texts *names)
{
    c->n_outputs = types->n;
    c->outputs = arena_array(o->arena, struct class_output, types->n + 1);
    for (size_t i = 0; i < types->n; i++) {
        bool follows = strncmp(types->at[i], "COMFY_", 6) == 0; // as its inputs are

        c->outputs[i].type = follows ? "*" : types->at[i];
        c->outputs[i].name = i < names->n ? names->at[i] : types->at[i];
    }
}

static void read_class(struct object_info *o, struct json_scan *s, struct str name)
{
    struct object_class *c = arena_make(o->arena, struct object_class), *first;
    struct texts types = {0}, names = {0};
    struct str key;

    if (!json_scan_open(s, '{'))
        return;
    c->name = object_info_text(o, name);
    c->module = "";
    while (json_scan_key(s, o->arena, &key))
        if (str_is(key, "input"))
            class_sections_read(o, s, &c->inputs);
        else if (str_is(key, "output"))
            types = read_texts(o, s);
        else if (str_is(key, "output_name"))
            names = read_texts(o, s);
        else if (str_is(key, "python_module"))
            c->module = object_info_text(o, str_of(json_scan_text(s, o->arena, "")));
        else if (str_is(key, "output_node"))
            c->saves = json_scan_flag(s, false);
        else
            json_scan_skip(s);
    set_outputs(o, c, &types, &names);
    first = map_add(&o->by_name, c->name, c);
    if (first) {
        c->next = first->next;
        first->next = c;
    }
    vec_push(&o->classes, c);
}

static bool refuse(struct err *err)
{
    return err_set(err, ERR_FINAL,
                   "this is not what a ComfyUI server says of its nodes "
                   "(/object_info)");
}

// Errors of servers and pages of proxies are JSON objects at times, but their members are none.
static bool add(struct object_info *o, struct str text, bool kept, struct err *err)
{
    struct json_scan s;
    struct str key;
    size_t before = o->classes.n;
    bool of_ours = !kept;

    json_scan_init(&s, text);
    if (!text.len || !json_scan_open(&s, '{'))
        return refuse(err);
    while (json_scan_key(&s, o->arena, &key)) {
        if (kept && str_is(key, kept_key))
            of_ours = kept_read(o, &s);
        else if (of_ours)
            read_class(o, &s, key);
        else
            return refuse(err);
    }
    return (json_scan_ended(&s) && o->classes.n > before) || refuse(err);
}

bool object_info_add(struct object_info *o, struct str text, struct err *err)
{
    return add(o, text, false, err);
}

static struct object_info *read(struct str text, bool kept, struct err *err)
{
    struct object_info *o = make();

    if (add(o, text, kept, err))
        return o;
    object_info_free(o);
    return NULL;
}

struct object_info *object_info_read(struct str text, struct err *err)
{
    return read(text, false, err);
}

struct object_info *object_info_read_kept(struct str text, struct err *err)
{
    return read(text, true, err);
}

size_t object_info_classes(const struct object_info *o)
{
    return o->classes.n;
}

const struct object_class *object_class_find(const struct object_info *o, const char *name)
{
    return map_find(&o->by_name, name);
}

bool object_info_has(const struct object_info *o, const char *class)
{
    return object_class_find(o, class) != NULL;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

json_t *object_info_packs(const struct object_info *o)
{
    static const char custom[] = "custom_nodes.";
    VEC(const char *) names = {0};
    json_t *list = json_array();

    for (size_t i = 0; i < o->classes.n; i++)
        if (strncmp(o->classes.at[i]->module, custom, strlen(custom)) == 0)
            vec_push(&names, o->classes.at[i]->module + strlen(custom));
    if (names.n)
        qsort(names.at, names.n, sizeof(*names.at), by_text);
    for (size_t i = 0; i < names.n; i++)
        if (i == 0 || strcmp(names.at[i], names.at[i - 1]) != 0)
            json_array_append_new(list, json_string(names.at[i]));
    vec_release(&names);
    return list;
}
