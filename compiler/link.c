// SPDX-License-Identifier: MIT
// Linking: from steps that name each other to a graph in order.
#include "compiler/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/vec.h"

static bool check_ids(const struct graph *g, struct diag *d)
{
    bool ok = true;

    for (size_t i = 0; g->by_id.n < g->n_steps && i < g->n_steps; i++) {
        const struct step *s = g->steps[i], *first = graph_find(g, s->id);

        if (first == s)
            continue;
        diag_say(d, SEVERITY_ERROR, s->span, "give one of them a name of its own",
                 "this makes a second step called \"%s\"", s->id);
        diag_note(d, first->span, "the first is made here");
        ok = false;
    }
    return ok;
}

static bool makes(const struct step *s, const char *output)
{
    for (size_t i = 0; i < s->n_outputs; i++)
        if (strcmp(s->outputs[i], output) == 0)
            return true;
    return false;
}

// What was found already may have been left out when parts of the graph were joined.
static bool is_of(const struct graph *g, const struct step *s)
{
    return s->index < g->n_steps && g->steps[s->index] == s;
}

static bool link_edge(const struct graph *g, const struct step *s, struct edge *e, struct err *err)
{
    if (!e->step)
        return true;
    if (!e->from || !is_of(g, e->from))
        e->from = graph_find(g, e->step);
    if (!e->from && e->output && g->elsewhere && map_find(g->elsewhere, e->step))
        return true;
    if (!e->from)
        return err_set(err, ERR_BUG, "step %s: input %s names the unknown step %s", s->id, e->name,
                       e->step);
    if (!e->output)
        e->output = e->from->n_outputs ? e->from->outputs[0] : "";
    return makes(e->from, e->output) ||
           err_set(err, ERR_BUG, "step %s: input %s names the output %s, which step %s has not",
                   s->id, e->name, e->output, e->step);
}

static bool link_steps(struct graph *g, struct err *err)
{
    for (size_t i = 0; i < g->n_steps; i++)
        for (size_t k = 0; k < g->steps[i]->n_inputs; k++)
            if (!link_edge(g, g->steps[i], &g->steps[i]->inputs[k], err))
                return false;
    return true;
}

const char *graph_nearest(const struct graph *g, const char *id)
{
    VEC(const char *) ids = {0};
    const char *near;

    for (size_t i = 0; i < g->n_steps; i++)
        vec_push(&ids, g->steps[i]->id);
    near = str_nearest(id, ids.at, ids.n);
    vec_release(&ids);
    return near ? arena_printf(g->arena, "did you mean \"%s\"?", near) : NULL;
}

static bool link_deliverable(const struct graph *g, struct deliverable *d, struct diag *diag)
{
    d->step = graph_find(g, d->asked);
    if (!d->step) {
        diag_say(diag, SEVERITY_ERROR, d->span, graph_nearest(g, d->asked),
                 "there is no step \"%s\"", d->asked);
        return false;
    }
    if (!d->output)
        d->output = d->step->outputs[0];
    if (makes(d->step, d->output))
        return true;
    diag_say(diag, SEVERITY_ERROR, d->span, NULL, "step \"%s\" makes no \"%s\"", d->asked,
             d->output);
    return false;
}

