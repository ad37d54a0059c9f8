// SPDX-License-Identifier: MIT
#include "runtime/build.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/team.h"
#include "compiler/graph.h"
#include "compiler/studio.h"
#include "runtime/browse.h"
#include "runtime/built.h"
#include "runtime/deliver.h"
#include "runtime/dispatch.h"
#include "runtime/display.h"
#include "runtime/drafted.h"
#include "runtime/dry_run.h"
#include "runtime/elsewhere.h"
#include "runtime/engine.h"
#include "runtime/events.h"
#include "runtime/good.h"
#include "runtime/headroom.h"
#include "runtime/inspect.h"
#include "runtime/ledger.h"
#include "runtime/lock.h"
#include "runtime/offer.h"
#include "runtime/store.h"
#include "runtime/survey.h"
#include "runtime/walk.h"

enum { OWED_CODE = 4 };

struct build {
    const struct graph *graph;
    const struct studio *studio; // NULL: this machine alone
    const struct build_options *options;
    struct clock *clock;
    struct arena *arena;
    struct display *display;
    struct events events;
    struct lock lock;
    struct store store;
    struct ledger *ledger;
    struct walk walk;
    struct engine engine;
    struct build_result result;
    struct buf drafted; // kinds that only the draft makes
    struct delivered *delivered;
    size_t n_delivered;
    size_t to_run;   // wanted and not at hand when the build began
    bool walked;     // walk is filled in
    bool first;      // of this film: nothing is linked yet
    bool made;       // all that there was to make
    struct err told; // last: one trouble may be met in several places
};

bool build_is_whole(const struct build_options *options)
{
    return selection_is_all(&options->only) && !options->to;
}

static bool take_lock(struct build *b, struct err *err)
{
    const char *doing = arena_printf(b->arena, "builds %s", b->graph->film);
    char who[512];

    err->kind = ERR_NONE;
    if (lock_try(&b->lock, b->graph->project, doing, who, sizeof(who), err))
        return true;
    if (err->kind != ERR_NONE)
        return false;
    display_say(b->display, "waiting for %s", who[0] ? who : "another build of this project");
    return lock_wait(&b->lock, doing, err);
}

static bool open_project(struct build *b, struct err *err)
{
    if (!store_init(&b->store, b->graph->project, err) || !take_lock(b, err))
        return false;
    store_sweep(&b->store);
    b->first = browse_is_new(b->graph->project, b->graph->shelf);
    b->ledger = ledger_open(b->graph->project, LEDGER_WRITE, b->clock, err);
    return b->ledger != NULL;
}

static void tell_spoilt(void *user, const char *path, const char *kept)
{
    const struct build *b = user;

    display_tell(b->display, SEVERITY_WARNING, NULL,
                 arena_printf(b->arena,
                              "%s was the store's own file, and something wrote into it: it is "
                              "made again; what was written is now %s",
                              path, kept),
                 "copy a deliverable before you edit it in place");
}

static bool look_around(struct build *b, struct err *err)
{
    if (!b->options->dry_run &&
        !deliver_guard(b->graph, b->ledger, &b->store, b->arena, tell_spoilt, b, err))
        return false;
    b->walked = true;
    walk_init(&b->walk, b->graph, b->options, b->ledger, &b->store, b->arena);
    b->walk.studio = b->studio;
    if (survey_is_due(&b->walk.files) &&
        !survey_run(&b->walk.files, &b->engine, b->options->jobs, b->ledger, b->clock, err))
        return false;
    if (!b->options->dry_run &&
        !inspect_remember(b->studio, b->options->module_dir, b->ledger, b->clock, err))
        return false;
    if (!ledger_hold(b->ledger, err))
        return false;
    b->result.lacks = !walk_resolve_all(&b->walk);
    if (!ledger_check(b->ledger, err))
        return false;
    walk_measure(&b->walk);
    b->result.steps = b->walk.n_wanted + elsewhere_steps(b->options->from, b->graph);
    b->result.draft = drafted_kinds(&b->walk, elsewhere_drafts(b->options->from), &b->drafted);
    return true;
}

// Steps that were at hand all along are counted, and linked where they are not: one that was gone
// for a while has its last key, but no link any more.
static void count_at_hand(struct build *b)
{
    struct err err;

    b->result.cached = b->result.steps - b->walk.n_wanted;
    b->result.saved_seconds = elsewhere_seconds(b->options->from, b->graph);

    for (size_t i = 0; i < b->graph->n_steps; i++) {
        const struct work *work = &b->walk.works[i];
        const char *last;

        if (!work->wanted)
            continue;
        if (work->state != WORK_DONE) {
            b->to_run++;
            continue;
        }
        b->result.cached++;
        b->result.saved_seconds += work->key[0] ? work->seconds : 0;
        last = work->key[0] ? ledger_last_key(b->ledger, b->graph->shelf, work->step->id, b->arena)
                            : NULL;
        browse_link(&b->walk, work);
        if (work->key[0] && (!last || strcmp(last, work->key) != 0))
            ledger_put_last(b->ledger, b->graph->shelf, work->step->id, work->key, &err);
    }
}

