// SPDX-License-Identifier: MIT
#include "runtime/why.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "runtime/key.h"
#include "runtime/ledger.h"
#include "runtime/ledger_history.h"
#include "runtime/service.h"
#include "runtime/walk.h"

enum { MOST_RUNS = 50 };

void telling_init(struct telling *t, struct walk *walk, bool nearest)
{
    size_t n = walk->graph->n_steps + 1;

    *t = (struct telling){.walk = walk, .nearest = nearest};
    t->told = arena_array(walk->arena, const struct why *, n);
    t->past = arena_array(walk->arena, const struct why *, n);
}

static const struct work *work_of(const struct telling *t, const struct step *step)
{
    return &t->walk->works[step->index];
}

static size_t count_differences(struct telling *t, const struct run *run, const struct work *work)
{
    struct difference *list;

    return difference_find(run->preimage, work->preimage, t->walk->arena, &list);
}

// Of all earlier runs of the step the one that differs in the fewest fields: the last among equals,
// but before all of them what the step was when it was last wanted.
static const struct run *find_nearest(struct telling *t, const struct work *work,
                                      const struct run *last)
{
    struct arena *a = t->walk->arena;
    struct run *runs = arena_array(a, struct run, MOST_RUNS);
    size_t n = ledger_runs(t->walk->ledger, work->step->id, a, runs, MOST_RUNS);
    size_t least = last ? count_differences(t, last, work) : SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        size_t differ;

        if (strcmp(runs[i].key, work->key) == 0)
            continue;
        differ = count_differences(t, &runs[i], work);
        if (differ < least) {
            least = differ;
            last = &runs[i];
        }
    }
    return last;
}

// What stood when something else was made: the last run until then that is not today's.
static const struct run *find_standing(struct telling *t, const struct work *work, int64_t until_ms)
{
    struct arena *a = t->walk->arena;
    struct run *runs = arena_array(a, struct run, MOST_RUNS);
    size_t n = ledger_runs(t->walk->ledger, work->step->id, a, runs, MOST_RUNS);

    for (size_t i = 0; i < n; i++)
        if (runs[i].made_ms <= until_ms && strcmp(runs[i].key, work->key) != 0)
            return &runs[i];
    return NULL;
}

// The edge behind the nth input of the step's preimage.
static const struct edge *edge_at(const struct work *work, size_t nth)
{
    const struct step *s = work->step;

    for (size_t i = 0; work->bound.kept && i < s->n_inputs; i++)
        if (work->bound.kept[i] && s->inputs[i].mode == EDGE_USE && nth-- == 0)
            return &s->inputs[i];
    return NULL;
}

// The late value at a field of the params, or NULL: the film says it itself.
static const char *late_at(const json_t *value, const char *field)
{
    struct str rest = str_of(field), name;

    while (rest.len && value && !json_object_get(value, "late")) {
        char part[256];

        name = str_cut(&rest, '.');
        if (name.len >= sizeof(part))
            return NULL;
        memcpy(part, name.ptr, name.len);
        part[name.len] = 0;
        value = json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10))
                                     : json_object_get(value, part);
    }
    return json_get_text(value, "late", NULL);
}

// The step whose fact a word is, as the film's late value says; NULL: the film says it itself.
static const struct step *late_source(const struct step *s, const char *field)
{
    json_t *params = step_params(s);
    const char *late = late_at(params, field);
    struct str rest = str_of(late ? late : ""), name = str_cut(&rest, '.');
    const struct step *from = NULL;

    for (size_t i = 0; late && i < s->n_inputs && !from; i++)
        if (str_is(name, s->inputs[i].name))
            from = s->inputs[i].from;
    json_decref(params);
    return from;
}

static bool has(const json_t *text, const char *part)
{
    return json_is_string(text) && strstr(json_string_value(text), part);
}

// Phrases that were not in the text before; else, for other words, the line of the step.
static void find_places(struct telling *t, const struct step *s, struct why_change *c)
{
    const struct place **at = arena_array(t->walk->arena, const struct place *, s->n_words + 1);
    const struct difference *d = &c->what;
    json_t *before = d->before ? json_loads(d->before, JSON_DECODE_ANY, NULL) : NULL;
    json_t *now = d->now ? json_loads(d->now, JSON_DECODE_ANY, NULL) : NULL;

    c->at = at;
    for (size_t i = 0; i < s->n_words; i++) {
        const struct phrase *p = &s->words[i];

        if (p->at.file && has(now, p->text) && !has(before, p->text))
            at[c->n_at++] = &p->at;
    }
    c->exact = c->n_at > 0;
    if (c->n_at == 0 && s->at.file) {
        at[c->n_at++] = &s->at;
        c->exact = d->now && s->at.text &&
                   strstr(s->at.text, json_is_string(now) ? json_string_value(now) : d->now);
    }
    json_decref(before);
    json_decref(now);
}

static const struct why *tell_past(struct telling *t, const struct work *work,
                                   const struct run *run);

// What happened to a step since something else was made of it.
static const struct why *tell_since(struct telling *t, const struct step *step, int64_t then_ms)
{
    const struct work *work = work_of(t, step);
    const struct run *run = work->preimage ? find_standing(t, work, then_ms) : NULL;

    return run ? tell_past(t, work, run) : NULL;
}

static void explain_word(struct telling *t, const struct work *work, const struct run *run,
                         struct why_change *c)
{
    c->from = late_source(work->step, c->what.field);
    if (c->from)
        c->because = tell_since(t, c->from, run->made_ms);
    else if (strncmp(c->what.field, "preset", 6) != 0)
        find_places(t, work->step, c);
}

