// SPDX-License-Identifier: MIT
#include "runtime/services/chat/words_fit.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum { MOST_DEPTH = 64, SHOWN_BYTES = 80 };

struct fit {
    struct buf path; // of the value that is looked at: "shots[0].size"
    struct buf *fault;
    unsigned depth;
};

static bool fits(struct fit *f, const json_t *schema, const json_t *value);

static bool say(struct fit *f, const char *what)
{
    buf_printf(f->fault, "%s %s", f->path.len ? buf_text(&f->path) : "the answer", what);
    return false;
}

// The same with a value behind it, shortened.
static bool say_value(struct fit *f, const char *what, const json_t *value)
{
    struct buf text = {0}, whole = {0};
    size_t n;

    json_canonical(value, &text);
    n = text.len;
    if (n > SHOWN_BYTES)
        for (n = SHOWN_BYTES; n && ((unsigned char)text.ptr[n] & 0xc0) == 0x80;)
            n--;
    buf_printf(&whole, "%s %.*s%s", what, (int)n, buf_text(&text), n < text.len ? "…" : "");
    say(f, buf_text(&whole));
    buf_release(&text);
    buf_release(&whole);
    return false;
}

static bool is_whole(const json_t *value)
{
    return json_is_integer(value) ||
           (json_is_real(value) && json_real_value(value) == floor(json_real_value(value)));
}

static bool is_of(const json_t *value, const char *type)
{
    static const struct {
        const char *name;
        json_type type;
    } types[] = {{"array", JSON_ARRAY},
                 {"null", JSON_NULL},
                 {"object", JSON_OBJECT},
                 {"string", JSON_STRING}};

    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(types[i].name, type) == 0)
            return json_typeof(value) == types[i].type;
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "integer") == 0)
        return is_whole(value);
    return strcmp(type, "number") != 0 || json_is_number(value);
}

static bool fits_type(struct fit *f, const json_t *type, const json_t *value)
{
    size_t n = json_is_array(type) ? json_array_size(type) : 1;

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_is_array(type) ? json_array_get(type, i) : type;

        if (!json_is_string(one) || is_of(value, json_string_value(one)))
            return true;
    }
    return say_value(f, "is not of type", type);
}

// Numbers are equal by their value, whether they are written 1 or 1.0.
static bool equal(const json_t *a, const json_t *b)
{
    struct buf one = {0}, other = {0};
    bool same;

    json_canonical(a, &one);
    json_canonical(b, &other);
    same = strcmp(buf_text(&one), buf_text(&other)) == 0;
    buf_release(&one);
    buf_release(&other);
    return same;
}

static bool fits_enum(struct fit *f, const json_t *list, const json_t *value)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (equal(json_array_get(list, i), value))
            return true;
    return say_value(f, "is not one of", list);
}

static bool fits_const(struct fit *f, const json_t *wanted, const json_t *value)
{
    return equal(wanted, value) || say_value(f, "is not", wanted);
}

static bool fits_minimum(struct fit *f, const json_t *least, const json_t *value)
{
    return !json_is_number(value) || json_number_value(value) >= json_number_value(least) ||
           say_value(f, "is less than", least);
}

static bool fits_maximum(struct fit *f, const json_t *most, const json_t *value)
{
    return !json_is_number(value) || json_number_value(value) <= json_number_value(most) ||
           say_value(f, "is more than", most);
}

static bool fits_min_items(struct fit *f, const json_t *least, const json_t *value)
{
    return !json_is_array(value) || (double)json_array_size(value) >= json_number_value(least) ||
           say_value(f, "has fewer items than", least);
}

static bool fits_max_items(struct fit *f, const json_t *most, const json_t *value)
{
    return !json_is_array(value) || (double)json_array_size(value) <= json_number_value(most) ||
           say_value(f, "has more items than", most);
}

static bool fits_required(struct fit *f, const json_t *names, const json_t *value)
{
    for (size_t i = 0; json_is_object(value) && i < json_array_size(names); i++) {
        const json_t *name = json_array_get(names, i);

        if (json_is_string(name) && !json_object_get(value, json_string_value(name)))
            return say_value(f, "lacks", name);
    }
    return true;
}

// Looks at a member with its step added to the path.
static bool fits_below(struct fit *f, const json_t *schema, const json_t *value)
{
    bool ok = f->depth++ >= MOST_DEPTH || fits(f, schema, value);

    f->depth--;
    return ok;
}

static void step_back(struct fit *f, size_t len)
{
    f->path.len = len;
    if (f->path.ptr)
        f->path.ptr[len] = 0;
}

static bool fits_properties(struct fit *f, const json_t *properties, const json_t *value)
{
    size_t len = f->path.len;
    const char *name;
    json_t *schema;
    bool ok = true;

    json_object_foreach((json_t *)(uintptr_t)properties, name, schema) {
        const json_t *member = json_object_get(value, name);

        if (!member)
            continue;
        buf_printf(&f->path, "%s%s", len ? "." : "", name);
        ok = fits_below(f, schema, member);
        step_back(f, len);
        if (!ok)
            break;
    }
    return ok;
}

static bool fits_items(struct fit *f, const json_t *schema, const json_t *value)
{
    size_t len = f->path.len;
    bool ok = true;

    for (size_t i = 0; ok && i < json_array_size(value); i++) {
        buf_printf(&f->path, "[%zu]", i);
        ok = fits_below(f, schema, json_array_get(value, i));
        step_back(f, len);
    }
    return ok;
}

static bool fits_any(struct fit *f, const json_t *forms, const json_t *value)
{
    struct buf *told = f->fault, aside = {0};
    bool ok = false;

    f->fault = &aside;
    for (size_t i = 0; !ok && i < json_array_size(forms); i++)
        ok = fits_below(f, json_array_get(forms, i), value);
    f->fault = told;
    buf_release(&aside);
    return ok || say(f, "is none of the forms that it may have");
}

// {"additionalProperties": false} lets in what `properties` names and nothing else.
static bool fits_closed(struct fit *f, const json_t *schema, const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const char *name;
    json_t *member;

    if (!json_is_false(json_object_get(schema, "additionalProperties")) ||
        json_object_get(schema, "patternProperties"))
        return true;
    json_object_foreach((json_t *)(uintptr_t)value, name, member) {
        if (!json_object_get(properties, name)) {
            json_t *shown = json_string(name);

            say_value(f, "has what is not asked for:", shown);
            json_decref(shown);
            return false;
        }
    }
    return true;
}

static const struct {
    const char *word;
    bool (*fits)(struct fit *f, const json_t *rule, const json_t *value);
} words[] = {
    {"type", fits_type},          {"enum", fits_enum},         {"const", fits_const},
    {"minimum", fits_minimum},    {"maximum", fits_maximum},   {"minItems", fits_min_items},
    {"maxItems", fits_max_items}, {"required", fits_required}, {"properties", fits_properties},
    {"items", fits_items},        {"anyOf", fits_any},
};

static bool fits(struct fit *f, const json_t *schema, const json_t *value)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        const json_t *rule = json_object_get(schema, words[i].word);

        if (rule && !words[i].fits(f, rule, value))
            return false;
    }
    return fits_closed(f, schema, value);
}

bool words_fit(const json_t *schema, const json_t *value, struct buf *fault)
{
    struct fit f = {.fault = fault};
    bool ok = fits(&f, schema, value);

    buf_release(&f.path);
    return ok;
}
