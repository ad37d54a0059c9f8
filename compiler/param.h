// SPDX-License-Identifier: MIT
// Names that stand for values: `params:` with what the command line gives, the columns of a row;
// and
// ${name} in a tree replaced by them. Lives in the compilation's arena.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"

struct arena;
struct diag;
struct err;
struct film_value;
struct node;

struct value {
    const char *name;
    const struct node *node; // a scalar; NULL: it must be given and is not, which was said
    bool placed;             // what it fills in stands at the value's place (a row's field)
};

// Values by name; what is not here is looked for further up.
struct scope {
    const struct scope *up;
    bool placed; // for the values that are added
    struct value *values;
    const char **names;
    size_t n;
    struct map by_name;
};

void scope_init(struct scope *s, const struct scope *up, struct arena *a, size_t most);
void scope_release(struct scope *s);
void scope_add(struct scope *s, const char *name, const struct node *value);

// Adds the params that a film's `params:` declares (checked by film.json#/$defs/params) and that
// are not there yet, with their values: those given, else their defaults. Says what is missing or
// wrong. *used[i] is set for each of the values that was taken.
void param_read(struct scope *s, const struct node *params, const struct film_value *given,
                size_t n_given, bool *used, struct arena *a, struct diag *d);

// Replaces ${name} in all scalars below *n, keys too, and $${ by ${. A scalar that is just ${name}
// takes the value's type, and the place of a row's field.
void param_fill(struct node **n, const struct scope *s, struct arena *a, struct diag *d);

// What the command line gives, "NAME=VALUE" each. n of them, in a; NULL with ERR_USAGE for a text
// that is none.
struct film_value *param_values(const char *const *given, size_t n, struct arena *a,
                                struct err *err);
