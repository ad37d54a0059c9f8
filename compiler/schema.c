// SPDX-License-Identifier: MIT
#include "compiler/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "compiler/branch.h"
#include "compiler/expect.h"
#include "compiler/node.h"
#include "compiler/rule.h"

enum { MANY_FAULTS = 200 }; // after which nobody reads the help

struct schemas {
    struct rules *rules;
};

// The way from the top to the value in hand, for messages about values that stand in no text.
struct trail {
    const struct trail *up;
    const char *key; // NULL: an item
    size_t index;
};

struct check {
    struct arena *arena;
    struct diag *diag;
    const char *what; // the whole value in a message; NULL: places tell
    size_t faults;
};

struct schemas *schemas_open(const char *dir, struct err *err)
{
    struct rules *rules = rules_open(dir, err);
    struct schemas *s;

    if (!rules)
        return NULL;
    s = mem_new(sizeof(*s));
    s->rules = rules;
    return s;
}

void schemas_free(struct schemas *s)
{
    if (!s)
        return;
    rules_close(s->rules);
    mem_free(s);
}

static void put_trail(const struct trail *trail, const char *what, struct buf *out)
{
    if (!trail) {
        buf_puts(out, what);
        return;
    }
    put_trail(trail->up, what, out);
    if (trail->key)
        buf_printf(out, ".%s", trail->key);
    else
        buf_printf(out, "[%zu]", trail->index + 1); // as Lua counts
}

// Says message (and takes it over) at span.
static void say(struct check *c, const struct trail *trail, struct span span, const char *help,
                struct buf *message)
{
    struct buf where = {0};

    if (c->what) {
        put_trail(trail, c->what, &where);
        buf_puts(&where, ": ");
    }
    diag_say(c->diag, SEVERITY_ERROR, span, help, "%s%s", buf_text(&where), buf_text(message));
    c->faults++;
    buf_release(&where);
    buf_release(message);
}

static const char *did_you_mean(struct check *c, const char *name, const char *const *names,
                                size_t n)
{
    const char *nearest = c->faults > MANY_FAULTS ? NULL : str_nearest(name, names, n);

    return nearest ? arena_printf(c->arena, "did you mean \"%s\"?", nearest) : NULL;
}

static const char *list_help(struct check *c, const char *intro, const char *const *names, size_t n)
{
    struct buf text = {0};
    const char *help;

    buf_puts(&text, intro);
    expect_list(names, n, 40, " and ", &text);
    help = arena_strdup(c->arena, buf_text(&text));
    buf_release(&text);
    return help;
}

// Gives scalar n the type that rule, which takes it, wants there.
static void set_type(const struct rule *rule, struct node *n)
{
    if (rule->types == RULE_ANY)
        return;
    if (rule->types & RULE_TEXT) {
        n->type = NODE_TEXT;
    } else if (n->type == NODE_REAL && !(rule->types & RULE_NUMBER)) {
        n->type = NODE_INTEGER;
        n->integer = (long long)n->real;
    }
}

// "12" where a number is wanted, and the like.
static const char *quotes_help(const struct rule *rule, const struct node *n)
{
    char *end;

    if (n->type != NODE_TEXT || n->style != NODE_QUOTED || !n->text.len ||
        !(rule->types & RULE_INTEGER))
        return NULL;
    strtod(n->text.ptr, &end);
    return *end ? NULL : "write it without quotes";
}

// The bound that x breaks.
static void put_bound(const struct rule *rule, double x, struct buf *out)
{
    if (x < rule->minimum || (rule->above_minimum && x <= rule->minimum))
        buf_printf(out, rule->above_minimum ? " above %.17g" : " of at least %.17g", rule->minimum);
    else
        buf_printf(out, rule->below_maximum ? " below %.17g" : " of at most %.17g", rule->maximum);
}

// mara where [mara] is wanted.
static const char *list_of_one_help(struct check *c, const struct rule *rule, const struct node *n)
{
    if (rule->types != RULE_LIST || !rule->items || !(rule->items->types & RULE_TEXT) ||
        !branch_is_written(n) || n->text.len > 40 || !branch_takes(rule->items, n))
        return NULL;
    return arena_printf(c->arena, "write it as a list: [%s]", node_text(n));
}

static const char *help_for(struct check *c, const struct rule *rule, const struct node *n)
{
    const char *help = list_of_one_help(c, rule, n);

    if (help)
        return help;
    if (!rule->n_words || !branch_is_written(n))
        return quotes_help(rule, n);
    help = did_you_mean(c, n->text.ptr, rule->words, rule->n_words);
    return help || !rule->title ? help : list_help(c, "one of ", rule->words, rule->n_words);
}

static void say_unexpected(struct check *c, const struct trail *trail, const struct rule *rule,
                           const struct node *n)
{
    struct buf message = {0};
    const char *help = help_for(c, rule, n);

    for (size_t i = 0; !help && n->type != NODE_LIST && n->type != NODE_MAP && i < rule->n_branches;
         i++)
        help = help_for(c, rule->branches[i], n);
    buf_puts(&message, "expected ");
    expect_describe(rule, &message);
    if (branch_is_number(n) && !rule->n_branches && !branch_in_range(rule, branch_number(n)))
        put_bound(rule, branch_number(n), &message);
    buf_puts(&message, ", found ");
    expect_found(n, &message);
    say(c, trail, n->span, help, &message);
}

