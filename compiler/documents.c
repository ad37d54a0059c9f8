// SPDX-License-Identifier: MIT
#include "compiler/documents.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/mem.h"
#include "base/team.h"
#include "compiler/yaml.h"

// What a start costs is worth it from so many documents on.
enum { LEAST_DOCUMENTS = 32 };

// A run of documents, and all that its thread has for itself.
struct stack {
    const uint32_t *sources;
    size_t n;
    struct node **roots;
    struct arena *arena;
    struct diag *diag;
};

static struct node *parse(struct arena *a, struct diag *d, uint32_t source)
{
    size_t before = diag_errors(d);
    struct node *root = yaml_parse(a, d, source);

    if (!root && diag_errors(d) == before)
        diag_say(d, SEVERITY_ERROR, (struct span){source, 0, 1}, NULL, "this file is empty");
    return root;
}

static void work(void *piece)
{
    struct stack *s = piece;

    for (size_t i = 0; i < s->n; i++)
        s->roots[i] = s->sources[i] ? parse(s->arena, s->diag, s->sources[i]) : NULL;
}

static void parse_together(struct arena *a, struct diag *d, struct stack *stacks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        stacks[i].arena = arena_new();
        stacks[i].diag = diag_fork(d);
    }
    team_run(work, stacks, n, sizeof(*stacks));
    for (size_t i = 0; i < n; i++) {
        diag_join(d, stacks[i].diag, NULL); // no thread has added a source
        arena_take(a, stacks[i].arena);
    }
}

void documents_parse(struct arena *a, struct diag *d, const uint32_t *sources, size_t n,
                     unsigned threads, struct node **roots)
{
    size_t most = n / LEAST_DOCUMENTS, n_stacks = threads < most ? threads : most;
    struct stack alone = {sources, n, roots, a, d}, *stacks;

    if (n_stacks < 2) {
        work(&alone);
        return;
    }
    stacks = mem_new(n_stacks * sizeof(*stacks));
    for (size_t i = 0; i < n_stacks; i++) {
        size_t from = n * i / n_stacks;

        stacks[i].sources = sources + from;
        stacks[i].n = n * (i + 1) / n_stacks - from;
        stacks[i].roots = roots + from;
    }
    parse_together(a, d, stacks, n_stacks);
    mem_free(stacks);
}
