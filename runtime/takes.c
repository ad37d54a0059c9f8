// SPDX-License-Identifier: MIT
#include "runtime/takes.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/graph.h"
#include "runtime/artifact.h"
#include "runtime/ledger.h"
#include "runtime/service.h"
#include "runtime/store.h"
#include "runtime/walk.h"

// What the params of a pick step say.
struct wish {
    const char *is; // the digest, or its beginning, of what somebody chose; NULL
    bool locked;
    const char *how;   // "auto", "ask"
    json_int_t number; // of the take that the film asks for; 0: none
    double enough;     // the score at which no further take is looked at; 0: none
};

static struct wish read_wish(const struct step *step, struct arena *a)
{
    json_t *params = step_params(step);
    const char *is = json_get_text(params, "is", NULL);
    struct wish wish = {
        .is = is ? arena_strdup(a, is) : NULL,
        .locked = json_get_flag(params, "locked", false),
        .how = arena_strdup(a, json_get_text(params, "pick", "auto")),
        .number = json_get_integer(params, "pick", 0),
        .enough = json_get_number(params, "until", 0),
    };

    json_decref(params);
    return wish;
}

// The work's artifacts become those of one take; it has one output, whatever the take calls it.
static void stand_for(struct walk *w, struct work *work, const struct artifact *take)
{
    work->artifacts = arena_array(w->arena, struct artifact, work->step->n_outputs);
    for (size_t i = 0; i < work->step->n_outputs; i++) {
        work->artifacts[i] = *take;
        work->artifacts[i].name = work->step->outputs[i];
        json_incref(take->facts);
    }
}

static bool stand_for_kept(struct walk *w, struct work *work, const char *is)
{
    struct artifact kept;

    if (!ledger_find_artifact(w->ledger, work->step->id, is, w->arena, &kept))
        return false;
    if (store_has(w->store, kept.path))
        stand_for(w, work, &kept);
    json_decref(kept.facts);
    return work->artifacts != NULL;
}

bool takes_locked(struct walk *w, struct work *work)
{
    struct wish wish = read_wish(work->step, w->arena);

    work->picked = wish.is != NULL;
    work->locked = wish.locked;
    return wish.is && wish.locked && stand_for_kept(w, work, wish.is);
}

// A driver of this machine gives the same bytes again; a model does not.
static bool is_repeatable(const struct walk *w, const struct step *step)
{
    for (size_t i = 0; i < step->n_inputs; i++) {
        const struct step *from = step->inputs[i].from;
        const struct driver *by = from ? w->works[from->index].by : NULL;

        if (strcmp(step->inputs[i].name, "take") == 0 && (!by || !by->op))
            return false;
    }
    return true;
}

bool takes_lost(struct walk *w, const struct work *work, struct err *err)
{
    const char *is = read_wish(work->step, w->arena).is;
    struct artifact kept;
    bool here;

    if (!is)
        return false;
    if (ledger_find_artifact(w->ledger, work->step->id, is, w->arena, &kept)) {
        here = store_has(w->store, kept.path);
        json_decref(kept.facts);
    } else {
        here = is_repeatable(w, work->step);
    }
    return !here &&
           !err_set(
               err, ERR_FILM,
               "the artifact %s, which was picked for %s, is lost: it is not in the store, and "
               "a render cannot be repeated. Give the store back (.c41/store of a copy), or "
               "pick again",
               is, work->step->id);
}

static bool has_digest(const struct artifact *artifact, const char *prefix)
{
    char hex[DIGEST_HEX_BYTES];

    return strncmp(digest_hex(&artifact->digest, hex), prefix, strlen(prefix)) == 0;
}

static const struct artifact *take_by_digest(const struct step *step,
                                             const struct artifact *const *inputs, const char *is)
{
    for (size_t i = 0; i < step->n_inputs; i++)
        if (strcmp(step->inputs[i].name, "take") == 0 && has_digest(inputs[i], is))
            return inputs[i];
    return NULL;
}

// Takes count from 1.
static const struct artifact *take_by_number(const struct step *step,
                                             const struct artifact *const *inputs, json_int_t n)
{
    for (size_t i = 0; i < step->n_inputs; i++)
        if (strcmp(step->inputs[i].name, "take") == 0 && --n == 0)
            return inputs[i];
    return NULL;
}

// The first take that is good enough, else the best. NULL when nobody judged.
static const struct artifact *take_by_score(const struct step *step, double enough,
                                            const struct artifact *const *inputs)
{
    const struct artifact *take = NULL, *best = NULL;
    double highest = 0;

    for (size_t i = 0; i < step->n_inputs; i++) {
        double score = json_get_number(inputs[i]->facts, "score", 0);

        if (strcmp(step->inputs[i].name, "take") == 0) {
            take = inputs[i];
        } else if (strcmp(step->inputs[i].name, "scores") == 0 && take) {
            if (enough > 0 && score >= enough)
                return take;
            if (!best || score > highest) {
                best = take;
                highest = score;
            }
        }
    }
    return best;
}

static const struct artifact *choose(struct work *work, const struct wish *wish,
                                     const struct artifact *const *inputs)
{
    const struct step *step = work->step;
    const struct artifact *scored = take_by_score(step, wish->enough, inputs);

    if (wish->number) {
        work->picked = true;
        return take_by_number(step, inputs, wish->number);
    }
    if (strcmp(wish->how, "ask") == 0) {
        work->owed = true;
        work->note = "pick owed: take 1 stands in until somebody picks";
    } else if (scored) {
        return scored;
    } else {
        work->note = "nothing in the studio judges takes: take 1 was chosen";
    }
    return take_by_number(step, inputs, 1);
}

bool takes_choose(struct walk *w, struct work *work, const struct artifact *const *inputs,
                  struct err *err)
{
    const struct step *step = work->step;
    struct wish wish = read_wish(step, w->arena);
    const char *is = wish.is;
    const struct artifact *take = is ? take_by_digest(step, inputs, is) : NULL;

    if (is && !take && work->locked)
        return err_set(err, ERR_FILM,
                       "the locked pick %s is neither among the takes nor in "
                       "the store: give the store back, or unlock it and pick again",
                       is);
    if (!take)
        take = choose(work, &wish, inputs);
    if (!take)
        return err_set(err, ERR_FILM, "there is no such take to pick");
    if (is && !has_digest(take, is)) {
        work->lapsed = true;
        work->picked = false;
        work->note = arena_printf(w->arena,
                                  "the pick %s is stale and lapses: its step would now make "
                                  "something else",
                                  is);
    }
    stand_for(w, work, take);
    return true;
}
