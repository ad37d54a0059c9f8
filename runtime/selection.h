// SPDX-License-Identifier: MIT
// A selection: which steps are meant. Globs over ids (`*` matches `/` too), a kind, a scene, a
// status. Every command that names steps takes the same; so ids may come from a graph or from the
// ledger.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct graph;
struct step;

// What is NULL or 0 leaves nothing out. Borrows all of its text.
struct selection {
    const char *const *globs; // a step is meant when one of them matches
    size_t n_globs;
    const char *kind, *scene;
    bool stale; // only what is not current: for selection_takes
};

// What was called ids, kinds and scenes, as a graph or the ledger has them.
struct selectable {
    const char *id, *kind;
    const char *scene; // NULL where it is not known: then the first name of id
};

// Whether nothing is left out; stale does not count, for it says nothing about names.
bool selection_is_all(const struct selection *s);

// Whether globs, kind and scene take it in.
bool selection_has(const struct selection *s, const struct selectable *what);
bool selection_has_step(const struct selection *s, const struct step *step);

// The same of a step whose status is known, where stale counts too.
bool selection_takes(const struct selection *s, const struct step *step, bool current);

// False with ERR_USAGE when a glob matches nothing, or nothing is of that kind and scene: says the
// nearest id or scene. stale is not looked at: that nothing is stale is no fault.
bool selection_check(const struct selection *s, const struct graph *graph, struct err *err);

// The same for ids of any source; where is what they are of: "the film", "the ledger".
bool selection_check_among(const struct selection *s, const struct selectable *list, size_t n,
                           const char *where, struct err *err);
