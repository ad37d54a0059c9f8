// SPDX-License-Identifier: MIT
#include "runtime/difference.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"

enum { MOST_DIGITS = 8 }; // of fractions; people read no more

struct finding {
    struct arena *arena;
    VEC(struct difference) list;
};

static const char *canonical(struct finding *f, const json_t *value)
{
    struct buf text = {0};
    const char *kept;

    if (!value)
        return NULL;
    json_canonical(value, &text);
    kept = arena_strdup(f->arena, buf_text(&text));
    buf_release(&text);
    return kept;
}

static void add_word(struct finding *f, const char *field, const json_t *before, const json_t *now)
{
    vec_push(&f->list, (struct difference){.field = field,
                                           .before = canonical(f, before),
                                           .now = canonical(f, now)});
}

static void compare(struct finding *f, const char *path, json_t *before, json_t *now);

static const char *member(struct finding *f, const char *path, const char *key)
{
    const char *between = !path[0] || path[strlen(path) - 1] == ' ' ? "" : ".";

    return arena_printf(f->arena, "%s%s%s", path, between, key);
}

static void compare_members(struct finding *f, const char *path, json_t *before, json_t *now)
{
    const char *key;
    json_t *value;

    json_object_foreach(now, key, value)
        compare(f, member(f, path, key), json_object_get(before, key), value);
    json_object_foreach(before, key, value)
        if (!json_object_get(now, key))
            compare(f, member(f, path, key), value, NULL);
}

static void compare_items(struct finding *f, const char *path, json_t *before, json_t *now)
{
    json_t *value;
    size_t i;

    json_array_foreach(now, i, value)
        compare(f, arena_printf(f->arena, "%s.%zu", path, i), json_array_get(before, i), value);
}

static void compare(struct finding *f, const char *path, json_t *before, json_t *now)
{
    if (before && now && json_equal(before, now))
        return;
    if (json_is_object(before) && json_is_object(now))
        compare_members(f, path, before, now);
    else if (json_is_array(before) && json_is_array(now) &&
             json_array_size(before) == json_array_size(now))
        compare_items(f, path, before, now);
    else
        add_word(f, path, before, now);
}

// A request is {"params", "preset"} where a server makes the step, else the params alone.
static json_t *preset_of(json_t *request)
{
    return json_object_get(request, "params") ? json_object_get(request, "preset") : NULL;
}

static json_t *params_of(json_t *request)
{
    return preset_of(request) ? json_object_get(request, "params") : request;
}

// Between two presets everything differs, and the names say that.
static void compare_presets(struct finding *f, json_t *before, json_t *now)
{
    json_t *a = json_object_get(before, "preset"), *b = json_object_get(now, "preset");

    if (!before && !now)
        return;
    if (before && now && json_equal(a, b))
        compare_members(f, "preset ", before, now);
    else
        add_word(f, "preset", a, b);
}

static unsigned parts(const struct difference *d)
{
    unsigned n = strncmp(d->field, "preset ", 7) == 0 ? 100 : 0; // behind what the film says

    for (const char *c = d->field; *c; c++)
        n += *c == '.';
    return n;
}

static int by_parts(const void *left, const void *right)
{
    unsigned a = parts(left), b = parts(right);

    if (a != b)
        return a < b ? -1 : 1;
    return strcmp(((const struct difference *)left)->field,
                  ((const struct difference *)right)->field);
}

static void compare_requests(struct finding *f, json_t *before, json_t *now)
{
    compare_members(f, "", params_of(before), params_of(now));
    compare_presets(f, preset_of(before), preset_of(now));
    if (f->list.n)
        qsort(f->list.at, f->list.n, sizeof(*f->list.at), by_parts);
}

static const char *name_at(const json_t *inputs, size_t i)
{
    return json_get_text(json_array_get(inputs, i), "name", "");
}

static const char *digest_at(const json_t *inputs, size_t i)
{
    return json_get_text(json_array_get(inputs, i), "digest", "");
}

