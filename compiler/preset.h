// SPDX-License-Identifier: MIT
// Presets: how one kind of step is made with one model. Found by kind and name, checked with their
// workflow, and put into the form that travels in the graph (docs/presets.md). Owned by one
// compilation; presets live as long as it does.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

struct arena;
struct presets;
struct step;
struct schemas;
struct sources;

// Where presets stand, in the order in which they are searched. `command` presets run programs, so
// they are never read from a project.
enum preset_origin { PRESET_PROJECT, PRESET_STUDIO, PRESET_USER, PRESET_BUILTIN };

// Where a step has such an input (or, "speakers", more tracks than the preset takes), preset makes
// it.
struct preset_instead {
    const char *input;
    const struct preset *preset;
};

struct preset {
    const char *name, *kind;
    const char *file;  // where it stands, for people
    const char *about; // "" when it says nothing; in no key
    enum preset_origin origin;
    json_t *json;                // normalised: docs/presets.md
    const char *const *needs;    // params and inputs that a step cannot do without, NULL at the end
    const struct preset *longer; // the preset that takes over past this one's length, or NULL
    const struct preset_instead *instead; // n_instead of them
    size_t n_instead;
};

struct presets_options {
    const struct schemas *schemas;
    struct sources *sources;   // of the project
    bool project;              // PROJECT/presets is looked into, as far as it is trusted
    const char *const *studio; // the studio's `presets:` folders
    size_t n_studio;
    const char *config; // the user's config folder (presets/, trust.json), or NULL
    const char *data;   // the folder that holds our presets/ and stdlib/
};

// Reads nothing yet. Borrows what options point at.
struct presets *presets_new(struct arena *a, struct diag *d, const struct presets_options *options);
void presets_free(struct presets *p); // drops the JSON; accepts NULL

// The preset called name that makes kind ("deliver" for deliverables). NULL after saying why: at
// `at` when there is none (with the nearest name), at its own place when the preset is wrong.
// Repeated calls return the same preset.
const struct preset *presets_find(struct presets *p, const char *kind, const char *name,
                                  struct span at);

// The preset that makes a step with these inputs (names, with repeats): itself, or the one it gives
// way to. Never NULL.
const struct preset *preset_for(const struct preset *preset, const char *const *inputs, size_t n);

// The name of something that the preset cannot do without and that the step, which has its params
// and inputs, does not have, or NULL.
const char *preset_missing(const struct preset *preset, const struct step *step);

// Every preset that can be found, sorted by kind and name; those hidden by an earlier folder are
// left out, and so are those that do not read. For `c41 presets` and completion. Lives in the
// arena.
const struct preset *const *presets_all(struct presets *p, size_t *n);

// One preset file, read and checked by itself; NULL after saying why.
const struct preset *presets_read(struct presets *p, const char *path);

// The path of the recipe called name in the same search order, or NULL after saying why. Lives in
// the arena.
const char *presets_recipe(struct presets *p, const char *name, struct span at);
const char *const *presets_recipes(struct presets *p, size_t *n); // names, sorted
