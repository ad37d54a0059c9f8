// SPDX-License-Identifier: MIT
#include "compiler/crew.h"

#include <stdatomic.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/team.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/graph_range.h"
#include "compiler/node.h"
#include "compiler/preset.h"
#include "compiler/rules.h"
#include "compiler/source.h"

// What a start costs is worth it from so many scenes on.
enum { LEAST_SCENES = 48 };

// Scenes that one hand lowers at a go: few enough that all hands end at about the same time.
enum { SCENES_A_RUN = 2 };

// A run of scenes, and where they stand in the graph of the hand that has lowered them.
struct run {
    struct hand *hand; // NULL: none has come to it
    size_t from, to;
    struct graph_range made;
};

// Every hand takes the next run when it is done with its last.
struct share {
    struct run *runs;
    size_t n;
    atomic_size_t next;
};

// Who lowers scenes. The first works with what is the film's, each other with all of its own.
struct hand {
    const struct node *film;
    const struct rules_context *context;
    struct share *share;
    struct arena *arena;
    struct diag *diag;
    struct sources *sources;
    struct presets *presets;
    struct rules *rules;
    struct graph *graph;
    bool open, ok;
    struct err err;
};

static void prepare(struct hand *h, const struct crew *c)
{
    struct rules_options options = *c->options;
    struct presets_options presets = *c->presets;

    h->arena = arena_new();
    h->diag = diag_fork(c->options->diag);
    h->sources = sources_fork(c->options->sources, h->arena, h->diag);
    presets.sources = h->sources;
    h->presets = presets_new(h->arena, h->diag, &presets);
    options.arena = h->arena;
    options.diag = h->diag;
    options.sources = h->sources;
    options.presets = h->presets;
    options.sibling = c->rules;
    h->rules = rules_new(&options);
    h->graph = graph_new();
}

static bool lower_run(struct hand *h, struct run *r)
{
    r->hand = h;
    r->made =
        (struct graph_range){.step = h->graph->n_steps, .deliverable = h->graph->n_deliverables};
    h->ok = rules_lower(h->rules, r->from, r->to, &h->err);
    r->made.end_step = h->graph->n_steps;
    r->made.end_deliverable = h->graph->n_deliverables;
    return h->ok;
}

static void work(void *piece)
{
    struct hand *h = piece;

    h->ok = h->open || rules_open_film(h->rules, h->film, h->context, h->graph, &h->err);
    while (h->ok) {
        size_t i = atomic_fetch_add(&h->share->next, 1);

        if (i >= h->share->n || !lower_run(h, &h->share->runs[i]))
            break;
    }
}

static void move_span(struct span *span, size_t known, const uint32_t *moved)
{
    if (span->source > known)
        span->source = moved[span->source - known - 1];
}

// Places of texts that this hand has read get the numbers that these have now.
static void move_spans(struct graph *g, size_t known, const uint32_t *moved)
{
    for (size_t i = 0; i < g->n_steps; i++)
        move_span(&g->steps[i]->span, known, moved);
    for (size_t i = 0; i < g->n_deliverables; i++) {
        move_span(&g->deliverables[i].span, known, moved);
        move_span(&g->deliverables[i].file_span, known, moved);
    }
}

// What a hand other than the first has read and said becomes ours. known is how many sources there
// were when it began.
static void take(struct hand *h, const struct crew *c, size_t known)
{
    const uint32_t *moved = sources_join(c->options->sources, h->sources);

    move_spans(h->graph, known, moved);
    diag_join(c->options->diag, h->diag, moved);
    rules_take(c->rules, h->rules);
    presets_free(h->presets);
    arena_take(c->options->arena, h->arena);
}

// Joins what hands have made to graph, scene by scene in the order of the film.
static void join(struct hand *hands, size_t n, const struct share *share, struct graph *graph)
{
    size_t n_steps = 0;

    for (size_t i = 0; i < n; i++)
        n_steps += hands[i].graph->n_steps;
    graph_reserve(graph, n_steps);
    for (size_t i = 0; i < share->n; i++)
        if (share->runs[i].hand)
            graph_join_range(graph, share->runs[i].hand->graph, &share->runs[i].made);
    for (size_t i = 0; i < n; i++)
        graph_take(graph, hands[i].graph);
}

static bool are_fine(const struct hand *hands, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!hands[i].ok) {
            *err = hands[i].err;
            return false;
        }
    return true;
}

static bool lower_together(const struct crew *c, struct hand *hands, size_t n, struct graph *graph,
                           struct err *err)
{
    size_t known = diag_sources(c->options->diag);

    for (size_t i = 1; i < n; i++)
        prepare(&hands[i], c);
    team_run(work, hands, n, sizeof(*hands));
    for (size_t i = 1; i < n; i++)
        take(&hands[i], c, known);
    join(hands, n, hands->share, graph);
    return are_fine(hands, n, err);
}

// Those that were left out are no work.
static size_t count_hands(const struct crew *c, const struct node *scenes)
{
    size_t n_scenes = 0, n;

    for (size_t i = 0; scenes && i < scenes->n; i++)
        n_scenes += !film_kept(scenes->items[i]);
    n = n_scenes / LEAST_SCENES < c->most ? n_scenes / LEAST_SCENES : c->most;

    return n > 1 ? n : 1;
}

static void share_out(struct share *share, size_t n_scenes)
{
    share->n = (n_scenes + SCENES_A_RUN - 1) / SCENES_A_RUN;
    share->runs = mem_new((share->n + 1) * sizeof(*share->runs));
    for (size_t i = 0; i < share->n; i++) {
        size_t to = (i + 1) * SCENES_A_RUN;

        share->runs[i].from = i * SCENES_A_RUN;
        share->runs[i].to = to < n_scenes ? to : n_scenes;
    }
}

bool crew_compile(const struct crew *c, const struct node *film,
                  const struct rules_context *context, struct graph *graph, struct err *err)
{
    const struct node *scenes = node_get(film, "scenes");
    size_t n_scenes = scenes ? scenes->n : 0, n = count_hands(c, scenes);
    struct share share = {.n = 0};
    struct hand *hands;
    bool ok;

    if (n == 1)
        return rules_open_film(c->rules, film, context, graph, err) &&
               rules_lower(c->rules, 0, n_scenes, err) && rules_close_film(c->rules, graph, err);
    hands = mem_new(n * sizeof(*hands));
    for (size_t i = 0; i < n; i++)
        hands[i] = (struct hand){.film = film, .context = context, .share = &share};
    hands[0].rules = c->rules;
    hands[0].graph = graph_new();
    hands[0].open = rules_open_film(c->rules, film, context, hands[0].graph, err);
    ok = hands[0].open;
    if (ok) {
        share_out(&share, n_scenes);
        ok = lower_together(c, hands, n, graph, err) && rules_close_film(c->rules, graph, err);
    } else {
        graph_free(hands[0].graph);
    }
    mem_free(share.runs);
    mem_free(hands);
    return ok;
}
