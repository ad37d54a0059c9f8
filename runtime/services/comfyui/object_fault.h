// SPDX-License-Identifier: MIT
// One comparison of a workflow with what a server has: what is wrong is added to its list. Private
// to the object_info files.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct arena;
struct choices;
struct class_input;
struct object_class;
struct object_info;

struct comparison {
    const struct object_info *info;
    const json_t *preset, *workflow;
    struct arena *arena; // as long as the comparison
    struct map brought;  // "NODE.FIELD" that each step brings along
    struct map told;     // what was said, so that it is said once
    json_t *list;        // NULL: faults are counted only
    size_t n;            // faults
};

// Which field of which node is looked at.
struct field_at {
    const char *id, *class, *field;
};

// what: a noun, for it stands behind "the server lacks".
void fault_add(struct comparison *c, const char *what, const char *help);

// A value that stands in a field, and a link.
void value_check(struct comparison *c, const struct field_at *at, const struct class_input *in,
                 const json_t *value);
void link_check(struct comparison *c, const struct field_at *at, const struct class_input *in,
                const json_t *link);

// That the server has no such class.
void class_missing(struct comparison *c, const char *class);

// The choice that a value is, files in any subfolder and with any separator: as the server spells
// it, or NULL. Borrowed. The other looks into all definitions of the class.
const char *choice_find(const struct choices *choices, const json_t *value);
const char *choice_find_any(const struct object_info *o, const char *class,
                            const struct class_input *in, const json_t *value);
bool choice_is_file(const json_t *value);

// The folder of models that a file belongs into, by the preset's needs, else by the field; NULL
// where nobody knows.
const char *folder_of(const json_t *preset, const struct field_at *at, const char *file);

// The input that a field of a node is, dotted ones too; NULL when the class, as its dynamic combos
// are chosen, declares none.
const struct class_input *input_find(const struct object_class *class, const json_t *fields,
                                     const char *field);

// The fields that a node must have and has not: a new list of texts.
json_t *inputs_missing(const struct object_class *class, const json_t *fields);

// Which output of class is the n-th of those that the preset was made with, for a field that takes
// type: by its name, else as the only one of that type; n where the preset does not say what they
// were called. -1: there is none.
json_int_t output_resolve(const json_t *preset, const struct object_class *class, json_int_t n,
                          const char *type);

// Whether an output of one type goes into a field of the other.
bool types_fit(const char *given, const char *taken);
