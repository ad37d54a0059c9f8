// SPDX-License-Identifier: MIT
#include "compiler/param.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/film.h"
#include "compiler/node.h"
#include "compiler/scalar.h"

void scope_init(struct scope *s, const struct scope *up, struct arena *a, size_t most)
{
    *s = (struct scope){.up = up};
    s->values = arena_array(a, struct value, most + 1);
    s->names = arena_array(a, const char *, most + 1);
}

void scope_release(struct scope *s)
{
    map_release(&s->by_name);
}

void scope_add(struct scope *s, const char *name, const struct node *value)
{
    struct value *v = &s->values[s->n];

    *v = (struct value){name, value, s->placed};
    s->names[s->n++] = name;
    map_put(&s->by_name, name, v);
}

static const struct value *find(const struct scope *s, const char *name)
{
    const struct value *found = NULL;

    for (; s && !found; s = s->up)
        found = map_find(&s->by_name, name);
    return found;
}

static const char *find_nearest(const struct scope *s, const char *name)
{
    const char *nearest = NULL;

    for (; s && !nearest; s = s->up)
        nearest = str_nearest(name, s->names, s->n);
    return nearest;
}

enum param_type { PARAM_TEXT, PARAM_NUMBER, PARAM_FILE, PARAM_CHOICE };

static enum param_type type_of(const struct node *param)
{
    static const char *const names[] = {"text", "number", "file", "choice"};
    const struct node *type = node_get(param, "type"), *initial = node_get(param, "default");

    for (size_t i = 0; type && i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(node_text(type), names[i]) == 0)
            return (enum param_type)i;
    if (node_get(param, "choices"))
        return PARAM_CHOICE;
    return initial && (initial->type == NODE_INTEGER || initial->type == NODE_REAL) ? PARAM_NUMBER
                                                                                    : PARAM_TEXT;
}

static bool is_choice(const struct node *param, const struct node *value, const char **nearest)
{
    const struct node *choices = node_get(param, "choices");
    VEC(const char *) names = {0};
    bool found = false;

    for (size_t i = 0; choices && i < choices->n; i++) {
        found |= str_eq(choices->items[i]->text, value->text);
        vec_push(&names, node_text(choices->items[i]));
    }
    *nearest = found ? NULL : str_nearest(node_text(value), names.at, names.n);
    vec_release(&names);
    return found;
}

// A value in the type that its param has; NULL after saying that it does not fit.
static const struct node *type_value(const struct node *key, const struct node *param,
                                     struct node *value, struct arena *a, struct diag *d)
{
    enum param_type type = type_of(param);
    const char *nearest = NULL, *name = node_text(key);

    if (type == PARAM_NUMBER) {
        if (value->type == NODE_TEXT)
            scalar_resolve(value);
        if (value->type == NODE_INTEGER || value->type == NODE_REAL)
            return value;
        diag_say(d, SEVERITY_ERROR, value->span, NULL,
                 "the param \"%s\" takes a number, not \"%s\"", name, node_text(value));
        return NULL;
    }
    value->type = NODE_TEXT;
    if (type != PARAM_CHOICE || is_choice(param, value, &nearest))
        return value;
    diag_say(d, SEVERITY_ERROR, value->span,
             nearest ? arena_printf(a, "did you mean \"%s\"?", nearest) : NULL,
             "\"%s\" is none of the choices of \"%s\"", node_text(value), name);
    return NULL;
}

static struct node *copy_scalar(struct arena *a, const struct node *n)
{
    struct node *copy = arena_make(a, struct node);

    *copy = *n;
    return copy;
}

// The value of one param: given, else its default, else an error; NULL in silence where the param
// is wrong.
static const struct node *value_of(const struct node *key, const struct node *param,
                                   const struct film_value *given, size_t n_given, bool *used,
                                   struct arena *a, struct diag *d)
{
    const struct node *initial = node_get(param, "default");
    struct node *value = initial && !param->unknown ? copy_scalar(a, initial) : NULL;

    for (size_t i = 0; i < n_given; i++) {
        if (strcmp(given[i].name, node_text(key)) != 0)
            continue;
        used[i] = true;
        value = node_make_text(a, key->span, str_of(given[i].value));
    }
    if (param->unknown || param->type != NODE_MAP)
        return NULL;
    if (value)
        return type_value(key, param, value, a, d);
    diag_say(d, SEVERITY_ERROR, key->span,
             arena_printf(a,
                          "write %s=… behind the film on the command line, or give it a `default`",
                          node_text(key)),
             "the param \"%s\" has no value", node_text(key));
    return NULL;
}

void param_read(struct scope *s, const struct node *params, const struct film_value *given,
                size_t n_given, bool *used, struct arena *a, struct diag *d)
{
    for (size_t i = 0; params && params->type == NODE_MAP && i < params->n; i++) {
        const struct node *key = params->keys[i], *param = params->items[i];

        if (!map_find(&s->by_name, node_text(key)))
            scope_add(s, node_text(key), value_of(key, param, given, n_given, used, a, d));
    }
}

