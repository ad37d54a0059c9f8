// SPDX-License-Identifier: MIT
#include "compiler/compile.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "compiler/crew.h"
#include "compiler/film.h"
#include "compiler/folder.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/param.h"
#include "compiler/parts.h"
#include "compiler/stray_picks.h"
#include "compiler/preset.h"
#include "compiler/rules.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/studio.h"

struct compile {
    const struct compile_options *opts;
    struct arena *arena;
    struct diag *diag;
    struct film_path at;
    const struct schemas *schemas;
    struct schemas *own_schemas; // NULL where they were handed in
    struct sources *sources;
    struct film film;
    struct studio *studio;
    const struct use *uses;
    size_t n_uses;
    struct presets_options presets_options;
    struct presets *presets;
    struct rules_options rules_options;
    struct rules *rules;
    struct graph *graph;
    bool linked;
};

struct compile *compile_new(const struct compile_options *opts)
{
    struct compile *c = mem_new(sizeof(*c));

    c->opts = opts;
    c->arena = arena_new();
    c->diag = diag_new();
    return c;
}

void compile_free(struct compile *c)
{
    if (!c)
        return;
    graph_free(c->graph);
    rules_free(c->rules);
    presets_free(c->presets);
    studio_free(c->studio);
    diag_free(c->diag);
    sources_free(c->sources);
    schemas_free(c->own_schemas);
    arena_free(c->arena);
    mem_free(c);
}

static bool has_errors(const struct compile *c, struct err *err)
{
    return diag_errors(c->diag) > 0 && !err_set(err, ERR_FILM, "the film has errors");
}

// What decides a film beside all that it names.
static void note_surroundings(struct compile *c)
{
    const char *stdlib = path_join(c->arena, c->opts->data_dir, "stdlib");
    struct folder_tree tree = folder_walk(c->arena, stdlib, "", FOLDER_LINKS);

    for (size_t i = 0; i < tree.n_folders; i++)
        source_note_aside(c->sources, path_join(c->arena, stdlib, tree.folders[i]), true);
    for (size_t i = 0; i < tree.n_files; i++)
        source_note_aside(c->sources, path_join(c->arena, stdlib, tree.files[i]), true);
    if (c->opts->config_dir)
        source_note_aside(c->sources, path_join(c->arena, c->opts->config_dir, "trust.json"), true);
}

static bool read_film(struct compile *c, struct err *err)
{
    const struct film_value *values =
        param_values(c->opts->params, c->opts->n_params, c->arena, err);

    if (!values || !film_locate(&c->at, c->opts->film, c->arena, err))
        return false;
    c->schemas = c->opts->schemas;
    if (!c->schemas)
        c->schemas = c->own_schemas =
            schemas_open(path_join(c->arena, c->opts->data_dir, "stdlib/schema"), err);
    if (!c->schemas)
        return false;
    c->sources = sources_new(c->arena, c->diag, c->at.project);
    note_surroundings(c);
    film_read(&c->film, &c->at,
              &(struct film_reading){.values = values,
                                     .n_values = c->opts->n_params,
                                     .left_out = c->opts->left_out,
                                     .schemas = c->schemas,
                                     .sources = c->sources,
                                     .threads = c->opts->threads},
              c->arena, c->diag);
    return !has_errors(c, err);
}

static void print_film(const struct compile *c, struct buf *out)
{
    json_t *film = compile_film(c);

    if (film)
        json_pretty(film, out);
    json_decref(film);
}

// Presets are looked for where studio and project say, so they are opened with the studio.
static void open_presets(struct compile *c)
{
    c->presets_options = (struct presets_options){
        .schemas = c->schemas,
        .sources = c->sources,
        .project = true,
        .studio = c->studio->presets,
        .n_studio = c->studio->n_presets,
        .config = c->opts->config_dir,
        .data = c->opts->data_dir,
    };
    c->presets = presets_new(c->arena, c->diag, &c->presets_options);
    c->rules_options = (struct rules_options){
        .arena = c->arena,
        .diag = c->diag,
        .sources = c->sources,
        .schemas = c->schemas,
        .presets = c->presets,
        .data_dir = c->opts->data_dir,
    };
    c->rules = rules_new(&c->rules_options);
}

static bool read_studio(struct compile *c, struct err *err)
{
    struct studio_options *options = arena_make(c->arena, struct studio_options);

    *options = (struct studio_options){
        .schemas = c->schemas,
        .sources = c->sources,
        .project = true,
        .file = c->opts->studio,
        .config = c->opts->config_dir,
        .home = c->opts->home,
        .draft = c->opts->draft,
    };
    c->studio = studio_read(c->arena, c->diag, options);
    if (c->studio)
        open_presets(c);
    return !has_errors(c, err);
}

