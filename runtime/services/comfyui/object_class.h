// SPDX-License-Identifier: MIT
// Node classes as object_info holds them: what each takes and gives. All of it lives in the arena
// of its object_info. Private to the object_info files.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

struct arena;
struct json_scan;
struct object_info;

// Choices of a combo. Equal lists are one, for every loader of a server lists the same files.
struct choices {
    const char *const *at;
    size_t n;
    size_t number; // in object_info.lists
};

enum input_kind {
    INPUT_LINK,    // by its type
    INPUT_INTEGER, // a number that may be given as text
    INPUT_NUMBER,
    INPUT_TEXT,
    INPUT_FLAG,
    INPUT_COMBO,
    INPUT_DYNAMIC, // a combo whose choice brings inputs along: "parent.child"
    INPUT_GROWING, // "parent.prefix0", "parent.prefix1", …
};

struct class_inputs {
    struct class_input *at;
    size_t n;
};

struct class_input {
    const char *name;
    const char *type; // as links have it: "IMAGE", "A,B", "*"
    enum input_kind kind;
    bool required;
    bool open;                     // its choices are not all that may be chosen
    bool listed;                   // in the older spelling: its type is the list itself
    double min, max;               // of numbers; infinite where nothing is said
    const struct choices *choices; // of combos
    const struct choices *keys;    // of a dynamic combo; options[i] belongs to keys->at[i]
    struct class_inputs *options;
    const char *prefix; // of a growing one, whose first `least` are required
    size_t least;
};

struct class_output {
    const char *name, *type;
};

struct object_class {
    const char *name, *module;
    bool saves; // an output node
    struct class_inputs inputs;
    struct class_output *outputs;
    size_t n_outputs;
    struct object_class *next; // another definition of the same name
};

struct object_info {
    struct arena *arena;
    struct map by_name; // -> the first definition
    VEC(struct object_class *) classes;
    struct map by_text; // the JSON of a list -> struct choices
    struct map types;   // texts that are the same in many places
    VEC(struct choices *) lists;
    VEC(struct class_input) specs; // of a kept document: inputs without their names
    bool backslashes;              // names of files are spelt as Windows does
    struct buf scratch;            // of the reader
    unsigned depth;                // of dynamic combos within each other, while they are read
};

const struct object_class *object_class_find(const struct object_info *o, const char *name);

// Reads the inputs of one section ("required" or "optional") that s stands at, adding to what is in
// out.
void class_inputs_read(struct object_info *o, struct json_scan *s, bool required,
                       struct class_inputs *out);

// Reads {"required": {…}, "optional": {…}} of a class, an option or a template; the hidden ones are
// the server's to fill.
void class_sections_read(struct object_info *o, struct json_scan *s, struct class_inputs *out);

// Reads all of an input but its name and whether it must be there.
void class_input_read(struct object_info *o, struct json_scan *s, struct class_input *in);

// Adds the list that a JSON array is.
struct choices *choices_add(struct object_info *o, struct str array);

// The list that s stands at, which may be there already.
const struct choices *choices_read(struct object_info *o, struct json_scan *s);

// text for as long as the object_info, once however often it is asked for.
const char *object_info_text(struct object_info *o, struct str text);
