// SPDX-License-Identifier: MIT
// The graph: what a film compiles to. Steps in an order in which every input stands before its
// user, joined by edges. Made by the compiler, read-only afterwards; all of it lives in one arena.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/map.h"

struct arena;
struct buf;
struct err;

// What a step does. The table of kinds is DESIGN.md's, in kind.c, sorted by name.
struct kind {
    const char *name;
    const char *colour;         // of its nodes in a drawing of the graph
    const char *const *outputs; // what it makes where a step does not say, NULL behind the last
    unsigned version;           // in the key: raised when the meaning of params changes
    bool drafted;               // the draft studio makes it
    bool local;                 // this machine always makes it
    bool chooses;               // stands for one of its inputs, and makes no file of its own
    bool shown;                 // for people: built with the film though no other step uses it
    bool keeps;                 // its op keeps what it may want again (runtime/media/keep.h)
    bool marked;   // its param `draft` says whether any step of the film is the draft's
    bool optional; // left out where nobody makes it; others compile and wait for a studio
};

const struct kind *kind_find(const char *name); // NULL: no such kind
const struct kind *kind_all(size_t *n);

enum edge_mode {
    EDGE_USE,  // the input's digest is in the key
    EDGE_READ, // only values taken by late params are in the key
};

// One input of a step: an output of another step, or a file of the project. Several edges of one
// name are a list, in order.
struct edge {
    const char *name;
    const char *step;   // the id of from
    struct step *from;  // once the graph is linked; NULL for a file, and for what is left out
    const char *output; // which artifact of from
    const char *file;   // path in the project; NULL for a step's output
    enum edge_mode mode;
};

// A phrase of a picture's words, and where it comes from.
struct phrase {
    const char *text;
    struct place at; // as in step
};

struct step {
    const char *id;
    const struct kind *kind;
    const char *preset; // its name; graph_preset finds it
    const char *params; // an object in canonical JSON, for step_params; a late value in it is
                        // {"late": "INPUT.FACT", "plus", "min", "max"}
    struct edge *inputs;
    size_t n_inputs;
    const char **outputs; // names of the artifacts it makes, the main one first
    size_t n_outputs;
    struct phrase *words; // of the prompt, for `c41 show`; in no key
    size_t n_words;
    const char *note;  // a remark of the film for people, or NULL; in no key
    const char *scene; // NULL: of the whole film
    const char *shot;  // "scene/shot", or NULL
    unsigned take;     // from 1; 0 where takes mean nothing
    struct span span;  // the film's line that asked for it; means something to graph_link alone
    struct place at;   // the same, ready to print; in no key
    size_t index;      // its place in graph.steps
};

struct deliverable {
    const char *name;
    const char *asked;     // the id of step
    struct span span;      // as in step
    struct span file_span; // of what names its file
    struct step *step;     // found by graph_link
    const char *output;
    const char *file;       // path in the project, as for a film without draft steps
    const char *draft_file; // the same below out/draft/
    size_t index;           // in the order in which they were made, while the graph is linked
};

struct graph {
    struct arena *arena;
    const char *project; // the folder that files are relative to
    const char *film;    // the film's file name without its ending
    const char *shelf; // where its results stand in ledger and browse/: film, or "FILM.draft" when
                       // the draft was asked for, which takes nothing away from the film's own
    const char *title;
    json_t *presets; // kind -> name -> the preset in use, normalised, its workflow within
    struct step **steps;
    size_t n_steps;
    struct deliverable *deliverables;
    size_t n_deliverables;

    const char **open_picks; // ids of steps that somebody has picked from, which may be left out
    size_t n_open_picks;
    bool drafted; // whether a step that is not in it is the draft's; else graph_link tells
    const struct map *elsewhere; // ids of steps that may be named and are left out; NULL: none are
    struct map by_id;            // graph_find's
    size_t cap_steps, cap_deliverables;
};

// Making a graph: fill in the fields of what graph_add returns (text in graph.arena), in any order
// of steps; then link.
struct graph *graph_new(void);
struct step *graph_add(struct graph *g, const char *id, const struct kind *kind);

// The same for a step that may be there already: it joins the graph with graph_join, which leaves
// it out when it is all that the step called so in g is, as far as that stands before `from`.
struct step *graph_make(struct graph *g, const char *id, const struct kind *kind);
void graph_join(struct graph *g, struct step *s, size_t from);
struct deliverable *graph_deliver(struct graph *g, const char *name);

// Finds what every edge names and puts the steps in order (inputs first, else as added). A circle
// or an id used twice is said to d at both places, and so is a deliverable of no step. Returns
// false with *err after that (ERR_FILM), or when an edge names what is not there (ERR_BUG).
bool graph_link(struct graph *g, struct diag *d, struct err *err);

// Checks the late values within params: only the forms of DESIGN.md, each of an input of s. Adds to
// why and returns false at the first that is not so.
bool graph_check_late(const struct step *s, struct buf *why);

// Drops what the arena does not hold; then frees the arena. Accepts NULL.
void graph_free(struct graph *g);

// NULL when there is no such step.
struct step *graph_find(const struct graph *g, const char *id);

// "did you mean …?" with the id nearest to one that is not there, or NULL. In g's arena.
const char *graph_nearest(const struct graph *g, const char *id);

// The params of a step as a new value.
json_t *step_params(const struct step *s);

// Whether the params have a member of that name.
bool step_has_param(const struct step *s, const char *name);

// Sets a member of the params that is true or false already.
void graph_set_flag(struct graph *g, struct step *s, const char *name, bool flag);

// The preset of a step. Names are unique within a kind only ("draft" makes many).
const json_t *graph_preset(const struct graph *g, const struct step *s);

// The graph as `c41 graph --format json` prints it: a new value, equal for equal films. Places are
// not in it: they change with a comment, and with the folder where the command was given.
json_t *graph_json(const struct graph *g);
void graph_dot(const struct graph *g, struct buf *out);