static void print_studio(const struct compile *c, struct buf *out)
{
    const char *file = c->studio && c->studio->file ? c->studio->file : "the draft";

    buf_printf(out, "studio: %s\n", file);
    for (size_t i = 0; c->studio && i < c->studio->n_machines; i++)
        for (size_t k = 0; k < c->studio->machines[i].n_services; k++)
            buf_printf(out, "%s/%s: %s\n", c->studio->machines[i].name,
                       c->studio->machines[i].services[k].name,
                       c->studio->machines[i].services[k].driver);
}

static bool run_hooks(struct compile *c, struct err *err)
{
    return rules_hook_film(c->rules, &c->film.root, err);
}

static bool resolve_uses(struct compile *c, struct err *err)
{
    const struct node *use = c->opts->draft ? NULL : node_get(c->film.root, "use");

    c->uses = use_resolve(c->arena, c->diag, c->studio, use, c->opts->use, &c->n_uses);
    return !has_errors(c, err);
}

static void print_uses(const struct compile *c, struct buf *out)
{
    static const char *const from[] = {"--use", "the film", "the studio", "nothing else"};

    for (size_t i = 0; i < c->n_uses; i++) {
        const struct use *use = &c->uses[i];

        buf_printf(out, "%-10s %s", use->kind, use->other);
        if (use->people && strcmp(use->people, use->other) != 0)
            buf_printf(out, ", with people %s", use->people);
        buf_printf(out, " (%s)\n", from[use->from]);
    }
}

static bool run_rules(struct compile *c, struct err *err)
{
    struct rules_context context = {.name = c->at.name,
                                    .picks = c->film.picks,
                                    .uses = c->uses,
                                    .n_uses = c->n_uses,
                                    .draft = c->opts->draft,
                                    .left_out = c->opts->left_out != NULL};

    c->graph = graph_new();
    c->graph->drafted = c->opts->drafted;
    c->graph->elsewhere = c->opts->elsewhere;
    c->graph->project = arena_strdup(c->graph->arena, c->at.project);
    c->graph->film = arena_strdup(c->graph->arena, c->at.name);
    c->graph->shelf =
        c->opts->draft ? arena_printf(c->graph->arena, "%s.draft", c->at.name) : c->graph->film;
    c->graph->title = arena_strdup(c->graph->arena, node_text(node_get(c->film.root, "title")));
    return crew_compile(&(struct crew){.rules = c->rules,
                                       .options = &c->rules_options,
                                       .presets = &c->presets_options,
                                       .most = c->opts->threads},
                        c->film.root, &context, c->graph, err);
}

static void print_steps(const struct compile *c, struct buf *out)
{
    for (size_t i = 0; c->graph && i < c->graph->n_steps; i++) {
        const struct step *s = c->graph->steps[i];

        buf_printf(out, "%-10s %s%s%s\n", s->kind->name, s->id, s->preset ? " by " : "",
                   s->preset ? s->preset : "");
    }
}

static bool link_graph(struct compile *c, struct err *err)
{
    c->linked = graph_link(c->graph, c->diag, err);
    if (c->linked)
        stray_picks_check(&c->film, c->graph, c->rules, c->opts->left_out != NULL, c->diag);
    return c->linked;
}

static void print_graph(const struct compile *c, struct buf *out)
{
    json_t *graph = c->linked ? graph_json(c->graph) : NULL;

    if (graph)
        json_pretty(graph, out);
    json_decref(graph);
}

static const struct compile_pass passes[] = {
    {"film", "the film with all that it includes, in full forms", read_film, print_film},
    {"studio", "the machines, and what each offers", read_studio, print_studio},
    {"hooks", "the film as its hooks leave it", run_hooks, print_film},
    {"use", "which preset makes each kind, and who says so", resolve_uses, print_uses},
    {"rules", "the steps, as the rules write them", run_rules, print_steps},
    {"graph", "the steps in order, with all that they name", link_graph, print_graph},
};

const struct compile_pass *compile_passes(size_t *n)
{
    *n = sizeof(passes) / sizeof(*passes);
    return passes;
}

const struct graph *compile_run(struct compile *c, struct err *err)
{
    for (size_t i = 0; i < sizeof(passes) / sizeof(*passes); i++)
        if (!passes[i].run(c, err))
            return NULL;
    return c->graph;
}

struct diag *compile_diag(struct compile *c)
{
    return c->diag;
}

const struct graph *compile_graph(const struct compile *c)
{
    return c->linked ? c->graph : NULL;
}

struct graph *compile_take_graph(struct compile *c)
{
    struct graph *g = c->linked ? c->graph : NULL;

    if (g)
        c->graph = NULL;
    return g;
}

const struct studio *compile_studio(const struct compile *c)
{
    return c->studio;
}

json_t *compile_film(const struct compile *c)
{
    return c->film.root ? node_json(c->film.root) : NULL;
}

const struct part *compile_parts(const struct compile *c, size_t *n)
{
    *n = 0;
    return c->rules && c->film.root ? parts_of(c->arena, &c->film, c->rules, n) : NULL;
}

const struct source *const *compile_reads(const struct compile *c, size_t *n)
{
    *n = 0;
    return c->sources ? sources_all(c->sources, n) : NULL;
}
