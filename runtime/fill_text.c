// SPDX-License-Identifier: MIT
#include "runtime/fill_text.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

// The name within the braces of a placeholder that text begins with; NULL ptr: it begins with none.
static struct str name_at(struct str text)
{
    const char *close = text.len > 2 ? memchr(text.ptr, '}', text.len) : NULL;

    if (!close || text.ptr[0] != '$' || text.ptr[1] != '{')
        return (struct str){0};
    return str_trim((struct str){text.ptr + 2, (size_t)(close - text.ptr) - 2});
}

static json_t *find(const struct fill_source *from, struct str name)
{
    struct buf text = {0};
    json_t *value;

    buf_str(&text, name);
    value = from->find(from, buf_text(&text));
    buf_release(&text);
    return value;
}

static void put(const json_t *value, struct buf *out)
{
    if (json_is_string(value))
        buf_add(out, json_string_value(value), json_string_length(value));
    else if (value)
        json_canonical(value, out);
}

bool fill_text(const struct fill_source *from, struct str text, struct buf *out)
{
    bool known = true;

    buf_puts(out, "");
    while (text.len) {
        struct str name = name_at(text);
        size_t used = 1;

        if (str_starts(text, "$${")) {
            buf_puts(out, "${");
            used = 3;
        } else if (name.ptr) {
            json_t *value = find(from, name);

            put(value, out);
            known = known && value;
            used = (size_t)((const char *)memchr(text.ptr, '}', text.len) - text.ptr) + 1;
            json_decref(value);
        } else {
            buf_char(out, text.ptr[0]);
        }
        text.ptr += used;
        text.len -= used;
    }
    return known;
}

// The name where all of text is one placeholder; else a NULL ptr.
static struct str only_name(struct str text)
{
    struct str name = name_at(text);

    return name.ptr && memchr(text.ptr, '}', text.len) == text.ptr + text.len - 1 ? name
                                                                                  : (struct str){0};
}

static json_t *fill_scalar(const struct fill_source *from, struct str text)
{
    struct str name = only_name(text);
    struct buf filled = {0};
    json_t *value;

    if (name.ptr)
        return find(from, name);
    value = fill_text(from, text, &filled) ? json_stringn(buf_text(&filled), filled.len) : NULL;
    buf_release(&filled);
    return value;
}

static struct str text_of(const json_t *value)
{
    return (struct str){json_string_value(value), json_string_length(value)};
}

// An item that is just `${...name}` becomes as many as the list of that name has.
static void add_items(const struct fill_source *from, json_t *list, json_t *item)
{
    struct str name = json_is_string(item) ? only_name(text_of(item)) : (struct str){0};
    json_t *value;

    if (name.ptr && str_starts(name, "...")) {
        value = find(from, (struct str){name.ptr + 3, name.len - 3});
        if (json_is_array(value)) {
            json_array_extend(list, value);
            json_decref(value);
            return;
        }
    } else {
        value = fill_value(from, item);
    }
    if (value)
        json_array_append_new(list, value);
}

json_t *fill_value(const struct fill_source *from, json_t *value)
{
    json_t *filled, *member, *one;
    const char *key;
    size_t i;

    if (json_is_string(value))
        return fill_scalar(from, text_of(value));
    if (json_is_array(value)) {
        filled = json_array();
        json_array_foreach(value, i, member)
            add_items(from, filled, member);
        return filled;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    filled = json_object();
    json_object_foreach(value, key, member)
        if ((one = fill_value(from, member)))
            json_object_set_new(filled, key, one);
    return filled;
}