// What YAML has eaten of a text shows only here, where we know that it was meant as text.
static void check_free_text(struct check *c, const struct trail *trail, const struct node *n)
{
    struct span hash = {n->span.source, n->span.end + 1, n->span.end + 2};
    struct buf message = {0};

    if (!n->comment_follows)
        return;
    buf_puts(&message, "\" #\" begins a comment, so the words end before it");
    say(c, trail, hash, "put the words in quotes, or more blanks before the comment", &message);
}

// A single word that is nearly one of the known ones: `move: push-im`.
static void check_near_miss(struct check *c, const struct trail *trail, const struct rule *rule,
                            const struct node *n)
{
    for (size_t i = 0; i < rule->n_branches; i++) {
        const struct rule *words = rule->branches[i];
        struct buf message = {0};
        const char *help;

        if (!words->n_words || !words->title || !n->text.len || strpbrk(n->text.ptr, " \n"))
            continue;
        help = did_you_mean(c, n->text.ptr, words->words, words->n_words);
        if (!help)
            continue;
        buf_printf(&message, "expected %s or words of your own, found \"%s\"", words->title,
                   n->text.ptr);
        say(c, trail, n->span, help, &message);
    }
}

static void check_scalar(struct check *c, const struct trail *trail, const struct rule *rule,
                         struct node *n)
{
    if (!branch_takes(rule, n)) {
        say_unexpected(c, trail, rule, n);
        return;
    }
    set_type(rule, n);
    if (rule->text == RULE_TEXT_FREE)
        check_free_text(c, trail, n);
}

static void check_node(struct check *c, const struct trail *trail, const struct rule *rule,
                       struct node **n);

static void check_list(struct check *c, const struct trail *trail, const struct rule *rule,
                       struct node *n)
{
    if (n->n < rule->least_items || n->n > rule->most_items) {
        struct buf message = {0};

        if (rule->least_items == rule->most_items)
            buf_printf(&message, "expected %zu items, found %zu", rule->least_items, n->n);
        else
            buf_printf(&message, "expected %s %zu item%s, found %zu",
                       n->n < rule->least_items ? "at least" : "at most",
                       n->n < rule->least_items ? rule->least_items : rule->most_items,
                       (n->n < rule->least_items ? rule->least_items : rule->most_items) == 1 ? ""
                                                                                              : "s",
                       n->n);
        say(c, trail, n->span, NULL, &message);
    }
    for (size_t i = 0; rule->items && i < n->n; i++) {
        struct trail here = {trail, NULL, i};

        check_node(c, &here, rule->items, &n->items[i]);
    }
}

static const char *name_of(const struct rule *rule)
{
    return rule->title ? rule->title : "this mapping";
}

static void say_unknown_key(struct check *c, const struct trail *trail, const struct rule *rule,
                            const struct node *key)
{
    const char *help = did_you_mean(c, key->text.ptr, rule->names, rule->n_properties);
    struct buf message = {0};

    if (!help && rule->n_properties)
        help = list_help(c, "its keys are ", rule->names, rule->n_properties);
    buf_printf(&message, "%s has no key \"%s\"", name_of(rule), key->text.ptr);
    say(c, trail, key->span, help, &message);
}

// A key without a value. Inside {…} it is, after words without quotes, what a comma made of them.
static void say_no_value(struct check *c, const struct trail *trail, const struct node *map,
                         size_t i)
{
    const struct node *before = i ? map->items[i - 1] : NULL;
    struct buf message = {0};

    if (before && before->style == NODE_MADE &&
        before->n == 1) // a short form, put into its full one
        before = before->items[0];
    if (map->items[i]->empty_in_flow && before && before->style == NODE_PLAIN && before->n == 0) {
        buf_printf(&message, "a comma ends words inside {…}: \"%s\" became a key without a value",
                   map->keys[i]->text.ptr);
        say(c, trail, map->keys[i]->span, "put the words in quotes", &message);
        return;
    }
    buf_printf(&message, "\"%s\" has no value", map->keys[i]->text.ptr);
    say(c, trail, map->keys[i]->span, NULL, &message);
}

static bool is_empty(const struct node *n)
{
    return n->type == NODE_NULL && n->text.len == 0 && !n->unknown;
}

static void check_member(struct check *c, const struct trail *trail, const struct rule *rule,
                         struct node *map, size_t i)
{
    struct trail here = {trail, map->keys[i]->text.ptr, 0};
    const struct property *property = map_find(&rule->by_name, map->keys[i]->text.ptr);
    const struct rule *value = property ? property->rule : rule->others;

