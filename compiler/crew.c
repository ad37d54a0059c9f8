// SPDX-License-Identifier: MIT
#include "compiler/crew.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/team.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/preset.h"
#include "compiler/rules.h"
#include "compiler/source.h"

// What a start costs is worth it from so many scenes on.
enum { LEAST_SCENES = 48 };

// A run of scenes, and who lowers it. The first works with what is the film's, each other with all
// of its own.
struct hand {
    const struct node *film;
    const struct rules_context *context;
    size_t from, to; // its scenes
    struct arena *arena;
    struct diag *diag;
    struct sources *sources;
    struct presets *presets;
    struct rules *rules;
    struct graph *graph; // NULL: the film's, which is open
    bool ok;
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

static void work(void *piece)
{
    struct hand *h = piece;

    h->ok = (!h->graph || rules_open_film(h->rules, h->film, h->context, h->graph, &h->err)) &&
            rules_lower(h->rules, h->from, h->to, &h->err);
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

// Joins what a hand has made to ours. known is how many sources there were when it began.
static void take(struct hand *h, const struct crew *c, size_t known, struct graph *graph)
{
    const uint32_t *moved = sources_join(c->options->sources, h->sources);

    move_spans(h->graph, known, moved);
    diag_join(c->options->diag, h->diag, moved);
    graph_take(graph, h->graph);
    rules_take(c->rules, h->rules);
    presets_free(h->presets);
    arena_take(c->options->arena, h->arena);
}

static bool lower_together(const struct crew *c, struct hand *hands, size_t n, struct graph *graph,
                           struct err *err)
{
    size_t known = diag_sources(c->options->diag);
    bool ok = true;

    hands[0].rules = c->rules;
    for (size_t i = 1; i < n; i++)
        prepare(&hands[i], c);
    team_run(work, hands, n, sizeof(*hands));
    for (size_t i = 0; i < n; i++) {
        if (ok && !hands[i].ok) {
            ok = false;
            *err = hands[i].err;
        }
        if (i > 0)
            take(&hands[i], c, known, graph);
    }
    return ok;
}

static size_t count_hands(const struct crew *c, size_t n_scenes)
{
    size_t n = n_scenes / LEAST_SCENES < c->most ? n_scenes / LEAST_SCENES : c->most;

    return n > 1 ? n : 1;
}

bool crew_compile(const struct crew *c, const struct node *film,
                  const struct rules_context *context, struct graph *graph, struct err *err)
{
    const struct node *scenes = node_get(film, "scenes");
    size_t n_scenes = scenes ? scenes->n : 0, n;
    struct hand *hands;
    bool ok;

    if (!rules_open_film(c->rules, film, context, graph, err))
        return false;
    n = count_hands(c, n_scenes);
    hands = mem_new(n * sizeof(*hands));
    for (size_t i = 0; i < n; i++) {
        hands[i].film = film;
        hands[i].context = context;
        hands[i].from = n_scenes * i / n;
        hands[i].to = n_scenes * (i + 1) / n;
    }
    ok = lower_together(c, hands, n, graph, err) && rules_close_film(c->rules, err);
    mem_free(hands);
    return ok;
}
