// SPDX-License-Identifier: MIT
#include "compiler/film.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "base/vec.h"
#include "compiler/documents.h"
#include "compiler/merge.h"
#include "compiler/node.h"
#include "compiler/param.h"
#include "compiler/rows.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/theme.h"
#include "compiler/titles.h"
#include "compiler/yaml.h"

static const char project_file[] = "project.yaml";

// A file of the film and what it includes.
struct part {
    struct node *root;      // NULL: it does not parse
    const char *path;       // in the project
    uint32_t source;        // its text; 0: none
    const char *schema;     // NULL: it is left out
    struct part **includes; // sorted by name
    size_t n_includes;
};

struct reading {
    const struct film_path *at;
    const struct schemas *schemas;
    struct sources *sources;
    struct arena *arena;
    struct diag *diag;
    const struct map *left_out;
    unsigned threads;
    struct map seen; // paths of the files that are in it
    bool lacks;      // a file or rows could not be read, which was said
};

// How many folders up from dir (canonical) project.yaml is; -1: nowhere.
static int find_up(struct arena *a, const char *dir)
{
    char *at = arena_strdup(a, dir);

    for (int up = 0;; up++) {
        char *slash = strrchr(at, '/');

        if (file_exists(path_join(a, at[0] ? at : "/", project_file)))
            return up;
        if (!at[0] || !slash)
            return -1;
        *slash = 0;
    }
}

// Whether dir, as named, ends in a name that going up takes away.
static bool ends_in_name(const char *dir)
{
    const char *base = path_base(dir);

    return *base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0;
}

// The folder `up` levels above dir, named from where dir is named; *tail gets the names left
// behind.
static const char *go_up(struct arena *a, const char *dir, const char *real, int up,
                         const char **tail)
{
    const char *end = real + strlen(real), *start = end;

    for (int i = 0; i < up; i++) {
        dir = ends_in_name(dir)       ? path_dir(a, dir)
              : strcmp(dir, ".") == 0 ? ".."
                                      : path_join(a, dir, "..");
        while (start > real && *--start != '/')
            continue;
    }
    *tail = up ? start + 1 : "";
    return dir;
}

bool film_locate(struct film_path *out, const char *file, struct arena *a, struct err *err)
{
    const char *dir = path_dir(a, file), *base = path_base(file), *ext = path_ext(base), *tail;
    char *real = realpath(dir, NULL);
    size_t stem = strlen(base) - (*ext ? strlen(ext) + 1 : 0);
    struct stat st;
    int up;

    if (!real || stat(file, &st) != 0) {
        free(real);
        return err_set(err, ERR_FILM, "there is no film \"%s\"", file);
    }
    if (S_ISDIR(st.st_mode)) {
        free(real);
        return err_set(err, ERR_FILM,
                       "\"%s\" is a folder: name the film in it, such as %s/film.yaml", file, file);
    }
    up = find_up(a, real);
    out->project = go_up(a, dir, real, up < 0 ? 0 : up, &tail);
    out->path = path_join(a, arena_strdup(a, tail), base);
    out->name = arena_strndup(a, base, stem);
    free(real);
    return true;
}

static struct part *open_part(struct reading *r, enum source_kind kind, const char *path,
                              const char *schema, struct span at);
static void go_on(struct reading *r, struct part *part);