static int by_place(const void *left, const void *right)
{
    const struct deliverable *a = left, *b = right;

    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

// Puts them in the order of the film's list, whichever scene gave them.
static bool link_deliverables(const struct graph *g, struct diag *d)
{
    bool ok = true;

    for (size_t i = 0; i < g->n_deliverables; i++)
        g->deliverables[i].index = i;
    if (g->n_deliverables)
        qsort(g->deliverables, g->n_deliverables, sizeof(*g->deliverables), by_place);

    for (size_t i = 0; i < g->n_deliverables; i++)
        ok = link_deliverable(g, &g->deliverables[i], d) && ok;
    return ok;
}

// On a disk that knows no case two names may be one file.
static const char *lower_case(struct arena *a, const char *name)
{
    char *lower = arena_strdup(a, name);

    for (char *c = lower; *c; c++)
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    return lower;
}

// A file that is handed out is one deliverable's alone.
static bool check_files(struct graph *g, struct diag *d)
{
    struct map files = {0};
    bool ok = true;

    for (size_t i = 0; i < g->n_deliverables; i++) {
        struct deliverable *mine = &g->deliverables[i];
        const char *file = lower_case(g->arena, mine->file);
        const struct deliverable *first = map_find(&files, file);

        map_put(&files, file, mine);
        if (!first)
            continue;
        diag_say(d, SEVERITY_ERROR, mine->file_span,
                 "give one of them a `file` or a `name` of its own",
                 "two deliverables go to \"%s\"", mine->file);
        diag_note(d, first->file_span, "the first is here");
        ok = false;
    }
    map_release(&files);
    return ok;
}

static bool is_drafted(const struct graph *g)
{
    for (size_t i = 0; i < g->n_steps; i++)
        if (strcmp(json_get_text(graph_preset(g, g->steps[i]), "driver", ""), "draft") == 0)
            return true;
    return false;
}

// A film with any draft step is a draft, and its files say so.
static void mark_drafts(struct graph *g)
{
    bool drafted = g->drafted || is_drafted(g);

    g->drafted = drafted;
    for (size_t i = 0; i < g->n_steps; i++)
        if (g->steps[i]->kind->marked)
            graph_set_flag(g, g->steps[i], "draft", drafted);
}

// One step on the way down: which of its inputs is looked at next.
struct visit {
    struct step *step;
    size_t next;
};

struct order {
    VEC(struct visit) path;  // from a step to what it needs, and what that needs …
    VEC(struct step *) done; // inputs first
    unsigned char *marks;    // by step.index
};

enum { MARK_NEW, MARK_ON_PATH, MARK_DONE };

// Says that the path from the step at first to its end comes back to the step at first.
static void say_circle(const struct order *o, size_t first, struct diag *d)
{
    const struct step *top = o->path.at[first].step;
    struct buf names = {0};

    for (size_t i = first; i < o->path.n; i++)
        buf_printf(&names, "%s needs ", o->path.at[i].step->id);
    buf_puts(&names, top->id);
    diag_say(d, SEVERITY_ERROR, top->span, "let one of them stand by itself", "a circle: %s",
             buf_text(&names));
    for (size_t i = first + 1; i < o->path.n; i++)
        if (memcmp(&o->path.at[i].step->span, &top->span, sizeof(top->span)) != 0)
            diag_note(d, o->path.at[i].step->span, "%s is asked for here", o->path.at[i].step->id);
    buf_release(&names);
}

static bool step_down(struct order *o, struct step *s, struct diag *d)
{
    size_t at = o->path.n;

    if (o->marks[s->index] == MARK_DONE)
        return true;
    if (o->marks[s->index] == MARK_NEW) {
        o->marks[s->index] = MARK_ON_PATH;
        vec_push(&o->path, (struct visit){s, 0});
        return true;
    }
    while (o->path.at[--at].step != s)
        continue;
    say_circle(o, at, d);
    return false;
}

static bool visit(struct order *o, struct step *root, struct diag *d)
{
    bool ok = step_down(o, root, d);

    while (o->path.n) {
        struct visit *v = &o->path.at[o->path.n - 1];

        if (v->next < v->step->n_inputs) {
            struct step *from = v->step->inputs[v->next++].from;

            ok = (!from || step_down(o, from, d)) && ok;
            continue;
        }
        o->marks[v->step->index] = MARK_DONE;
        vec_push(&o->done, v->step);
        o->path.n--;
    }
    return ok;
}

// Rules mostly ask for a step behind all that it needs.
static bool are_sorted(const struct graph *g)
{
    for (size_t i = 0; i < g->n_steps; i++)
        for (size_t k = 0; k < g->steps[i]->n_inputs; k++)
            if (g->steps[i]->inputs[k].from && g->steps[i]->inputs[k].from->index >= i)
                return false;
    return true;
}

static bool sort_steps(struct graph *g, struct diag *d)
{
    struct order o = {.marks = mem_new(g->n_steps)};
    bool ok = true;

    for (size_t i = 0; i < g->n_steps; i++)
        ok = visit(&o, g->steps[i], d) && ok;
    for (size_t i = 0; i < o.done.n; i++) {
        g->steps[i] = o.done.at[i];
        g->steps[i]->index = i;
    }
    vec_release(&o.path);
    vec_release(&o.done);
    mem_free(o.marks);
    return ok;
}

bool graph_link(struct graph *g, struct diag *d, struct err *err)
{
    if (!check_ids(g, d))
        return err_set(err, ERR_FILM, "two steps have one id");
    if (!link_steps(g, err))
        return false;
    g->elsewhere = NULL; // it is the caller's
    if (!link_deliverables(g, d))
        return err_set(err, ERR_FILM, "a deliverable is of no step");
    if (!check_files(g, d))
        return err_set(err, ERR_FILM, "two deliverables are one file");
    if (!are_sorted(g) && !sort_steps(g, d))
        return err_set(err, ERR_FILM, "the graph has a circle");
    mark_drafts(g);
    return true;
}
