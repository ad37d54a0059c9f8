// SPDX-License-Identifier: MIT
// One compilation: from a film's path to its graph. A pure function of files: it reads no
// environment, no clock and no network, so whoever makes one hands in everything. Owned and used by
// one thread, which may have others help it meanwhile. Hook files run under a watchdog: one that
// never comes back out of C ends the whole program with exit code 2, after its place was printed to
// stderr.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;
struct compile;
struct diag;
struct err;
struct graph;
struct map;
struct part;
struct schemas;
struct source;
struct studio;

struct compile_options {
    const char *film;       // path as it was given on the command line
    const char *data_dir;   // the folder that holds stdlib/ and presets/
    const char *studio;     // path of the studio file; NULL: none, or a trusted one of the project
    const char *config_dir; // the user's folder (presets, recipes, trust); NULL: none
    const char *home;       // what "~" stands for in a studio; NULL: nothing
    const json_t *use;      // --use: {KIND: PRESET}; NULL: none
    const struct schemas *schemas; // of data_dir, where many films are compiled; NULL: opened
    const char *const *params;     // of a recipe, "NAME=VALUE" each
    size_t n_params;
    bool draft;                 // --draft: the draft makes everything, whatever studio and film say
    unsigned threads;           // for a long film; 0: this one alone. The graph is the same
    bool drafted;               // whether what is left out has a draft's steps
    const struct map *left_out; // path -> film_left_out: parts whose scenes are not wanted; NULL:
                                // none
    const struct map *elsewhere; // ids of the steps that these have given to files of the whole
                                 // film; NULL: there are no such files
};

// Borrows opts and what it points at until compile_free.
struct compile *compile_new(const struct compile_options *opts);
void compile_free(struct compile *c); // accepts NULL

// Runs the passes in order; a pass with errors is the last. Returns the graph, or NULL with *err:
// ERR_FILM when what is wrong was said to compile_diag, ERR_BUG with a traceback when c41 itself
// is, ERR_TRANSIENT when the film cannot be told without what was left out.
const struct graph *compile_run(struct compile *c, struct err *err);

// What was said, warnings too. Render it whatever compile_run returned.
struct diag *compile_diag(struct compile *c);

// The graph, NULL before the last pass; take hands it over to the caller (graph_free).
const struct graph *compile_graph(const struct compile *c);
struct graph *compile_take_graph(struct compile *c);

// The studio in use, NULL when there is none. Borrowed.
const struct studio *compile_studio(const struct compile *c);

// The merged film in its full form, as JSON: a new value, NULL before the film was read.
json_t *compile_film(const struct compile *c);

// Everything that was read, listed or looked for, which is what decides the film.
// Borrowed.
const struct source *const *compile_reads(const struct compile *c, size_t *n);

// The parts of the film, after the rules have run: see compiler/parts.h. In c's arena.
const struct part *compile_parts(const struct compile *c, size_t *n);

// A pass: one stage of the way from text to graph. print adds its result in a form for people.
struct compile_pass {
    const char *name;
    const char *about;
    bool (*run)(struct compile *c, struct err *err);
    void (*print)(const struct compile *c, struct buf *out);
};

// The passes in the order in which they run.
const struct compile_pass *compile_passes(size_t *n);