static const char *input_key(struct finding *f, const json_t *inputs, size_t i)
{
    return arena_printf(f->arena, "%s %s", digest_at(inputs, i), name_at(inputs, i));
}

// How often each input is there.
static void count_inputs(struct finding *f, const json_t *inputs, struct map *counts)
{
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const char *key = input_key(f, inputs, i);
        size_t *count = map_find(counts, key);

        if (!count) {
            count = arena_make(f->arena, size_t);
            map_put(counts, key, count);
        }
        ++*count;
    }
}

// For each input, whether the other side has the same, each of which stands for one alone.
static bool *find_kept(struct finding *f, const json_t *one, const json_t *other)
{
    size_t n = json_array_size(one);
    bool *kept = arena_array(f->arena, bool, n + 1);
    struct map counts = {0};

    count_inputs(f, other, &counts);
    for (size_t i = 0; i < n; i++) {
        size_t *count = map_find(&counts, input_key(f, one, i));

        kept[i] = count && *count > 0;
        if (kept[i])
            --*count;
    }
    map_release(&counts);
    return kept;
}

// The first input of that name from i on that the other side does not have.
static size_t next_other(const json_t *inputs, const bool *kept, size_t i, const char *name)
{
    while (i < json_array_size(inputs) && (kept[i] || strcmp(name_at(inputs, i), name) != 0))
        i++;
    return i;
}

struct sides {
    json_t *before, *now;
    bool *before_kept, *now_kept;
};

// Those of one name that are not on both sides, the first with the first.
static void pair_inputs(struct finding *f, const struct sides *s, const char *name)
{
    size_t i = next_other(s->before, s->before_kept, 0, name);
    size_t k = next_other(s->now, s->now_kept, 0, name);
    size_t n = json_array_size(s->before), m = json_array_size(s->now);

    while (i < n || k < m) {
        struct difference d = {.of = DIFFERENCE_INPUT, .field = name, .nth = k};

        if (i < n)
            d.before = arena_strdup(f->arena, digest_at(s->before, i));
        if (k < m)
            d.now = arena_strdup(f->arena, digest_at(s->now, k));
        vec_push(&f->list, d);
        i = next_other(s->before, s->before_kept, i + 1, name);
        k = next_other(s->now, s->now_kept, k + 1, name);
    }
}

static void pair_all(struct finding *f, const struct sides *s, const json_t *inputs,
                     struct map *paired)
{
    for (size_t i = 0; i < json_array_size(inputs); i++) {
        const char *name = arena_strdup(f->arena, name_at(inputs, i));

        if (!map_put(paired, name, f))
            pair_inputs(f, s, name);
    }
}

static void compare_inputs(struct finding *f, json_t *before, json_t *now)
{
    struct sides s = {before, now, find_kept(f, before, now), find_kept(f, now, before)};
    size_t found = f->list.n;
    struct map paired = {0};

    if (json_array_size(before) == 0 && json_array_size(now) == 0)
        return;
    pair_all(f, &s, now, &paired);
    pair_all(f, &s, before, &paired);
    if (f->list.n == found && !json_equal(before, now))
        vec_push(&f->list, (struct difference){.of = DIFFERENCE_INPUT, .field = "order"});
    map_release(&paired);
}

static void compare_making(struct finding *f, const json_t *before, const json_t *now)
{
    static const char *const fields[] = {"kind", "version", "driver"};

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        const json_t *a = json_object_get(before, fields[i]), *b = json_object_get(now, fields[i]);

        if ((a || b) && !json_equal(a, b)) {
            add_word(f, fields[i], a, b);
            f->list.at[f->list.n - 1].of = DIFFERENCE_MAKING;
        }
    }
}

size_t difference_find(const char *before, const char *now, struct arena *a,
                       struct difference **list)
{
    json_t *was = json_loads(before, 0, NULL), *is = json_loads(now, 0, NULL);
    struct finding f = {.arena = a};
    size_t n;

