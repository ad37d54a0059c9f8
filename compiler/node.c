// SPDX-License-Identifier: MIT
#include "compiler/node.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

struct node *node_get(const struct node *map, const char *key)
{
    if (!map || map->type != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->n; i++)
        if (strcmp(map->keys[i]->text.ptr, key) == 0)
            return map->items[i];
    return NULL;
}

const char *node_text(const struct node *n)
{
    return n && n->text.ptr ? n->text.ptr : "";
}

// The byte of the source behind byte `at` of a literal block's text; 0 when text and source differ.
static size_t find_in_block(struct str source, const struct node *n, size_t at)
{
    size_t line = n->span.start, from = 0, indent = 0;

    while (line < source.len && source.ptr[line] != '\n') // the "|" and what belongs to it
        line++;
    for (line++; line + indent < source.len && source.ptr[line + indent] == ' ';)
        indent++;
    while (from <= at && line < source.len) {
        const char *end = memchr(n->text.ptr + from, '\n', n->text.len - from);
        size_t len = end ? (size_t)(end - n->text.ptr) - from : n->text.len - from;

        if (len && (line + indent + len > source.len ||
                    memcmp(source.ptr + line + indent, n->text.ptr + from, len) != 0))
            return 0;
        if (at <= from + len)
            return line + indent + (at - from);
        while (line < source.len && source.ptr[line] != '\n')
            line++;
        line++;
        from += len + 1;
    }
    return 0;
}

struct span node_part(const struct diag *d, const struct node *n, size_t start, size_t len)
{
    struct str source = diag_source_text(d, n->span.source);
    size_t first = n->span.start + (n->style == NODE_QUOTED), at = 0;

    if (start > n->text.len || len > n->text.len - start)
        return n->span;
    if (n->style == NODE_LITERAL)
        at = find_in_block(source, n, start);
    else if ((n->style == NODE_PLAIN || n->style == NODE_QUOTED) &&
             first + n->text.len <= n->span.end && n->span.end <= source.len &&
             memcmp(source.ptr + first, n->text.ptr, n->text.len) == 0)
        at = first + start;
    if (!at || at + len > source.len)
        return n->span;
    return (struct span){n->span.source, (uint32_t)at, (uint32_t)(at + len)};
}

static struct node *make(struct arena *a, struct span span, enum node_type type, const char *text)
{
    struct node *n = arena_make(a, struct node);

    n->type = type;
    n->style = NODE_MADE;
    n->span = span;
    n->weight = 1;
    if (text)
        n->text = str_of(text);
    return n;
}

struct node *node_make_null(struct arena *a, struct span span)
{
    return make(a, span, NODE_NULL, "");
}

struct node *node_make_flag(struct arena *a, struct span span, bool flag)
{
    struct node *n = make(a, span, NODE_BOOL, flag ? "true" : "false");

    n->flag = flag;
    return n;
}

struct node *node_make_integer(struct arena *a, struct span span, long long integer)
{
    struct node *n = make(a, span, NODE_INTEGER, arena_printf(a, "%lld", integer));

    n->integer = integer;
    return n;
}

struct node *node_make_real(struct arena *a, struct span span, double real)
{
    struct node *n = make(a, span, NODE_REAL, NULL);
    json_t *json = isfinite(real) ? json_real(real) : NULL;
    struct buf text = {0};

    if (json)
        json_canonical(json, &text);
    n->text = str_of(arena_strdup(a, json ? buf_text(&text) : ".nan"));
    n->real = real;
    json_decref(json);
    buf_release(&text);
    return n;
}

struct node *node_make_text(struct arena *a, struct span span, struct str text)
{
    struct node *n = make(a, span, NODE_TEXT, NULL);

    n->text = (struct str){arena_strndup(a, text.len ? text.ptr : "", text.len), text.len};
    return n;
}

struct node *node_make_list(struct arena *a, struct span span, size_t count)
{
    struct node *n = make(a, span, NODE_LIST, NULL);

    n->items = arena_array(a, struct node *, count + 1);
    n->n = count;
    return n;
}

struct node *node_make_map(struct arena *a, struct span span, size_t count)
{
    struct node *n = make(a, span, NODE_MAP, NULL);

    n->items = arena_array(a, struct node *, count + 1);
    n->keys = arena_array(a, struct node *, count + 1);
    n->n = count;
    return n;
}

struct node *node_copy(struct arena *a, const struct node *n)
{
    struct node *copy = arena_make(a, struct node);

    *copy = *n;
    if (n->items)
        copy->items = arena_array(a, struct node *, n->n + 1);
    if (n->keys)
        copy->keys = arena_array(a, struct node *, n->n + 1);
    for (size_t i = 0; n->items && i < n->n; i++)
        copy->items[i] = node_copy(a, n->items[i]);
    for (size_t i = 0; n->keys && i < n->n; i++)
        copy->keys[i] = node_copy(a, n->keys[i]);
    return copy;
}

void node_remove(struct node *map, const char *key)
{
    size_t kept = 0;

    for (size_t i = 0; i < map->n; i++) {
        if (strcmp(map->keys[i]->text.ptr, key) == 0)
            continue;
        map->items[kept] = map->items[i];
        map->keys[kept++] = map->keys[i];
    }
    map->n = kept;
}

void node_put(struct arena *a, struct node *map, const char *key, struct node *value)
{
    struct node **items, **keys;

    for (size_t i = 0; i < map->n; i++) {
        if (strcmp(map->keys[i]->text.ptr, key) == 0) {
            map->items[i] = value;
            return;
        }
    }
    items = arena_array(a, struct node *, map->n + 2);
    keys = arena_array(a, struct node *, map->n + 2);
    for (size_t i = 0; i < map->n; i++) {
        items[i] = map->items[i];
        keys[i] = map->keys[i];
    }
    items[map->n] = value;
    keys[map->n] = node_make_text(a, value->span, str_of(key));
    map->items = items;
    map->keys = keys;
    map->n++;
}

json_t *node_json(const struct node *n)
{
    json_t *json;

    switch (n->type) {
    case NODE_NULL:
        return json_null();
    case NODE_BOOL:
        return json_boolean(n->flag);
    case NODE_INTEGER:
        return json_integer(n->integer);
    case NODE_REAL:
        return isfinite(n->real) ? json_real(n->real) : json_null();
    case NODE_TEXT:
        return json_stringn(n->text.ptr, n->text.len);
    case NODE_LIST:
        json = json_array();
        for (size_t i = 0; i < n->n; i++)
            json_array_append_new(json, node_json(n->items[i]));
        return json;
    case NODE_MAP:
        break;
    }
    json = json_object();
    for (size_t i = 0; i < n->n; i++)
        json_object_set_new(json, n->keys[i]->text.ptr, node_json(n->items[i]));
    return json;
}