// Picks that lapsed are told in every build: somebody chose, and something else is shown.
static void tell_picks(struct build *b)
{
    for (size_t i = 0; i < b->graph->n_steps; i++) {
        const struct work *work = &b->walk.works[i];

        if (work->wanted && work->state == WORK_DONE && work->step->kind->chooses &&
            (work->lapsed || b->to_run))
            dispatch_tell_choice(b->display, work);
    }
}

// --strict: no draft leaves the house, and no take that nobody chose.
static bool is_refused(struct build *b)
{
    size_t owed = b->options->assume_picks ? 0 : walk_owed(&b->walk);

    if (!b->options->strict)
        return false;
    if (b->result.draft)
        display_tell(b->display, SEVERITY_ERROR, NULL,
                     arena_printf(b->arena,
                                  "nothing in the studio makes %s, and --strict builds no "
                                  "drafts",
                                  buf_text(&b->drafted)),
                     "add services to the studio that offer these kinds, or leave out --strict");
    if (owed)
        display_tell(b->display, SEVERITY_ERROR, NULL,
                     arena_printf(b->arena, "%zu pick%s owed", owed, owed == 1 ? " is" : "s are"),
                     "pick with `c41 pick`, or give --assume-picks");
    return b->result.draft || owed;
}

// Steps that were bound and found wanting, and steps that nobody can make: told before any work is
// spent on the others. Returns whether to go on.
static bool tell_impossible(struct build *b, struct dispatch *d)
{
    struct offer_fault *faults;
    size_t n = offer_check(&b->walk, b->engine.media, b->options->assume_picks, &faults);

    for (size_t i = 0; i < b->graph->n_steps; i++) {
        struct work *work = &b->walk.works[i];

        if (work->wanted && work->state == WORK_FAILED)
            dispatch_fail(d, work, work->err, NULL, NULL);
    }
    for (size_t i = 0; i < n; i++)
        dispatch_refuse(d, faults[i].work, &faults[i].err, faults[i].help, faults[i].repeated);
    return b->result.failed == 0 || b->options->keep_going;
}

static bool run_steps(struct build *b, struct err *err)
{
    struct dispatch d = {
        .walk = &b->walk,
        .engine = &b->engine,
        .events = &b->events,
        .display = b->display,
        .options = b->options,
        .clock = b->clock,
        .studio = b->studio,
        .result = &b->result,
        .workers = b->options->jobs ? b->options->jobs : team_cores(),
        .services = {.store = &b->store,
                     .clock = b->clock,
                     .project = b->graph->project,
                     .shelf = b->graph->shelf,
                     .program = b->options->program,
                     .module_dir = b->options->module_dir},
    };

    if (ledger_is_apart(b->ledger))
        display_say(b->display,
                    "the project's disk is another machine's or cannot share memory: the ledger "
                    "keeps a slower journal there; build from one machine at a time");
    if (!headroom_check(&b->walk, b->to_run, err))
        return false;
    engine_start(&b->engine, b->options->jobs);
    if (!engine_load_media(&b->engine, err) || !store_begin(&b->store, err))
        return false;
    d.services.media = b->engine.media;
    d.services.pool = b->engine.pool;
    if (!tell_impossible(b, &d)) {
        b->result.exit_code = err_exit_code(ERR_FILM);
        return true;
    }
    return dispatch_run(&d, err);
}

static const char *status_of(const struct build_result *r)
{
    if (r->exit_code == err_exit_code(ERR_CANCELLED))
        return "interrupted";
    return r->exit_code ? "failed" : "built";
}

static bool hand_out(struct build *b, struct err *err)
{
    return deliver_all(&b->walk, &b->result, b->clock, &b->delivered, &b->n_delivered, err);
}

static json_t *facts_of(const struct build_result *r)
{
    return json_pack("{s:I, s:I, s:I, s:f}", "ran", (json_int_t)r->ran, "cached",
                     (json_int_t)r->cached, "failed", (json_int_t)r->failed, "seconds", r->seconds);
}

static bool record(struct build *b, struct err *err)
{
    const struct build_result *r = &b->result;
    json_t *facts;
    bool ok;

    if (r->exit_code == 0 &&
        !good_record(&b->walk, build_is_whole(b->options) && !elsewhere_is(b->options->from), err))
        return false;
    if (!r->ran && !r->delivered && !r->failed)
        return true;
    facts = facts_of(r);
    ok = ledger_put_build(b->ledger, b->graph->shelf, r->exit_code == 0, facts, err);
    json_decref(facts);
    return ok;
}

