// SPDX-License-Identifier: MIT
// One schema as the compiler checks it: a JSON Schema object, its references resolved and its
// unions flattened. Made by schemas_open, read-only afterwards.
#pragma once

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct arena;
struct err;

enum rule_type {
    RULE_NULL = 1,
    RULE_BOOL = 2,
    RULE_INTEGER = 4,
    RULE_NUMBER = 8, // integers too
    RULE_TEXT = 16,
    RULE_LIST = 32,
    RULE_MAP = 64,
    RULE_ANY = 127,
};

enum rule_text {
    RULE_TEXT_PLAIN, // names, paths: no care
    RULE_TEXT_FREE,  // dialogue, prompts: YAML must not have eaten a part of it
};

struct property {
    const char *name;
    const struct rule *rule;
};

struct rule {
    unsigned types;                  // of enum rule_type
    const char *title, *description; // or NULL
    enum rule_text text;
    const char *short_form; // "prompt": a TEXT stands for {prompt: TEXT}; or NULL
    const char *one_other;  // "speaker": exactly one key besides properties; or NULL

    struct property *properties; // as written, at the head of `names`
    const char **names;
    size_t n_properties;
    struct map by_name;
    const struct rule *others; // additionalProperties; NULL: none are allowed
    const char **required;
    size_t n_required;
    const char **need_one; // at least one of these keys
    size_t n_need_one;

    const struct rule *items; // NULL: anything
    size_t least_items, most_items;

    const char **words; // enum and const of texts
    size_t n_words;
    const json_t *constant; // const that is no text, or NULL

    const struct rule **branches; // anyOf, flattened
    size_t n_branches;

    double minimum, maximum;           // -INFINITY, INFINITY: none
    bool above_minimum, below_maximum; // the bound itself is not allowed
    size_t least_len;
    regex_t *pattern; // or NULL
};

struct rules;

// Compiles the schema files of folder dir. NULL with *err when one is not of the stated subset.
struct rules *rules_open(const char *dir, struct err *err);
void rules_close(struct rules *r); // accepts NULL

// "film.json" or "film.json#/$defs/shot"; NULL when there is no such schema.
const struct rule *rules_find(const struct rules *r, const char *name);