static int by_path(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

// Globs may take in files that are no part of a film: the film itself, the project's, picks.
static bool is_of_film(struct reading *r, const char *path)
{
    return strcmp(path, project_file) != 0 && !str_ends(str_of(path), ".picks.yaml") &&
           !map_find(&r->seen, path);
}

static const struct film_left_out *find_left_out(const struct reading *r, const char *path)
{
    return r->left_out ? map_find(r->left_out, path) : NULL;
}

// No scene that was written has this key.
static const char kept_key[] = "kept";

const char *film_kept(const struct node *scene)
{
    const struct node *kept = scene->span.source ? NULL : node_get(scene, kept_key);

    return kept ? kept->text.ptr : NULL;
}

static struct node *make_kept(struct arena *a, const char *name, const char *given)
{
    struct node *scene = node_make_map(a, (struct span){0}, 2);

    scene->keys[0] = node_make_text(a, (struct span){0}, str_of("id"));
    scene->items[0] = node_make_text(a, (struct span){0}, str_of(name));
    scene->keys[1] = node_make_text(a, (struct span){0}, str_of(kept_key));
    scene->items[1] = node_make_text(a, (struct span){0}, str_of(""));
    scene->items[1]->text = str_of(given); // long: not copied
    return scene;
}

static struct part *leave_out(struct reading *r, const char *path, const struct film_left_out *kept)
{
    struct part *part = arena_make(r->arena, struct part);

    part->path = path;
    if (!kept->n)
        return part;
    part->root = node_make_list(r->arena, (struct span){0}, kept->n);
    for (size_t i = 0; i < kept->n; i++)
        part->root->items[i] = make_kept(r->arena, kept->names[i], kept->given[i]);
    return part;
}

// The paths that the part includes, by name. Each is in the film from here on.
static const char **find_includes(struct reading *r, struct part *part, const struct node *globs,
                                  size_t *n_paths)
{
    const char *dir = path_dir(r->arena, part->path), **copy;
    VEC(const char *) paths = {0};

    for (size_t i = 0; globs && i < globs->n; i++) {
        const struct node *glob = globs->items[i];
        const char *const *found;
        size_t n;

        if (!glob->text.len)
            continue;
        found = source_glob(r->sources, path_join(r->arena, dir, node_text(glob)), glob->span, &n);
        if (found && !n)
            diag_say(r->diag, SEVERITY_ERROR, glob->span, NULL, "no file matches \"%s\"",
                     node_text(glob));
        r->lacks |= !found || !n;
        for (size_t k = 0; found && k < n; k++)
            if (is_of_film(r, found[k])) {
                map_put(&r->seen, found[k], part);
                vec_push(&paths, found[k]);
            }
    }
    if (paths.n)
        qsort(paths.at, paths.n, sizeof(*paths.at), by_path);
    copy = arena_array(r->arena, const char *, paths.n + 1);
    if (paths.n)
        memcpy(copy, paths.at, paths.n * sizeof(*copy));
    *n_paths = paths.n;
    vec_release(&paths);
    return copy;
}

static void parse_parts(struct reading *r, struct part **parts, size_t n)
{
    uint32_t *sources = arena_array(r->arena, uint32_t, n + 1);
    struct node **roots = arena_array(r->arena, struct node *, n + 1);

    for (size_t i = 0; i < n; i++)
        sources[i] = parts[i]->source;
    documents_parse(r->arena, r->diag, sources, n, r->threads, roots);
    for (size_t i = 0; i < n; i++)
        if (parts[i]->schema)
            parts[i]->root = roots[i];
}

// The texts of those that are not left out.
static void read_ahead(struct reading *r, const char *const *paths, size_t n)
{
    const char **read = arena_array(r->arena, const char *, n + 1);
    size_t n_read = 0;

    for (size_t i = 0; i < n; i++)
        if (!find_left_out(r, paths[i]))
            read[n_read++] = paths[i];
    if (n_read)
        sources_read_ahead(r->sources, read, n_read, r->threads);
}

static void read_includes(struct reading *r, struct part *part)
{
    const struct node *globs = node_get(part->root, "include");
    const char **paths;
    size_t n;

    if (globs && globs->type != NODE_LIST)
        return; // the schema will say so
    paths = find_includes(r, part, globs, &n);
    part->includes = arena_array(r->arena, struct part *, n + 1);
    part->n_includes = n;
    read_ahead(r, paths, n);
    for (size_t i = 0; i < n; i++) {
        const struct film_left_out *kept = find_left_out(r, paths[i]);

        part->includes[i] =
            kept ? leave_out(r, paths[i], kept)
                 : open_part(r, SOURCE_INCLUDE, paths[i], "film.json#/$defs/include", globs->span);
    }
    parse_parts(r, part->includes, n);
    for (size_t i = 0; i < n; i++)
        if (part->includes[i]->schema)
            go_on(r, part->includes[i]);
}

// The part without its tree.
static struct part *open_part(struct reading *r, enum source_kind kind, const char *path,
                              const char *schema, struct span at)
{
    const struct source *source = source_read(r->sources, kind, path, at);
    struct part *part = arena_make(r->arena, struct part);

    part->path = path;
    part->schema = schema;
    part->source = source ? source->number : 0;
    map_put(&r->seen, path, part);
    return part;
}

// What a part whose tree is known brings with it.
static void go_on(struct reading *r, struct part *part)
{
    if (part->root)
        read_includes(r, part);
    else
        r->lacks = true;
}

static struct part *read_part(struct reading *r, enum source_kind kind, const char *path,
                              const char *schema)
{
    struct part *part = open_part(r, kind, path, schema, (struct span){0});

    parse_parts(r, &part, 1);
    go_on(r, part);
    return part;
}

static struct node **find_item(struct node *map, const char *key)
{
    for (size_t i = 0; map && map->type == NODE_MAP && i < map->n; i++)
        if (strcmp(node_text(map->keys[i]), key) == 0)
            return &map->items[i];
    return NULL;
}

// Checks `params:` of all parts, so that they can be read; returns how many there are.
static size_t check_params(struct reading *r, struct part *part)
{
    struct node **params = find_item(part->root, "params");
    size_t n = params ? (*params)->n : 0;

    for (size_t i = 0; i < n && (*params)->type == NODE_MAP; i++)
        if ((*params)->items[i]->type != NODE_NULL &&
            !schema_check(r->schemas, "film.json#/$defs/param", &(*params)->items[i], r->arena,
                          r->diag))
            (*params)->items[i]->unknown = true;
    for (size_t i = 0; i < part->n_includes; i++)
        n += check_params(r, part->includes[i]);
    return n;
}

struct given {
    const struct film_value *values;
    size_t n;
    bool *used;
};

static void gather_params(struct reading *r, const struct part *part, struct scope *scope,
                          const struct given *given)
{
    param_read(scope, node_get(part->root, "params"), given->values, given->n, given->used,
               r->arena, r->diag);
    for (size_t i = 0; i < part->n_includes; i++)
        gather_params(r, part->includes[i], scope, given);
}

static void refuse_unused(struct reading *r, const struct scope *scope, const struct given *given)
{
    for (size_t i = 0; i < given->n; i++) {
        const char *nearest = str_nearest(given->values[i].name, scope->names, scope->n);

        if (!given->used[i])
            diag_say(r->diag, SEVERITY_ERROR, (struct span){0},
                     nearest    ? arena_printf(r->arena, "did you mean \"%s\"?", nearest)
                     : scope->n ? NULL
                                : "a film with `params:` takes values, and this one has none",
                     "the film has no param \"%s\"", given->values[i].name);
    }
}

static struct node *scenes_of(struct part *part)
{
    struct node *scenes =
        part->root->type == NODE_LIST ? part->root : node_get(part->root, "scenes");

    return scenes && scenes->type == NODE_LIST ? scenes : NULL;
}

// Fills in ${…}, makes scenes of rows, checks, and puts everything into full forms.
static void check_part(struct reading *r, struct part *part, const struct scope *params)
{
    struct rows_host host = {r->schemas, r->sources, r->arena, r->diag, params, 0, false};
    struct node *scenes;

    for (size_t i = 0; i < part->n_includes; i++)
        check_part(r, part->includes[i], params);
    if (!part->root || !part->schema)
        return;
    scenes = scenes_of(part);
    for (size_t i = 0; part->root->type == NODE_MAP && i < part->root->n; i++)
        if (part->root->items[i] != scenes && strcmp(node_text(part->root->keys[i]), "params") != 0)
            param_fill(&part->root->items[i], params, r->arena, r->diag);
    if (scenes) {
        rows_expand(&host, scenes);
        r->lacks |= host.failed;
        merge_all_keys(scenes, r->arena);
    }
    schema_check(r->schemas, part->schema, &part->root, r->arena, r->diag);
    scenes = scenes_of(part);
    if (scenes)
        merge_all_members(scenes, r->arena);
}

// A part with all that it includes, as one mapping; NULL when there is none.
static struct node *join_part(struct reading *r, struct part *part)
{
    struct node *root = part->root;

    if (root && root->type == NODE_LIST) {
        struct node *map = node_make_map(r->arena, root->span, 1);

        map->keys[0] = node_make_text(r->arena, root->span, str_of("scenes"));
        map->items[0] = root;
        root = map;
    }
    if (!root || root->type != NODE_MAP)
        return NULL;
    for (size_t i = part->n_includes; i-- > 0;) { // the later wins, and scenes go before
        struct node *from = join_part(r, part->includes[i]);

        if (from)
            merge_include(root, from, r->arena, r->diag);
    }
    return root;
}

static struct node *read_picks(struct reading *r)
{
    const char *dir = path_dir(r->arena, r->at->path);
    const char *path =
        path_join(r->arena, dir, arena_printf(r->arena, "%s.picks.yaml", r->at->name));
    const struct source *source = source_try(r->sources, SOURCE_PICKS, path, (struct span){0});
    struct node *picks = source ? yaml_parse(r->arena, r->diag, source->number) : NULL;

    if (picks)
        schema_check(r->schemas, "picks.json", &picks, r->arena, r->diag);
    return picks;
}

static void check_scenes(struct reading *r, const struct node *root)
{
    const struct node *scenes = node_get(root, "scenes");

    if ((!scenes || (scenes->type == NODE_LIST && !scenes->n)) && !node_get(root, "hooks") &&
        !r->lacks && !root->unknown)
        diag_say(r->diag, SEVERITY_ERROR, scenes ? scenes->span : root->span,
                 "add `scenes:`, or `include:` files that have some",
                 "a film needs scenes, and this one has none");
}

static bool is_scenes_alone(const struct part *part)
{
    const struct node *root = part->root;

    return !root || root->type == NODE_LIST ||
           (root->type == NODE_MAP && root->n == 1 &&
            strcmp(node_text(root->keys[0]), "scenes") == 0);
}

static size_t count_parts(const struct part *part)
{
    size_t n = 0;

    for (size_t i = 0; i < part->n_includes; i++)
        n += 1 + count_parts(part->includes[i]);
    return n;
}

// Those that hold scenes and nothing else, in the order in which they are joined.
static void list_parts(struct film *out, const struct part *part)
{
    for (size_t i = 0; i < part->n_includes; i++) {
        const struct part *in = part->includes[i];

        list_parts(out, in);
        if (is_scenes_alone(in))
            out->parts[out->n_parts++] = (struct film_part){in->path, in->source};
    }
}

bool film_read(struct film *out, const struct film_path *at, const struct film_reading *with,
               struct arena *a, struct diag *d)
{
    struct sources *sources = with->sources;
    struct reading r = {.at = at,
                        .schemas = with->schemas,
                        .sources = sources,
                        .arena = a,
                        .diag = d,
                        .left_out = with->left_out,
                        .threads = with->threads};
    struct given given = {with->values, with->n_values, arena_array(a, bool, with->n_values + 1)};
    bool is_project = strcmp(at->path, project_file) == 0;
    size_t before = diag_errors(d), n;
    struct part *film, *project = NULL;
    struct scope scope;

    film = read_part(&r, SOURCE_FILM, at->path, "film.json");
    if (!is_project && source_try(sources, SOURCE_PROJECT, project_file, (struct span){0}))
        project = read_part(&r, SOURCE_PROJECT, project_file, "project.json");
    n = check_params(&r, film) + (project ? check_params(&r, project) : 0);
    scope_init(&scope, NULL, a, n);
    gather_params(&r, film, &scope, &given);
    if (project)
        gather_params(&r, project, &scope, &given);
    if (film->root)
        refuse_unused(&r, &scope, &given);
    check_part(&r, film, &scope);
    if (project)
        check_part(&r, project, &scope);
    scope_release(&scope);
    out->parts = arena_array(a, struct film_part, count_parts(film) + 1);
    list_parts(out, film);
    out->root = join_part(&r, film);
    if (out->root && project && project->root && project->root->type == NODE_MAP)
        merge_project(out->root, join_part(&r, project), a);
    if (out->root) {
        check_scenes(&r, out->root);
        theme_read(out->root, r.schemas, sources, a, d);
        if (project) // a folder without project.yaml may be full of trials
            titles_check(at, out->root, sources, a, d);
    }
    out->picks = read_picks(&r);
    map_release(&r.seen);
    return diag_errors(d) == before;
}

void film_finish_added(struct node *root, struct arena *a, struct diag *d)
{
    struct node *scenes = node_get(root, "scenes");

    for (size_t i = 0; scenes && i < scenes->n; i++) {
        const struct node *rows = node_get(scenes->items[i], "for");

        if (rows)
            diag_say(d, SEVERITY_ERROR, rows->span,
                     "add a scene for each row: `for row in c41.csv(c41.read(…)) do`",
                     "a scene that a hook adds takes no `for`");
    }
    if (scenes) {
        merge_all_keys(scenes, a);
        merge_all_members(scenes, a);
    }
}
