// SPDX-License-Identifier: MIT
// Hooks: Lua files of a film that change it, its shots and its steps on the way to the graph. A
// file runs anew for every call of one of its functions, so that nothing is carried from one shot
// or step to the next: compiling one scene gives what compiling all of them gives.
#pragma once

#include <stdbool.h>

struct hooks;
struct lua_State;
struct node;
struct script;

enum hook_kind { HOOK_FILM, HOOK_SHOT, HOOK_STEP, HOOK_KINDS };

struct hooks *hooks_new(struct script *s);
void hooks_free(struct hooks *h); // accepts NULL

// Loads the files that the film's `hooks` (a path or a list; NULL: none) names, and runs each once
// to see what it registers. False after errors, all said.
bool hooks_load(struct hooks *h, const struct node *files);

// Whether any file registered such a function.
bool hooks_has(const struct hooks *h, enum hook_kind kind);

// Whether the film has any hook file.
bool hooks_any(const struct hooks *h);

// Gives *film to the functions of on.film and checks what they made of it.
bool hooks_film(struct hooks *h, struct node **film);

// Gives the table on top to the functions of kind (shot or step), each in its turn. On success the
// table is what they made of it; after an error, which was said, false.
bool hooks_run(struct hooks *h, enum hook_kind kind);

// No hook runs any more: one has made something that cannot be used, and would do so again and
// again.
void hooks_stop(struct hooks *h);

// The same for the shot on top, and what they made of it as a tree that passed the schema. NULL
// after saying at the hook's place why not.
struct node *hooks_shot(struct hooks *h);

// require "c41.on" within a hook: pushes the table of registering functions.
int hooks_push_on(struct lua_State *L);