static void set_code(struct build *b, const struct err *err)
{
    if (b->result.exit_code == 0)
        b->result.exit_code = err_exit_code(err->kind);
}

static void tell_error(struct build *b, const struct err *err)
{
    if (err->kind != ERR_CANCELLED && strcmp(err->text, b->told.text) != 0)
        display_tell(b->display, SEVERITY_ERROR, NULL, err->text, NULL);
    b->told = *err;
    set_code(b, err);
}

static void tell_end(struct build *b)
{
    const struct delivered *all;
    json_t *kept;
    size_t n;

    b->result.seconds = events_seconds(&b->events);
    b->result.skipped = b->result.steps - b->result.ran - b->result.cached - b->result.failed;
    all = elsewhere_delivered(b->options->from, b->delivered, b->n_delivered, b->arena, &kept, &n);
    events_tell(&b->events, (struct event){.type = EVENT_BUILD_END,
                                           .graph = b->graph,
                                           .result = &b->result,
                                           .status = status_of(&b->result),
                                           .delivered = all,
                                           .n_delivered = n,
                                           .drafted = buf_text(&b->drafted)});
    json_decref(kept);
}

// A pick that lapsed or is owed is told again each time, so such a build is gone through each time.
static bool is_settled(const struct build *b)
{
    if (b->studio && b->studio->fingerprint == FINGERPRINT_STRICT)
        return false; // the services are asked each time
    for (size_t i = 0; i < b->graph->n_steps; i++)
        if (b->walk.works[i].wanted && (b->walk.works[i].state != WORK_DONE ||
                                        b->walk.works[i].lapsed || b->walk.works[i].owed))
            return false;
    return b->result.exit_code == 0;
}

// The last of all: who finds it need not look for what a kill has left. Without it the next build
// finds out by itself, so a fault here is none of this one.
static void leave_fingerprint(struct build *b)
{
    const struct built_from *from = b->made ? b->options->from : NULL;
    struct err err;

    if (from && build_is_whole(b->options) && is_settled(b))
        built_record(from, &b->walk, &b->result, b->delivered, b->n_delivered,
                     buf_text(&b->drafted), &err);
    if (from && from->tell)
        built_tell(from, &b->walk, b->delivered, b->n_delivered);
}

// Everything between the lock and the last word. What is done is handed out even after a failure.
static void make(struct build *b)
{
    struct err err = {0};

    events_tell(&b->events, (struct event){.type = EVENT_BUILD_START,
                                           .graph = b->graph,
                                           .steps = b->result.steps,
                                           .to_run = b->to_run});
    if (b->to_run && !run_steps(b, &err))
        tell_error(b, &err);
    if (b->result.failed)
        set_code(b, &(struct err){.kind = ERR_FINAL});
    if (!hand_out(b, &err))
        tell_error(b, &err);
    if (!b->first)
        browse_prune(&b->walk, b->options->from); // what is gone need not make anything run
    if (!record(b, &err) || !ledger_tick(b->ledger, true, &err))
        tell_error(b, &err);
    if (b->options->strict && b->result.exit_code == 0 &&
        (b->result.findings || (!b->options->assume_picks && walk_owed(&b->walk))))
        b->result.exit_code = OWED_CODE;
    b->made = true;
    tell_end(b);
}

static void run(struct build *b)
{
    struct err err = {0};

    if (!walk_check(b->graph, b->options, &err) || !open_project(b, &err) ||
        !look_around(b, &err)) {
        tell_error(b, &err);
        return;
    }
    if (b->result.lacks)
        return;
    count_at_hand(b);
    if (is_refused(b)) {
        b->result.exit_code = OWED_CODE;
        return;
    }
    tell_picks(b);
    if (b->options->dry_run)
        dry_run_tell(b->display, &b->walk, b->options->explain, b->to_run, b->result.cached);
    else
        make(b);
}

static void close_project(struct build *b)
{
    struct err err;

    engine_stop(&b->engine);
    if (b->ledger && !ledger_close(b->ledger, &err))
        tell_error(b, &err);
    store_release(&b->store);
    leave_fingerprint(b);
    if (b->walked)
        walk_release(&b->walk);
    lock_release(&b->lock);
    display_free(b->display);
    buf_release(&b->drafted);
    arena_free(b->arena);
}

struct build_result build_run(const struct graph *graph, const struct studio *studio,
                              const struct build_options *options)
{
    struct build_options own = *options;
    struct build b = {
        .graph = graph,
        .studio = studio,
        .options = &own,
        .clock = options->clock ? options->clock : clock_system(),
        .arena = arena_new(),
        .lock = {-1},
    };

    if (!own.program)
        own.program = path_of_program(b.arena);
    b.engine.module_dir = own.module_dir;
    b.display = display_new(&own.display, b.clock);
    events_init(&b.events, &own, b.display, b.clock);
    run(&b);
    close_project(&b);
    return b.result;
}