struct fill {
    const struct scope *scope;
    struct arena *arena;
    struct diag *diag;
};

static const char *const literal_help = "write $${ for the two characters themselves";

// The value that the ${…} at bytes [start, end) of n means; NULL after saying that there is none.
static const struct value *look_up(struct fill *f, const struct node *n, size_t start, size_t end)
{
    struct str name = str_trim((struct str){n->text.ptr + start + 2, end - start - 3});
    const char *text = arena_strndup(f->arena, name.ptr, name.len);
    const struct value *value = find(f->scope, text);
    const char *nearest;

    if (value)
        return value->node ? value : NULL;
    nearest = find_nearest(f->scope, text);
    diag_say(f->diag, SEVERITY_ERROR, node_part(f->diag, n, start, end - start),
             nearest ? arena_printf(f->arena, "did you mean \"${%s}\"?", nearest) : literal_help,
             "there is no param or column \"%s\"", text);
    return NULL;
}

// The end of the ${…} that begins at byte start, or 0 after saying that it has none.
static size_t find_close(struct fill *f, const struct node *n, size_t start)
{
    const char *close = memchr(n->text.ptr + start, '}', n->text.len - start);

    if (close)
        return (size_t)(close - n->text.ptr) + 1;
    diag_say(f->diag, SEVERITY_ERROR, node_part(f->diag, n, start, 2), literal_help,
             "this ${ is never closed");
    return 0;
}

static const char *find_dollar(struct str text, size_t from)
{
    for (size_t i = from; i + 1 < text.len; i++)
        if (text.ptr[i] == '$' &&
            (text.ptr[i + 1] == '{' ||
             (text.ptr[i + 1] == '$' && i + 2 < text.len && text.ptr[i + 2] == '{')))
            return text.ptr + i;
    return NULL;
}

// Puts the values into n's text. False when one of them is not known.
static bool fill_text(struct fill *f, const struct node *n, struct buf *out)
{
    size_t at = 0;
    const char *dollar;
    bool known = true;

    while ((dollar = find_dollar(n->text, at))) {
        size_t start = (size_t)(dollar - n->text.ptr), end;
        const struct value *value;

        buf_add(out, n->text.ptr + at, start - at);
        if (dollar[1] == '$') {
            buf_puts(out, "${");
            at = start + 3;
            continue;
        }
        end = find_close(f, n, start);
        value = end ? look_up(f, n, start, end) : NULL;
        if (value)
            buf_str(out, value->node->text);
        known = known && value;
        at = end ? end : n->text.len;
    }
    buf_add(out, n->text.ptr + at, n->text.len - at);
    return known;
}

// Whether all of n is one ${…}.
static bool is_one_name(const struct node *n)
{
    const char *close = memchr(n->text.ptr, '}', n->text.len);

    return str_starts(n->text, "${") && close == n->text.ptr + n->text.len - 1;
}

static void fill_scalar(struct fill *f, struct node **n)
{
    struct node *old = *n, *made;
    struct buf text = {0};

    if (!old->text.len || !memchr(old->text.ptr, '$', old->text.len) || !find_dollar(old->text, 0))
        return;
    if (is_one_name(old)) {
        const struct value *value = look_up(f, old, 0, old->text.len);

        made = copy_scalar(f->arena, value ? value->node : old);
        if (value && !value->placed)
            made->span = old->span;
        made->comment_follows = old->comment_follows;
        made->unknown = !value;
        *n = made;
        return;
    }
    made = copy_scalar(f->arena, old);
    made->unknown = !fill_text(f, old, &text);
    made->text = (struct str){arena_strndup(f->arena, buf_text(&text), text.len), text.len};
    if (made->style == NODE_PLAIN && text.len)
        scalar_resolve(made);
    buf_release(&text);
    *n = made;
}

static void fill_tree(struct fill *f, struct node **n)
{
    struct node *node = *n;

    if (node->type != NODE_LIST && node->type != NODE_MAP) {
        fill_scalar(f, n);
        return;
    }
    for (size_t i = 0; i < node->n; i++) {
        if (node->type == NODE_MAP)
            fill_scalar(f, &node->keys[i]);
        fill_tree(f, &node->items[i]);
    }
}

void param_fill(struct node **n, const struct scope *s, struct arena *a, struct diag *d)
{
    struct fill f = {s, a, d};

    fill_tree(&f, n);
}

struct film_value *param_values(const char *const *given, size_t n, struct arena *a,
                                struct err *err)
{
    struct film_value *values = arena_array(a, struct film_value, n + 1);

    for (size_t i = 0; i < n; i++) {
        const char *sign = strchr(given[i], '=');

        if (!sign || sign == given[i]) {
            err_set(err, ERR_USAGE, "\"%s\" is no parameter: write NAME=VALUE", given[i]);
            return NULL;
        }
        values[i].name = arena_strndup(a, given[i], (size_t)(sign - given[i]));
        values[i].value = sign + 1;
    }
    return values;
}
