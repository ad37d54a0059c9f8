// SPDX-License-Identifier: MIT
// A preset's file put into its normal form (docs/presets.md): places of values resolved to node and
// field, sizes to numbers, slots of chains to positions. Everything that is wrong is said at its
// place in the preset's file.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arena;
struct diag;
struct node;
struct workflow;

// What the parts of a preset share while they are put into form.
struct form {
    struct arena *arena;
    struct diag *diag;
    const struct workflow *workflow; // NULL: none
    json_t *out;
    bool wrong;
};

// root is a preset, checked by its schema. workflow is its workflow, or NULL when it has none.
// Returns a new value, or NULL after saying why.
json_t *preset_form(const struct node *root, const struct workflow *workflow, struct arena *a,
                    struct diag *d);

// The parts: a mapping of `chains`, or `windows`, as a new value; the outputs, into f->out.
json_t *form_chain(struct form *f, const struct node *chain);
void form_output(struct form *f, const struct node *root);

// Says what is wrong at `at`, and that the preset is.
void form_say(struct form *f, const struct node *at, const char *help, const char *message);

// Appends value, which is taken, unless it is NULL.
void form_add(json_t *list, json_t *value);
