// SPDX-License-Identifier: MIT
#include "compiler/rule.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"

static const char *const files[] = {"film.json",    "picks.json",  "preset.json",
                                    "project.json", "studio.json", "theme.json"};

enum { N_FILES = sizeof(files) / sizeof(*files) };

struct rules {
    struct arena *arena;
    json_t *json[N_FILES];
    struct map by_place;    // "film.json#/$defs/shot" -> rule
    VEC(struct rule *) all; // for release
    VEC(regex_t *) patterns;
    struct err *err; // while opening
    bool failed;
};

struct compiling {
    struct rules *rules;
    size_t file; // the file that "#/…" means
    struct rule *rule;
    const json_t *value; // of the keyword
};

static const struct rule *compile(struct rules *r, size_t file, const json_t *schema,
                                  const char *place);

static void fail(struct rules *r, const char *what, const char *which)
{
    if (!r->failed)
        err_set(r->err, ERR_BUG, "stdlib/schema: %s \"%s\"", what, which);
    r->failed = true;
}

static const char **text_array(struct rules *r, const json_t *list, size_t *n)
{
    const char **out = arena_array(r->arena, const char *, json_array_size(list) + 1);

    *n = json_array_size(list);
    for (size_t i = 0; i < *n; i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i])
            fail(r, "not a list of texts", "enum, required");
    }
    return out;
}

