// SPDX-License-Identifier: MIT
#include "compiler/picks.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/folder.h"
#include "compiler/node.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/yaml.h"

struct reading {
    struct arena *arena;
    struct diag *diag;
    const struct schemas *schemas;
    struct sources *sources;
    VEC(struct pick) found;
};

static void add(struct reading *r, const struct node *step, const struct node *is)
{
    struct place at;

    if (!is)
        return;
    at = diag_place(r->diag, is->span, r->arena);
    vec_push(&r->found, (struct pick){
                            .step = arena_strdup(r->arena, node_text(step)),
                            .is = arena_strdup(r->arena, node_text(is)),
                            .where = arena_printf(r->arena, "%s:%u", at.file, at.line),
                        });
}

static void add_approved(struct reading *r, const struct node *approved)
{
    for (size_t i = 0; approved && i < approved->n; i++)
        add(r, approved->keys[i], node_get(approved->items[i], "stills"));
}

static void read_one(struct reading *r, const char *path)
{
    const struct source *source = source_read(r->sources, SOURCE_PICKS, path, (struct span){0});
    struct node *picks = source ? yaml_parse(r->arena, r->diag, source->number) : NULL;

    if (!picks || !schema_check(r->schemas, "picks.json", &picks, r->arena, r->diag))
        return;
    for (size_t i = 0; i < picks->n; i++)
        if (strcmp(node_text(picks->keys[i]), "approved") == 0)
            add_approved(r, picks->items[i]);
        else
            add(r, picks->keys[i], node_get(picks->items[i], "is"));
}

bool picks_read(struct arena *a, struct diag *d, const struct schemas *schemas, const char *project,
                const struct pick **picks, size_t *n)
{
    struct reading r = {.arena = a, .diag = d, .schemas = schemas};
    size_t errors = diag_errors(d), n_files;
    const char *const *files = folder_files(a, project, ".", FOLDER_LINKS, &n_files);
    struct pick *list;

    r.sources = sources_new(a, d, project);
    for (size_t i = 0; i < n_files; i++)
        if (str_ends(str_of(files[i]), ".picks.yaml"))
            read_one(&r, files[i]);
    list = arena_array(a, struct pick, r.found.n + 1);
    for (size_t i = 0; i < r.found.n; i++)
        list[i] = r.found.at[i];
    *picks = list;
    *n = r.found.n;
    vec_release(&r.found);
    sources_free(r.sources);
    return diag_errors(d) == errors;
}
