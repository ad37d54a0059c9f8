// SPDX-License-Identifier: MIT
// The walk: which steps of a graph are wanted, and what is known of each. A step whose inputs are
// there is bound and its key known; what the ledger and the store keep under that key is its
// result. The build walks on as steps end; the plan walks as far as it can see. Loop thread only.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/err.h"
#include "runtime/artifact.h"
#include "runtime/bind.h"
#include "runtime/files.h"
#include "runtime/sched.h"

struct arena;
struct buf;
struct build_options;
struct driver;
struct gifts;
struct graph;
struct ledger;
struct step;
struct store;
struct studio;
struct telling;

enum work_state {
    WORK_WAITING, // for inputs
    WORK_READY,   // its key is known, and nothing is kept under it
    WORK_RUNNING,
    WORK_DONE, // its artifacts are at hand
    WORK_FAILED,
    WORK_SKIPPED, // something that it needs has failed
};

// What is known of one step.
struct work {
    const struct step *step;
    const json_t *preset;
    const char *driver;
    const struct driver *by; // NULL: this c41 has no such driver
    enum work_state state;
    bool wanted;
    bool cached;         // done without running
    bool owed;           // a pick that waits for somebody, or made from one
    bool picked, locked; // of picks: somebody chose, and for good
    bool lapsed;         // somebody chose what the step would not make any more
    bool held;           // a take whose pick names what is lost: not made again
    unsigned tries;      // attempts so far
    size_t waits;        // wanted inputs that are not done
    struct work **users; // every step that takes an output of this one, once for each edge
    size_t n_users;
    struct bound bound; // once ready
    char *preimage;     // once ready
    char key[DIGEST_HEX_BYTES];
    struct artifact *artifacts; // one for each of step->outputs; once done, of a choice once ready
    double seconds;             // what it took, or is expected to take
    struct sched_step sched;    // with the longest way to a target behind it
    const char *note;           // what its driver or its choice had to say
    const char *machine;        // where it was made
    int64_t made_ms;
    const struct err *err; // once failed; in the walk's arena
};

struct walk {
    const struct graph *graph;
    const struct studio *studio; // NULL: this machine alone; set by who has one
    struct arena *arena;
    struct ledger *ledger;
    const struct store *store;
    struct files files;
    struct work *works;        // one a step, in the graph's order
    const struct gifts *gifts; // of what the graph leaves out; NULL: not known, and what takes it
                               // in waits for ever
    struct map recalled;       // id -> what recall.c has found of it
    size_t n_wanted;
    struct map expected;     // "KIND PRESET" -> seconds
    struct telling *telling; // why.c's; NULL until somebody asks
};

// False with ERR_USAGE when options name steps or a kind that the graph does not have.
bool walk_check(const struct graph *graph, const struct build_options *options, struct err *err);

// Borrows everything. options are those that walk_check has seen.
void walk_init(struct walk *w, const struct graph *graph, const struct build_options *options,
               struct ledger *ledger, const struct store *store, struct arena *arena);
void walk_release(struct walk *w);

// Goes through the wanted steps in order and resolves what can be. Does nothing and returns false
// where the ledger has lost what is left out of the graph.
bool walk_resolve_all(struct walk *w);

// The same for those who build nothing: a choice among what is there stays ready, and what is made
// from it is known all the same.
void walk_foresee(struct walk *w);

// A step that no longer waits: binds it, learns its key and looks that up. It is then done, ready
// or failed; or skipped, where it is held.
void walk_resolve(struct walk *w, struct work *work);

// Looks a ready step up again: another step may have made the same meanwhile. Returns whether it is
// done now.
bool walk_look_again(struct walk *w, struct work *work);

// Takes what another key gave (in this film or before) as the result of a ready step, which is done
// then. False: there is none that is whole, with the outputs that the step has now.
bool walk_adopt(struct walk *w, struct work *work, const char *key);

// Marks work done: its users wait for one input less. Calls ready for each that waits no longer.
void walk_finish(struct walk *w, struct work *work, void (*ready)(void *user, struct work *work),
                 void *user);

// Marks everything wanted that needs work, which was lost, as skipped.
void walk_skip(struct walk *w, const struct work *work);

// Recomputes the longest ways of what is not done, from seconds.
void walk_measure(struct walk *w);

// The artifact at the i-th input of step; NULL: not there yet.
const struct artifact *walk_input(const struct walk *w, const struct step *step, size_t i);

// The picks that wait for somebody, among what is wanted.
size_t walk_owed(const struct walk *w);

// What work failed of is kept with it. False.
bool walk_keep_err(const struct walk *w, struct work *work, const struct err *err);

// Whether this machine makes work, whatever the studio is.
bool work_is_made_here(const struct work *work);

// Whether work is made by the draft, in the place of a model.
bool work_is_drafted(const struct work *work);