static unsigned type_named(struct rules *r, const char *name)
{
    static const struct {
        const char *name;
        unsigned type;
    } types[] = {
        {"array", RULE_LIST},
        {"boolean", RULE_BOOL},
        {"integer", RULE_INTEGER},
        {"null", RULE_NULL},
        {"number", RULE_NUMBER | RULE_INTEGER},
        {"object", RULE_MAP},
        {"string", RULE_TEXT},
    };

    for (size_t i = 0; name && i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    fail(r, "unknown type", name ? name : "");
    return RULE_ANY;
}

static void set_type(struct compiling *c)
{
    size_t n = json_array_size(c->value);

    c->rule->types = n ? 0 : type_named(c->rules, json_string_value(c->value));
    for (size_t i = 0; i < n; i++)
        c->rule->types |= type_named(c->rules, json_string_value(json_array_get(c->value, i)));
}

static void set_title(struct compiling *c)
{
    c->rule->title = json_string_value(c->value);
}

static void set_description(struct compiling *c)
{
    c->rule->description = json_string_value(c->value);
}

static void set_text(struct compiling *c)
{
    if (strcmp(json_string_value(c->value), "free") == 0)
        c->rule->text = RULE_TEXT_FREE;
}

static void set_short(struct compiling *c)
{
    c->rule->short_form = json_string_value(c->value);
}

static void set_one_other(struct compiling *c)
{
    c->rule->one_other = json_string_value(c->value);
}

static void set_properties(struct compiling *c)
{
    size_t n = json_object_size(c->value), i = 0;
    const char *name;
    json_t *schema;

    c->rule->properties = arena_array(c->rules->arena, struct property, n + 1);
    c->rule->names = arena_array(c->rules->arena, const char *, n + 1);
    c->rule->n_properties = n;
    json_object_foreach((json_t *)(uintptr_t)c->value, name, schema) {
        c->rule->names[i] = name;
        c->rule->properties[i] = (struct property){name, compile(c->rules, c->file, schema, NULL)};
        map_put(&c->rule->by_name, name, &c->rule->properties[i++]);
    }
}

static void set_others(struct compiling *c)
{
    c->rule->others = json_is_false(c->value) ? NULL : compile(c->rules, c->file, c->value, NULL);
}

static void set_required(struct compiling *c)
{
    c->rule->required = text_array(c->rules, c->value, &c->rule->n_required);
}

static void set_items(struct compiling *c)
{
    c->rule->items = compile(c->rules, c->file, c->value, NULL);
}

static void set_least_items(struct compiling *c)
{
    c->rule->least_items = (size_t)json_integer_value(c->value);
}

static void set_most_items(struct compiling *c)
{
    c->rule->most_items = (size_t)json_integer_value(c->value);
}

static void set_enum(struct compiling *c)
{
    c->rule->words = text_array(c->rules, c->value, &c->rule->n_words);
    c->rule->types = RULE_TEXT;
}

static void set_const(struct compiling *c)
{
    if (!json_is_string(c->value)) {
        c->rule->constant = c->value;
        c->rule->types = json_is_boolean(c->value) ? RULE_BOOL : RULE_INTEGER;
        return;
    }
    c->rule->words = arena_array(c->rules->arena, const char *, 2);
    c->rule->words[0] = json_string_value(c->value);
    c->rule->n_words = 1;
    c->rule->types = RULE_TEXT;
}

// anyOf of [{required: [a]}, {required: [b]}] says that one of the keys must be there.
static bool set_need_one(struct compiling *c)
{
    size_t n = json_array_size(c->value);
    const char **names = arena_array(c->rules->arena, const char *, n + 1);

    for (size_t i = 0; i < n; i++) {
        const json_t *branch = json_array_get(c->value, i),
                     *required = json_object_get(branch, "required");

        if (json_object_size(branch) != 1 || json_array_size(required) != 1)
            return false;
        names[i] = json_string_value(json_array_get(required, 0));
    }
    c->rule->need_one = names;
    c->rule->n_need_one = n;
    return true;
}

static void set_any_of(struct compiling *c)
{
    VEC(const struct rule *) branches = {0};
    struct rule *rule = c->rule;

    if (set_need_one(c))
        return;
    for (size_t i = 0; i < json_array_size(c->value); i++) {
        const struct rule *branch = compile(c->rules, c->file, json_array_get(c->value, i), NULL);

        for (size_t k = 0; k < branch->n_branches; k++)
            vec_push(&branches, branch->branches[k]);
        if (!branch->n_branches)
            vec_push(&branches, branch);
    }
    rule->types = 0;
    rule->n_branches = branches.n;
    rule->branches = arena_array(c->rules->arena, const struct rule *, branches.n + 1);
    for (size_t i = 0; i < branches.n; i++) {
        rule->branches[i] = branches.at[i];
        rule->types |= branches.at[i]->types;
    }
    vec_release(&branches);
}

static void set_minimum(struct compiling *c)
{
    c->rule->minimum = json_number_value(c->value);
}

static void set_maximum(struct compiling *c)
{
    c->rule->maximum = json_number_value(c->value);
}

static void set_above(struct compiling *c)
{
    set_minimum(c);
    c->rule->above_minimum = true;
}

static void set_below(struct compiling *c)
{
    set_maximum(c);
    c->rule->below_maximum = true;
}

static void set_least_len(struct compiling *c)
{
    c->rule->least_len = (size_t)json_integer_value(c->value);
}

static void set_pattern(struct compiling *c)
{
    regex_t *pattern = arena_make(c->rules->arena, regex_t);
    const char *text = json_string_value(c->value);

    if (regcomp(pattern, text, REG_EXTENDED | REG_NOSUB) != 0) {
        fail(c->rules, "bad pattern", text);
        return;
    }
    c->rule->pattern = pattern;
    vec_push(&c->rules->patterns, pattern);
}

static void ignore(struct compiling *c)
{
    (void)c;
}

// The subset. $ref comes first whatever stands where, for what stands beside it goes over it.
static const struct {
    const char *keyword;
    void (*set)(struct compiling *c);
} keywords[] = {
    {"$defs", ignore},
    {"$id", ignore},
    {"$ref", ignore},
    {"$schema", ignore},
    {"additionalProperties", set_others},
    {"anyOf", set_any_of},
    {"c41:one-other", set_one_other},
    {"c41:short", set_short},
    {"c41:text", set_text},
    {"const", set_const},
    {"default", ignore},
    {"description", set_description},
    {"enum", set_enum},
    {"examples", ignore},
    {"exclusiveMaximum", set_below},
    {"exclusiveMinimum", set_above},
    {"items", set_items},
    {"maxItems", set_most_items},
    {"maximum", set_maximum},
    {"minItems", set_least_items},
    {"minLength", set_least_len},
    {"minimum", set_minimum},
    {"pattern", set_pattern},
    {"properties", set_properties},
    {"required", set_required},
    {"title", set_title},
    {"type", set_type},
};

static void apply(struct compiling *c, const char *keyword)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
        if (strcmp(keywords[i].keyword, keyword) == 0) {
            keywords[i].set(c);
            return;
        }
    }
    fail(c->rules, "not in the stated subset of JSON Schema:", keyword);
}

static size_t find_file(const char *name, size_t len)
{
    for (size_t i = 0; i < N_FILES; i++)
        if (strlen(files[i]) == len && memcmp(files[i], name, len) == 0)
            return i;
    return N_FILES;
}