// A locked pick is never bound, so nothing can be compared; its line says what goes in.
static void find_lock(struct telling *t, struct why_change *c)
{
    const struct place **at = arena_array(t->walk->arena, const struct place *, 1);

    if (!work_of(t, c->from)->locked || !c->from->at.file)
        return;
    at[0] = &c->from->at;
    c->at = at;
    c->n_at = 1;
    c->exact = true;
}

// What went in before was made by a run of the same step, as a rule: that run tells what happened
// to it.
static void explain_input(struct telling *t, const struct work *work, const struct run *run,
                          struct why_change *c)
{
    struct ledger *ledger = t->walk->ledger;
    struct arena *a = t->walk->arena;
    const struct edge *e = c->what.now ? edge_at(work, c->what.nth) : NULL;
    struct run maker;

    if (c->what.before && ledger_find_maker(ledger, c->what.before, NULL, a, &maker))
        c->before_step = maker.step;
    if (!e)
        return;
    c->from = e->from;
    c->file = e->file;
    if (ledger_find_maker(ledger, c->what.now, NULL, a, &maker))
        c->now_step = maker.step;
    if (!c->from || !c->what.before)
        return;
    if (ledger_find_maker(ledger, c->what.before, c->from->id, a, &maker))
        c->because = tell_past(t, work_of(t, c->from), &maker);
    else
        c->because = tell_since(t, c->from, run->made_ms);
    if (!c->because)
        find_lock(t, c);
}

// now is the preimage that the run's is held against.
static void explain(struct telling *t, const struct work *work, const struct run *run,
                    const char *now, struct why *why)
{
    struct difference *list;
    struct why_change *changes;
    size_t n = difference_find(run->preimage, now, t->walk->arena, &list);

    changes = arena_array(t->walk->arena, struct why_change, n + 1);
    why->before = run->key;
    why->before_ms = run->made_ms;
    why->changes = changes;
    why->n_changes = n;
    for (size_t i = 0; i < n; i++) {
        changes[i].what = list[i];
        if (list[i].of == DIFFERENCE_WORD)
            explain_word(t, work, run, &changes[i]);
        else if (list[i].of == DIFFERENCE_INPUT)
            explain_input(t, work, run, &changes[i]);
    }
}

// A step that is current, against a run before: many steps may ask for the same.
static const struct why *tell_past(struct telling *t, const struct work *work,
                                   const struct run *run)
{
    const struct why **past = &t->past[work->step->index];
    struct why *why;

    if (*past && strcmp((*past)->before, run->key) == 0)
        return *past;
    if (!work->preimage)
        return NULL;
    why = arena_make(t->walk->arena, struct why);
    *why = (struct why){.step = work->step,
                        .reason = work->state == WORK_DONE ? WHY_CURRENT : WHY_CHANGED,
                        .before = run->key};
    *past = why;
    explain(t, work, run, work->preimage, why);
    return why;
}

static void tell_waits(struct telling *t, const struct work *work, struct why *why)
{
    const struct step *s = work->step;
    const struct why **waits = arena_array(t->walk->arena, const struct why *, s->n_inputs + 1);

    why->waits = waits;
    for (size_t i = 0; i < s->n_inputs; i++) {
        const struct step *from = s->inputs[i].from;
        bool again = false;

        if (!from || work_of(t, from)->state == WORK_DONE)
            continue;
        for (size_t k = 0; k < why->n_waits; k++)
            again = again || waits[k]->step == from;
        if (!again)
            waits[why->n_waits++] = telling_of(t, work_of(t, from));
    }
}

static void tell_change(struct telling *t, const struct work *work, const char *last,
                        struct why *why)
{
    struct run run;
    const struct run *before = &run;

    why->reason = strcmp(last, work->key) == 0 ? WHY_GONE : WHY_CHANGED;
    if (why->reason == WHY_GONE)
        return;
    if (!ledger_find_run(t->walk->ledger, last, t->walk->arena, &run))
        before = NULL;
    if (t->nearest)
        before = find_nearest(t, work, before);
    if (before)
        explain(t, work, before, work->preimage, why);
}

// What the film says otherwise by now makes the step anew, whatever its inputs turn out to be.
static void tell_words(struct telling *t, const struct work *work, const char *last,
                       struct why *why)
{
    bool here = work->by && work->by->op;
    struct run run;
    char *now;

    if (!ledger_find_run(t->walk->ledger, last, t->walk->arena, &run))
        return;
    now = key_foresee(work->step, work->preset, here, run.preimage);
    if (now)
        explain(t, work, &run, now, why);
    mem_free(now);
}

static const struct why *tell(struct telling *t, const struct work *work)
{
    struct walk *w = t->walk;
    struct why *why = arena_make(w->arena, struct why);
    const char *last = ledger_last_key(w->ledger, w->graph->shelf, work->step->id, w->arena);

    *why = (struct why){.step = work->step, .reason = last ? WHY_WAITS : WHY_NEVER};
    if (work->state == WORK_DONE)
        why->reason = WHY_CURRENT;
    else if (work->state == WORK_FAILED) {
        why->reason = WHY_FAULT;
        why->fault = work->err->text;
    } else if (!work->preimage) {
        tell_waits(t, work, why);
        if (last)
            tell_words(t, work, last, why);
    } else if (last)
        tell_change(t, work, last, why);
    return why;
}

const struct why *telling_of(struct telling *t, const struct work *work)
{
    const struct why **told = &t->told[work->step->index];

    if (!*told)
        *told = tell(t, work);
    return *told;
}

const char *why_runs(struct walk *w, const struct work *work)
{
    struct buf text = {0};
    const char *line;

    if (!w->telling) {
        w->telling = arena_make(w->arena, struct telling);
        telling_init(w->telling, w, false);
    }
    why_print_line(tell(w->telling, work), &text);
    line = arena_strdup(w->arena, buf_text(&text));
    buf_release(&text);
    return line;
}
