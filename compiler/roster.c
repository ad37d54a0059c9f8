// SPDX-License-Identifier: MIT
#include "compiler/roster.h"

#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/mem.h"
#include "compiler/compile.h"
#include "compiler/preset.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/studio.h"

struct roster {
    struct arena *arena;
    struct diag *diag;
    struct schemas *schemas;
    struct sources *sources;
    struct studio_options studio_options;
    struct presets_options presets_options;
    struct studio *studio;
    struct presets *presets;
    const struct preset **list;
    size_t n;
};

static void add_preset(struct roster *r, const char *kind, const char *name, struct span at)
{
    const struct preset *p = name ? presets_find(r->presets, kind, name, at) : NULL;

    for (size_t i = 0; i < r->n; i++)
        if (r->list[i] == p)
            return;
    if (p)
        r->list[r->n++] = p;
}

static void open_presets(struct roster *r)
{
    const struct studio *s = r->studio;

    r->presets_options = (struct presets_options){
        .schemas = r->schemas,
        .sources = r->sources,
        .studio = s->presets,
        .n_studio = s->n_presets,
        .config = r->studio_options.config,
        .data = r->presets_options.data,
    };
    r->presets = presets_new(r->arena, r->diag, &r->presets_options);
    r->list = arena_array(r->arena, const struct preset *, 2 * s->n_uses + 1);
    for (size_t i = 0; i < s->n_uses; i++) {
        add_preset(r, s->uses[i].kind, s->uses[i].other, s->uses[i].at);
        add_preset(r, s->uses[i].kind, s->uses[i].people, s->uses[i].at);
    }
}

struct roster *roster_new(const struct compile_options *options, struct err *err)
{
    struct roster *r = mem_new(sizeof(*r));

    r->arena = arena_new();
    r->diag = diag_new();
    r->schemas = schemas_open(path_join(r->arena, options->data_dir, "stdlib/schema"), err);
    if (!r->schemas) {
        roster_free(r);
        return NULL;
    }
    r->sources = sources_new(r->arena, r->diag, ".");
    r->presets_options.data = options->data_dir;
    r->studio_options = (struct studio_options){
        .schemas = r->schemas,
        .sources = r->sources,
        .project = true,
        .file = options->studio,
        .config = options->config_dir,
        .home = options->home,
    };
    r->studio = studio_read(r->arena, r->diag, &r->studio_options);
    if (r->studio)
        open_presets(r);
    return r;
}

void roster_free(struct roster *r)
{
    if (!r)
        return;
    presets_free(r->presets);
    studio_free(r->studio);
    sources_free(r->sources);
    schemas_free(r->schemas);
    diag_free(r->diag);
    arena_free(r->arena);
    mem_free(r);
}

const struct studio *roster_studio(const struct roster *r)
{
    return diag_errors(r->diag) ? NULL : r->studio;
}

struct diag *roster_diag(const struct roster *r)
{
    return r->diag;
}

const struct preset *const *roster_presets(const struct roster *r, size_t *n)
{
    *n = r->n;
    return r->list;
}