    compare_requests(&f, json_object_get(was, "request"), json_object_get(is, "request"));
    compare_inputs(&f, json_object_get(was, "inputs"), json_object_get(is, "inputs"));
    compare_making(&f, was, is);
    n = f.list.n;
    *list = arena_array(a, struct difference, n + 1);
    if (n)
        memcpy(*list, f.list.at, n * sizeof(**list));
    vec_release(&f.list);
    json_decref(was);
    json_decref(is);
    return n;
}

static bool is_text(const char *value)
{
    return value && value[0] == '"';
}

static bool is_middle(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

// The bytes that both begin with.
static size_t same_start(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    while (n && is_middle(a[n]))
        n--;
    return n;
}

// The bytes that both end with.
static size_t same_end(const char *a, const char *b)
{
    size_t n = 0, len = strlen(a), other = strlen(b);

    while (n < len && n < other && a[len - n - 1] == b[other - n - 1])
        n++;
    return n;
}

// Where a part can end that goes from least to end: at the last blank, else at a whole character.
static size_t last_blank(const char *value, size_t least, size_t end)
{
    size_t at = end;

    while (at > least && value[at] != ' ')
        at--;
    while (at <= least && end > least && is_middle(value[end]))
        end--;
    return at > least ? at : end;
}

// Adds the part of a text that is around its bytes [at, until): of what stands before and behind
// them a few words, of themselves as much as there is room for.
static void print_part(const char *value, size_t at, size_t until, size_t columns, struct buf *out)
{
    size_t len = strlen(value), before = columns / 3, start, end;

    if (len <= columns + 2) {
        buf_puts(out, value);
        return;
    }
    start = at > before ? at - before : 0;
    while (start && start < at && value[start - 1] != ' ')
        start++;
    while (start && is_middle(value[start]))
        start--;
    if (start < 2)
        start = 1;
    end = until + before < start + columns ? until + before : start + columns;
    end = end < len - 1 ? end : len - 1;
    end = last_blank(value, end < len - 1 ? start + (end - start) / 2 : end, end);
    buf_puts(out, start > 1 ? "\"… " : "\"");
    buf_add(out, value + start, end - start);
    buf_puts(out, end < len - 1 ? " …\"" : "\"");
}

static bool is_number(const char *value)
{
    return value[strspn(value, "-+.0123456789eE")] == 0 && strchr(value, '.');
}

static void print_value(const char *value, size_t columns, struct buf *out)
{
    size_t len = value ? strlen(value) : 0, end = columns;

    if (!value) {
        buf_puts(out, "nothing");
        return;
    }
    if (is_text(value)) {
        print_part(value, 0, len, columns, out);
        return;
    }
    if (len > MOST_DIGITS && is_number(value)) {
        buf_printf(out, "%.6g", strtod(value, NULL));
        return;
    }
    if (len <= columns + 2) {
        buf_puts(out, value);
        return;
    }
    while (end && is_middle(value[end]))
        end--;
    buf_add(out, value, end);
    buf_puts(out, " …");
}

// The word in which the texts begin to differ, whole: "dawn" and "dusk", not "awn" and "usk".
static size_t word_start(const char *value, size_t at)
{
    while (at > 1 && value[at - 1] != ' ')
        at--;
    return at;
}

void difference_print_values(const struct difference *d, size_t columns, struct buf *out)
{
    if (is_text(d->before) && is_text(d->now)) {
        size_t at = word_start(d->now, same_start(d->before, d->now));
        size_t end = same_end(d->before + at, d->now + at);

        print_part(d->before, at, strlen(d->before) - end, columns, out);
        buf_puts(out, " -> ");
        print_part(d->now, at, strlen(d->now) - end, columns, out);
        return;
    }
    print_value(d->before, columns, out);
    buf_puts(out, " -> ");
    print_value(d->now, columns, out);
}