    if (is_empty(map->items[i]) &&
        !(value && (value->types & RULE_NULL) && !map->items[i]->empty_in_flow))
        say_no_value(c, trail, map, i);
    else if (value)
        check_node(c, &here, value, &map->items[i]);
    else
        say_unknown_key(c, trail, rule, map->keys[i]);
}

static void check_required(struct check *c, const struct trail *trail, const struct rule *rule,
                           struct node *map)
{
    struct buf message = {0};
    bool found = rule->n_need_one == 0;

    for (size_t i = 0; i < rule->n_required; i++) {
        if (branch_has_key(rule, map, rule->required[i]))
            continue;
        buf_printf(&message, "%s needs the key \"%s\"", name_of(rule), rule->required[i]);
        say(c, trail, map->span, NULL, &message);
    }
    for (size_t i = 0; i < rule->n_need_one && !found; i++)
        found = branch_has_key(rule, map, rule->need_one[i]);
    if (found)
        return;
    buf_printf(&message, "%s needs one of ", name_of(rule));
    expect_list(rule->need_one, rule->n_need_one, rule->n_need_one, " and ", &message);
    say(c, trail, map->span, NULL, &message);
}

// Exactly one key besides the known ones: the speaker of a line.
static void check_one_other(struct check *c, const struct trail *trail, const struct rule *rule,
                            const struct node *map)
{
    const struct node *first = NULL;
    struct buf message = {0};

    for (size_t i = 0; i < map->n; i++) {
        const struct node *key = map->keys[i];

        if (map_find(&rule->by_name, key->text.ptr) || map->items[i]->empty_in_flow)
            continue;
        if (!first) {
            first = key;
            continue;
        }
        if (str_nearest(key->text.ptr, rule->names, rule->n_properties)) {
            say_unknown_key(c, trail, rule, key);
            continue;
        }
        buf_printf(&message, "%s has one %s, and here are \"%s\" and \"%s\"", name_of(rule),
                   rule->one_other, first->text.ptr, key->text.ptr);
        say(c, trail, key->span, "write several as a list, one to an item", &message);
        return;
    }
    if (first)
        return;
    buf_printf(&message, "%s needs a %s", name_of(rule), rule->one_other);
    say(c, trail, map->span,
        arena_printf(c->arena, "write it as the key of the words: `%s: words`", rule->one_other),
        &message);
}

static void check_map(struct check *c, const struct trail *trail, const struct rule *rule,
                      struct node *map)
{
    for (size_t i = 0; i < map->n; i++)
        check_member(c, trail, rule, map, i);
    check_required(c, trail, rule, map);
    if (rule->one_other)
        check_one_other(c, trail, rule, map);
}

static bool is_full_form(const struct rule *branch, const char *key)
{
    return branch->types == RULE_MAP && map_find(&branch->by_name, key);
}

static void wrap(struct check *c, const char *key, struct node **n)
{
    struct node *map = node_make_map(c->arena, (*n)->span, 1);

    map->keys[0] = node_make_text(c->arena, (*n)->span, str_of(key));
    map->items[0] = *n;
    *n = map;
}

static void check_union(struct check *c, const struct trail *trail, const struct rule *rule,
                        struct node **n)
{
    const struct rule *branch = branch_choose(rule, *n);
    bool scalar = branch_kind(*n) == 0;

    if (!branch && scalar && branch_is_written(*n) && !rule->title)
        branch = branch_only_scalar(rule);
    if (!branch) {
        say_unexpected(c, trail, rule, *n);
        return;
    }
    if (scalar && branch->text == RULE_TEXT_FREE)
        check_near_miss(c, trail, rule, *n);
    check_node(c, trail, branch, n);
    if (rule->short_form && (*n)->type != NODE_BOOL && !is_full_form(branch, rule->short_form))
        wrap(c, rule->short_form, n);
}

static void check_node(struct check *c, const struct trail *trail, const struct rule *rule,
                       struct node **n)
{
    unsigned kind = branch_kind(*n);

    if ((*n)->unknown)
        return;
    if (rule->n_branches)
        check_union(c, trail, rule, n);
    else if (!kind)
        check_scalar(c, trail, rule, *n);
    else if (!(rule->types & kind))
        say_unexpected(c, trail, rule, *n);
    else if (rule->types == RULE_ANY && !rule->n_properties && !rule->items)
        return;
    else if (kind == RULE_LIST)
        check_list(c, trail, rule, *n);
    else
        check_map(c, trail, rule, *n);
}

bool schema_check_value(const struct schemas *s, const char *name, const char *what,
                        struct node **node, struct arena *a, struct diag *d)
{
    struct check c = {.arena = a, .diag = d, .what = what};
    const struct rule *rule = rules_find(s->rules, name);

    if (!rule) {
        diag_say(d, SEVERITY_ERROR, (*node)->span, NULL, "c41 has no schema \"%s\"", name);
        return false;
    }
    check_node(&c, NULL, rule, node);
    return c.faults == 0;
}

bool schema_check(const struct schemas *s, const char *name, struct node **node, struct arena *a,
                  struct diag *d)
{
    return schema_check_value(s, name, NULL, node, a, d);
}
