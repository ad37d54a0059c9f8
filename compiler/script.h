// SPDX-License-Identifier: MIT
// What the functions of the c41 table work on: found from any Lua state by script_of. Internal to
// the files that make up the Lua side of the compiler: api, hooks, lower, rules.
#pragma once

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/places.h"
#include "compiler/texts.h"

struct arena;
struct digester;
struct graph;
struct hooks;
struct lua_State;
struct lua_fault;
struct lua_host;
struct node;
struct preset;
struct presets;
struct schemas;
struct source;
struct sources;
struct step;

// A place that Lua holds as a number: its position in the list, from 1.
struct script_place {
    struct span span;
    const struct node *node; // for parts of its text; may be NULL
};

// What is known of a scene once it is lowered.
struct script_scene {
    const char *name;
    VEC(size_t) looks_at; // positions of other scenes, from 0, with repeats
    const char *given;    // what it gives to files of the whole film, as JSON; NULL: nothing
};

struct script {
    struct arena *arena;
    struct diag *diag;
    struct sources *sources;
    const struct schemas *schemas;
    struct presets *presets;
    const char *data_dir;
    struct lua_host *host;
    struct hooks *hooks;
    struct graph *graph;       // while rules run
    size_t scene_from;         // of its steps, where those of the scene begin that is lowered now
    const struct node *scenes; // of the film
    size_t scene;              // the one that is lowered now, from 1; 0: none
    struct script_scene *about_scenes; // one for each of scenes
    bool left_out;                     // other parts of the film have more scenes
    bool kept;                         // which stand among scenes as film_kept has them
    bool wants_all;                    // and something cannot be told without them
    struct span hook_at;               // the hook that runs; {0}: none
    unsigned hooks_said;               // how many errors and warnings hooks have said
    struct buf text; // of the step that is lowered; Lua's errors jump over any release
    VEC(struct script_place) places;
    VEC(const struct preset *) used; // those in the graph
    struct places lately;            // of steps and their words
    struct texts texts;              // of the same, in the graph's arena
    struct digester *digester;
    struct map assets;  // path -> struct asset, so that each file is looked at once
    struct map modules; // path -> struct str, code of stdlib's Lua
    struct map chunks;  // path -> struct source, of hook files
    struct map tables;  // digest of a text -> struct csv
};

struct script *script_of(struct lua_State *L);

// Places that Lua holds as numbers; 0 and nil are none. script_span gives the hook's place for
// none.
long long script_add_place(struct script *s, struct span span, const struct node *node);
const struct script_place *script_place(struct lua_State *L, int idx);
struct span script_span(struct lua_State *L, int idx);

// The line of a hook file that was loaded as chunk; no place for other chunks.
struct span script_line(struct script *s, const char *chunk, unsigned line);

// Says why a hook failed, at its line, or at otherwise where Lua does not tell one.
void script_say_fault(struct script *s, const struct lua_fault *fault, struct span otherwise);

// Push the function of a Lua file without running it. False with *fault.
bool script_load_stdlib(struct script *s, const char *path, struct lua_fault *fault);
bool script_load_source(struct script *s, const struct source *source, struct lua_fault *fault);

// Pushes the environment of one run of rules (trusted) or of a hook file, with a require of its
// own.
void script_push_env(struct lua_State *L, bool trusted);

// Pushes the c41 table: all of it for rules, what hooks may use otherwise. Sealed, made once.
void api_push(struct lua_State *L, bool trusted);

// The text in argument idx, in the compilation's arena.
const char *script_text(struct lua_State *L, int idx);

// c41.read and c41.csv; c41.asset and c41.list, for rules alone.
int files_read(struct lua_State *L);
int files_csv(struct lua_State *L);
int files_asset(struct lua_State *L);
int files_list(struct lua_State *L);

// c41.scene(i): scene number i of the film, from 1, as a new table. c41.look_at(i): the one that is
// lowered now gives something else when scene i does. c41.name_scene(i, name): what it is called.
// c41.want_neighbours(i): the scenes around it matter. c41.want_all(): what was left out does. For
// rules alone.
int script_scene(struct lua_State *L);
int script_look_at(struct lua_State *L);
int script_name_scene(struct lua_State *L);
int script_want_neighbours(struct lua_State *L);
int script_want_all(struct lua_State *L);

// Gives the step its preset, or the one that this gives way to where the step has inputs that it
// does not take; hooked: at a hook's word. Returns it; NULL where there is none, which was said.
const struct preset *script_choose_preset(struct script *s, struct step *step, const char *name,
                                          bool hooked);

// c41.step, c41.deliver and c41.preset, for rules alone.
int lower_step(struct lua_State *L);
int lower_deliver(struct lua_State *L);
int lower_preset(struct lua_State *L);
