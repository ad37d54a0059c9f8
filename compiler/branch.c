// SPDX-License-Identifier: MIT
#include "compiler/branch.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "compiler/node.h"
#include "compiler/rule.h"

enum {
    LACKS_KEY = 1000, // what a mapping loses that has not what a branch needs
    MANY_KEYS = 100,  // of a mapping in which nobody looks for slips
};

static bool is_one_of(const struct rule *rule, struct str text)
{
    for (size_t i = 0; i < rule->n_words; i++)
        if (str_is(text, rule->words[i]))
            return true;
    return false;
}

double branch_number(const struct node *n)
{
    return n->type == NODE_INTEGER ? (double)n->integer : n->real;
}

bool branch_is_number(const struct node *n)
{
    return n->type == NODE_INTEGER || (n->type == NODE_REAL && isfinite(n->real));
}

static bool is_whole(const struct node *n)
{
    return n->type == NODE_INTEGER ||
           (branch_is_number(n) && floor(n->real) == n->real && fabs(n->real) < 9e15);
}

bool branch_in_range(const struct rule *rule, double x)
{
    return (rule->above_minimum ? x > rule->minimum : x >= rule->minimum) &&
           (rule->below_maximum ? x < rule->maximum : x <= rule->maximum);
}

bool branch_is_written(const struct node *n)
{
    return n->type != NODE_LIST && n->type != NODE_MAP && (n->type != NODE_NULL || n->text.len);
}

static bool text_fits(const struct rule *rule, const struct node *n)
{
    return branch_is_written(n) && n->text.len >= rule->least_len &&
           (!rule->n_words || is_one_of(rule, n->text)) &&
           (!rule->pattern || regexec(rule->pattern, n->text.ptr, 0, NULL, 0) == 0);
}

bool branch_takes(const struct rule *rule, const struct node *n)
{
    if (rule->constant && json_is_boolean(rule->constant))
        return n->type == NODE_BOOL && n->flag == json_is_true(rule->constant);
    if (rule->constant)
        return n->type == NODE_INTEGER && n->integer == json_integer_value(rule->constant);
    if (rule->types == RULE_ANY)
        return true;
    if (rule->types & RULE_TEXT) // numbers beside it are for other tools
        return text_fits(rule, n);
    return ((rule->types & RULE_BOOL) && n->type == NODE_BOOL) ||
           ((rule->types & RULE_NULL) && n->type == NODE_NULL) ||
           ((rule->types & RULE_INTEGER) && is_whole(n) &&
            branch_in_range(rule, branch_number(n))) ||
           ((rule->types & RULE_NUMBER) && branch_is_number(n) &&
            branch_in_range(rule, branch_number(n)));
}

// Whether an unknown key of map is nearest to name.
static bool is_misspelt(const struct rule *rule, const struct node *map, const char *name)
{
    for (size_t i = 0; i < map->n && map->n <= MANY_KEYS; i++) {
        const char *key = map->keys[i]->text.ptr, *nearest;

        if (map_find(&rule->by_name, key))
            continue;
        nearest = str_nearest(key, rule->names, rule->n_properties);
        if (nearest && strcmp(nearest, name) == 0)
            return true;
    }
    return false;
}

bool branch_has_key(const struct rule *rule, const struct node *map, const char *name)
{
    return node_get(map, name) || is_misspelt(rule, map, name);
}

unsigned branch_kind(const struct node *n)
{
    return n->type == NODE_LIST ? RULE_LIST : n->type == NODE_MAP ? RULE_MAP : 0;
}

// How well the keys of map fit an object rule; below zero when one that it needs is not there.
static long fit_of(const struct rule *rule, const struct node *map)
{
    long fit = 0;

    for (size_t i = 0; i < map->n; i++)
        fit += map_find(&rule->by_name, map->keys[i]->text.ptr) ? 2 : rule->others ? 1 : 0;
    for (size_t i = 0; i < rule->n_required; i++)
        fit -= branch_has_key(rule, map, rule->required[i]) ? 0 : LACKS_KEY;
    return fit;
}

const struct rule *branch_choose(const struct rule *rule, const struct node *n)
{
    const struct rule *best = NULL;
    unsigned kind = branch_kind(n);
    size_t candidates = 0;
    long most = 0;

    for (size_t i = 0; i < rule->n_branches; i++) {
        const struct rule *branch = rule->branches[i];
        long fit;

        if (!kind && branch_takes(branch, n))
            return branch;
        if (!(branch->types & kind))
            continue;
        candidates++;
        fit = kind == RULE_MAP ? fit_of(branch, n) : 0;
        if (!best || fit >= most) {
            best = branch;
            most = fit;
        }
    }
    return most < 0 && candidates > 1 ? NULL : best;
}

const struct rule *branch_only_scalar(const struct rule *rule)
{
    const struct rule *only = NULL;

    for (size_t i = 0; i < rule->n_branches; i++) {
        if (!(rule->branches[i]->types & ~(unsigned)(RULE_LIST | RULE_MAP)))
            continue;
        if (only)
            return NULL;
        only = rule->branches[i];
    }
    return only;
}