// "film.json#/$defs/shot" or "#/$defs/shot", as seen from file.
static const struct rule *resolve(struct rules *r, size_t file, const char *ref)
{
    size_t len = strcspn(ref, "#");
    const char *def = ref[len] ? ref + len + 1 : "", *place;
    const json_t *schema;
    const struct rule *rule;

    if (len)
        file = find_file(ref, len);
    if (file == N_FILES || !r->json[file] || (*def && strncmp(def, "/$defs/", 7) != 0))
        return NULL;
    place = arena_printf(r->arena, "%s#%s", files[file], def);
    rule = map_find(&r->by_place, place);
    if (rule)
        return rule;
    schema =
        *def ? json_object_get(json_object_get(r->json[file], "$defs"), def + 7) : r->json[file];
    return schema ? compile(r, file, schema, place) : NULL;
}

static struct rule *new_rule(struct rules *r)
{
    struct rule *rule = arena_make(r->arena, struct rule);

    *rule = (struct rule){
        .types = RULE_ANY, .minimum = -INFINITY, .maximum = INFINITY, .most_items = SIZE_MAX};
    vec_push(&r->all, rule);
    return rule;
}

// The rule that a $ref means, to be refined by what stands beside it.
static void copy_target(struct rules *r, size_t file, const char *ref, struct rule *rule)
{
    const struct rule *target = resolve(r, file, ref);

    if (!target) {
        fail(r, "leads nowhere:", ref);
        return;
    }
    *rule = *target;
    rule->by_name = (struct map){0};
    for (size_t i = 0; i < rule->n_properties; i++)
        map_put(&rule->by_name, rule->names[i], &rule->properties[i]);
}

// place is where others find it, NULL for what stands within another.
static const struct rule *compile(struct rules *r, size_t file, const json_t *schema,
                                  const char *place)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref")), *keyword;
    const struct rule *target = NULL;
    struct compiling c = {.rules = r, .file = file};
    json_t *value;

    if (ref && json_object_size(schema) == 1)
        target = resolve(r, file, ref);
    if (ref && json_object_size(schema) == 1 && !target)
        fail(r, "leads nowhere:", ref);
    if (target && place)
        map_put(&r->by_place, place, (void *)(uintptr_t)target);
    if (target)
        return target;
    c.rule = new_rule(r);
    if (place)
        map_put(&r->by_place, place, c.rule); // before what is in it, which may mean it
    if (ref)
        copy_target(r, file, ref, c.rule);
    json_object_foreach((json_t *)(uintptr_t)schema, keyword, value) {
        c.value = value;
        apply(&c, keyword);
    }
    return c.rule;
}

static bool load(struct rules *r, const char *dir, size_t file, struct err *err)
{
    struct buf text = {0};
    json_error_t error;
    bool ok = file_read(path_join(r->arena, dir, files[file]), &text, 1 << 20, err);

    if (ok) {
        r->json[file] = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, &error);
        ok = r->json[file] ||
             err_set(err, ERR_BUG, "%s:%d: %s", files[file], error.line, error.text);
    }
    buf_release(&text);
    return ok;
}

struct rules *rules_open(const char *dir, struct err *err)
{
    struct rules *r = mem_new(sizeof(*r));
    bool ok = true;

    r->arena = arena_new();
    r->err = err;
    for (size_t i = 0; ok && i < N_FILES; i++)
        ok = load(r, dir, i, err);
    for (size_t i = 0; ok && i < N_FILES; i++) {
        const char *name;
        json_t *def;

        (void)def;
        resolve(r, i, files[i]);
        json_object_foreach(json_object_get(r->json[i], "$defs"), name, def)
            resolve(r, i, arena_printf(r->arena, "#/$defs/%s", name));
    }
    r->err = NULL;
    if (ok && !r->failed)
        return r;
    rules_close(r);
    return NULL;
}

void rules_close(struct rules *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->all.n; i++)
        map_release(&r->all.at[i]->by_name);
    for (size_t i = 0; i < r->patterns.n; i++)
        regfree(r->patterns.at[i]);
    for (size_t i = 0; i < N_FILES; i++)
        json_decref(r->json[i]);
    vec_release(&r->all);
    vec_release(&r->patterns);
    map_release(&r->by_place);
    arena_free(r->arena);
    mem_free(r);
}

const struct rule *rules_find(const struct rules *r, const char *name)
{
    char place[200];
    size_t len = strcspn(name, "#");

    if (strlen(name) + 2 > sizeof(place))
        return NULL;
    memcpy(place, name, strlen(name) + 1);
    if (!name[len])
        memcpy(place + len, "#", 2);
    return map_find(&r->by_place, place);
}
