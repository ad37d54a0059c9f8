// SPDX-License-Identifier: MIT
// From a film to steps: runs hooks and stdlib/rules on the merged film. Owned by one compilation.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct err;
struct film;
struct graph;
struct node;
struct presets;
struct rules;
struct schemas;
struct sources;
struct use;

struct rules_options {
    struct arena *arena;
    struct diag *diag;
    struct sources *sources;
    const struct schemas *schemas;
    struct presets *presets;
    const char *data_dir;
    const struct rules *sibling; // other rules, whose code of stdlib serves as well; or NULL
};

// Borrows all of options.
struct rules *rules_new(const struct rules_options *options);
void rules_free(struct rules *r); // accepts NULL

// Loads the hook files that the film names and runs on.film, which may replace *film; then checks
// it against the schema again. False with *err as below.
bool rules_hook_film(struct rules *r, struct node **film, struct err *err);

// What rules are told beside the film: ctx in stdlib/rules.
struct rules_context {
    const char *name;         // of the film's file, without its ending
    const struct node *picks; // or NULL
    const struct use *uses;
    size_t n_uses;
    bool draft;
    bool left_out; // the film has parts with more scenes, which were not read
};

// Takes over what other rules of the same film have found out beside steps, and frees them.
void rules_take(struct rules *r, struct rules *others);

// The stages of compiling: whatever is of the whole film is named; then scenes are lowered, from
// the one at position `from` to the one before `to`; then files of the whole film are put together.
// Every step and deliverable goes to graph, unlinked: to the one that the film was opened with, and
// at last to the one that it is closed with. Film, context and graph are borrowed to the end. False
// with *err: ERR_FILM after errors were said, ERR_BUG with a traceback, ERR_TRANSIENT when the film
// cannot be told without what was left out.
bool rules_open_film(struct rules *r, const struct node *film, const struct rules_context *context,
                     struct graph *graph, struct err *err);
bool rules_lower(struct rules *r, size_t from, size_t to, struct err *err);
bool rules_close_film(struct rules *r, struct graph *graph, struct err *err);

// One for each of the film's scenes, in order: its name, and the scenes that it looks at. NULL
// before rules_open_film.
struct script_scene;
const struct script_scene *rules_scenes(const struct rules *r);

// After rules_open_film: whether each scene gives the same steps and files when others are left
// out, and files of the whole film need no more of these than what they gave.
bool rules_by_scene(const struct rules *r);

// Whether rules asked for the pick of that id while they ran.
bool rules_used_pick(const struct rules *r, const char *id);
