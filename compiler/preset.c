// SPDX-License-Identifier: MIT
#include "compiler/preset.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "compiler/folder.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/preset_form.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/trust.h"
#include "compiler/workflow.h"
#include "compiler/yaml.h"

// A file below one of the folders, read when somebody asks for its name.
struct candidate {
    const char *path; // below the folder
    const char *stem; // its name without folders and ending
    const struct source *source;
    struct node *root; // NULL: not read, or it does not read
    bool read, trusted;
    struct preset *preset; // once it is checked
    bool checking;         // for circles of `longer` and `instead`
    bool wrong;            // and told so
    bool told;             // that it stands in for one that is not trusted
};

struct folder {
    const char *dir;
    enum preset_origin origin;
    struct candidate *files;
    size_t n;
    bool listed;
};

struct presets {
    struct arena *arena;
    struct diag *diag;
    struct presets_options options;
    struct trust *trust;
    VEC(struct folder) folders;
    VEC(struct preset *) made; // whose JSON is dropped
    struct map found;          // "KIND NAME" -> preset: every step asks for its own
    struct buf key;            // while it is looked up
};

static void add_folder(struct presets *p, const char *dir, enum preset_origin origin)
{
    vec_push(&p->folders, (struct folder){.dir = dir, .origin = origin});
}

struct presets *presets_new(struct arena *a, struct diag *d, const struct presets_options *options)
{
    struct presets *p = arena_make(a, struct presets);

    *p = (struct presets){.arena = a, .diag = d, .options = *options};
    if (options->project) {
        p->trust = trust_read(a, options->config);
        add_folder(p, path_join(a, sources_project(options->sources), "presets"), PRESET_PROJECT);
    }
    for (size_t i = 0; i < options->n_studio; i++)
        add_folder(p, options->studio[i], PRESET_STUDIO);
    if (options->config)
        add_folder(p, path_join(a, options->config, "presets"), PRESET_USER);
    add_folder(p, path_join(a, options->data, "presets"), PRESET_BUILTIN);
    return p;
}

void presets_free(struct presets *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->made.n; i++)
        json_decref(p->made.at[i]->json);
    vec_release(&p->made);
    vec_release(&p->folders);
    map_release(&p->found);
    buf_release(&p->key);
    trust_release(p->trust);
}

static bool is_yaml(const char *path)
{
    return strcmp(path_ext(path), "yaml") == 0 || strcmp(path_ext(path), "yml") == 0;
}

// Recipes are films, and studios are studios: neither is a preset.
static bool is_preset_path(const char *path)
{
    return is_yaml(path) && strncmp(path, "recipes/", 8) != 0 && strncmp(path, "studio/", 7) != 0;
}

static const char *stem_of(struct arena *a, const char *path)
{
    const char *base = path_base(path);

    return arena_strndup(a, base, strlen(base) - strlen(path_ext(base)) - 1);
}

// A preset that comes into any of these may hide another.
static void note_folders(struct presets *p, const struct folder *f, const struct folder_tree *tree)
{
    bool outside = f->origin != PRESET_PROJECT;
    const char *dir = outside ? f->dir : "presets";

    source_note_aside(p->options.sources, dir, outside);
    for (size_t i = 0; i < tree->n_folders; i++)
        source_note_aside(p->options.sources, path_join(p->arena, dir, tree->folders[i]), outside);
}

static void list_folder(struct presets *p, struct folder *f)
{
    enum folder_links links = f->origin == PRESET_PROJECT ? FOLDER_NO_LINKS : FOLDER_LINKS;
    struct folder_tree tree;

    if (f->listed)
        return;
    f->listed = true;
    tree = folder_walk(p->arena, f->dir, "", links);
    note_folders(p, f, &tree);
    f->files = arena_array(p->arena, struct candidate, tree.n_files + 1);
    for (size_t i = 0; i < tree.n_files; i++)
        if (is_preset_path(tree.files[i]))
            f->files[f->n++] =
                (struct candidate){.path = tree.files[i], .stem = stem_of(p->arena, tree.files[i])};
}

static const struct source *read_source(struct presets *p, const struct folder *f, const char *path,
                                        struct span at)
{
    if (f->origin == PRESET_PROJECT)
        return source_read(p->options.sources, SOURCE_PRESET, path_join(p->arena, "presets", path),
                           at);
    return source_read_outside(p->options.sources, SOURCE_PRESET, path_join(p->arena, f->dir, path),
                               at);
}

static bool is_trusted(const struct presets *p, const struct folder *f, const struct source *s)
{
    return f->origin != PRESET_PROJECT ||
           trust_check(p->trust, sources_project(p->options.sources), s->path, &s->digest);
}

static void read_candidate(struct presets *p, struct folder *f, struct candidate *c, struct span at)
{
    size_t errors = diag_errors(p->diag);

    if (c->read)
        return;
    c->read = true;
    c->source = read_source(p, f, c->path, at);
    c->trusted = c->source && is_trusted(p, f, c->source);
    if (c->source && c->source->number)
        c->root = yaml_parse(p->arena, p->diag, c->source->number);
    if (c->source && !c->root && diag_errors(p->diag) == errors)
        diag_say(p->diag, SEVERITY_ERROR, (struct span){c->source->number, 0, 0},
                 "begin it with preset: NAME and kind: KIND", "this preset is empty");
}

static const char *kind_of(const struct candidate *c)
{
    return node_text(node_get(c->root, "kind"));
}

static bool is_command(const struct node *root)
{
    return strcmp(node_text(node_get(root, "driver")), "command") == 0;
}

// What the schema cannot know: where the file stands.
static bool check_standing(struct presets *p, const struct folder *f, const struct candidate *c)
{
    const struct node *name = node_get(c->root, "preset");

    if (strcmp(node_text(name), c->stem) != 0) {
        diag_say(
            p->diag, SEVERITY_ERROR, name->span,
            arena_printf(p->arena, "call it \"%s\", or the file %s.yaml", c->stem, node_text(name)),
            "preset \"%s\" stands in %s: it is found by the file's name", node_text(name),
            path_base(c->path));
        return false;
    }
    if (f->origin == PRESET_PROJECT && is_command(c->root)) {
        diag_say(p->diag, SEVERITY_ERROR, node_get(c->root, "driver")->span,
                 "move it to the presets/ of your config folder, or to a folder of the studio's "
                 "`presets`",
                 "a command preset runs a program, so it is never read from a project");
        return false;
    }
    return true;
}

static bool read_workflow(struct presets *p, const struct folder *f, const struct candidate *c,
                          struct workflow *w)
{
    const struct node *at = node_get(c->root, "workflow");
    const char *path = path_join(p->arena, path_dir(p->arena, c->path), node_text(at));
    const struct source *s;

    if (!path_is_inside(path)) {
        diag_say(p->diag, SEVERITY_ERROR, at->span, "name a file beside the preset",
                 "a workflow does not lead out of its presets folder");
        return false;
    }
    s = read_source(p, f, path, at->span);
    if (s && !is_trusted(p, f, s)) {
        diag_say(p->diag, SEVERITY_ERROR, at->span, "look at it, then run `c41 trust`",
                 "this workflow is not trusted, or it changed since it was");
        return false;
    }
    return s && workflow_read(w, p->arena, p->diag, s->shown, s->text, at->span);
}

static struct preset *check(struct presets *p, struct folder *f, struct candidate *c);

// `longer` and `instead` name presets of the same kind; a circle of them would never end.
static const struct preset *sibling(struct presets *p, const struct node *name, const char *kind)
{
    return presets_find(p, kind, node_text(name), name->span);
}

static bool find_siblings(struct presets *p, const struct candidate *c, struct preset *preset)
{
    const struct node *longer = node_get(c->root, "longer"),
                      *instead = node_get(c->root, "instead");
    struct preset_instead *list;

    if (longer && !(preset->longer = sibling(p, longer, preset->kind)))
        return false;
    if (!instead)
        return true;
    preset->instead = list = arena_array(p->arena, struct preset_instead, instead->n);
    preset->n_instead = instead->n;
    for (size_t i = 0; i < instead->n; i++) {
        list[i].input = node_text(instead->keys[i]);
        list[i].preset = sibling(p, instead->items[i], preset->kind);
        if (!list[i].preset)
            return false;
    }
    return true;
}

static const char *const *list_needs(struct presets *p, const json_t *json)
{
    json_t *rules = json_object_get(json, "params"), *rule;
    const char **needs = arena_array(p->arena, const char *, json_object_size(rules) + 1), *name;
    size_t n = 0;

    json_object_foreach(rules, name, rule)
        if (json_get_flag(rule, "required", false) && !json_object_get(rule, "default"))
            needs[n++] = name;
    return needs;
}

static struct preset *make(struct presets *p, struct folder *f, struct candidate *c)
{
    struct workflow w = {0};
    struct preset *preset = arena_make(p->arena, struct preset);
    bool ok = schema_check(p->options.schemas, "preset.json", &c->root, p->arena, p->diag) &&
              check_standing(p, f, c);

    if (ok && node_get(c->root, "workflow"))
        ok = read_workflow(p, f, c, &w);
    if (ok)
        preset->json = preset_form(c->root, w.nodes ? &w : NULL, p->arena, p->diag);
    if (preset->json)
        preset->needs = list_needs(p, preset->json);
    workflow_release(&w);
    if (!ok || !preset->json)
        return NULL;
    vec_push(&p->made, preset);
    preset->name = c->stem;
    preset->kind = kind_of(c);
    preset->file = c->source->shown;
    preset->about = node_text(node_get(c->root, "about"));
    preset->origin = f->origin;
    return find_siblings(p, c, preset) ? preset : NULL;
}

static struct preset *check(struct presets *p, struct folder *f, struct candidate *c)
{
    if (!c->preset && !c->wrong) {
        c->checking = true;
        c->preset = make(p, f, c);
        c->checking = false;
        c->wrong = !c->preset;
    }
    return c->preset;
}

static const char *origin_hint(struct presets *p, const char *untrusted)
{
    return untrusted
               ? arena_printf(p->arena, "%s has one: look at it, then run `c41 trust`", untrusted)
               : NULL;
}

static void say_unknown(struct presets *p, const char *kind, const char *name,
                        const char *untrusted, struct span at)
{
    VEC(const char *) names = {0};
    const char *help = origin_hint(p, untrusted), *near;

    for (size_t i = 0; i < p->folders.n; i++)
        for (size_t j = 0; j < p->folders.at[i].n; j++) {
            struct candidate *c = &p->folders.at[i].files[j];

            read_candidate(p, &p->folders.at[i], c, at);
            if (c->root && c->trusted && strcmp(kind_of(c), kind) == 0)
                vec_push(&names, c->stem);
        }
    near = str_nearest(name, names.at, names.n);
    if (!help && near)
        help = arena_printf(p->arena, "did you mean \"%s\"?", near);
    diag_say(p->diag, SEVERITY_ERROR, at, help, "unknown %s preset \"%s\"", kind, name);
    vec_release(&names);
}

static const char *const whose[] = {
    [PRESET_PROJECT] = "the project's",
    [PRESET_STUDIO] = "the studio's own",
    [PRESET_USER] = "your own",
    [PRESET_BUILTIN] = "the built-in one",
};

static struct preset *found(struct presets *p, struct folder *f, struct candidate *c,
                            const char *untrusted, struct span at)
{
    if (c->checking) {
        diag_say(p->diag, SEVERITY_ERROR, at, NULL,
                 "preset \"%s\" leads back to itself by `longer` or `instead`", c->stem);
        return NULL;
    }
    if (untrusted && !c->told) {
        c->told = true;
        diag_say(p->diag, SEVERITY_WARNING, at, "look at it, then run `c41 trust`",
                 "%s is not trusted, or it changed since it was: %s is used", untrusted,
                 whose[f->origin]);
    }
    return check(p, f, c);
}

static struct preset *search(struct presets *p, const char *kind, const char *name, struct span at)
{
    const char *untrusted = NULL;

    for (size_t i = 0; i < p->folders.n; i++) {
        struct folder *f = &p->folders.at[i];

        list_folder(p, f);
        for (size_t j = 0; j < f->n; j++) {
            struct candidate *c = &f->files[j];

            if (strcmp(c->stem, name) != 0)
                continue;
            read_candidate(p, f, c, at);
            if (!c->root || strcmp(kind_of(c), kind) != 0)
                continue;
            if (c->trusted)
                return found(p, f, c, untrusted, at);
            untrusted = c->source->shown;
        }
    }
    say_unknown(p, kind, name, untrusted, at);
    return NULL;
}

const struct preset *presets_find(struct presets *p, const char *kind, const char *name,
                                  struct span at)
{
    struct preset *preset;

    buf_clear(&p->key);
    buf_puts(&p->key, kind);
    buf_char(&p->key, ' ');
    buf_puts(&p->key, name);
    preset = map_find(&p->found, buf_text(&p->key));
    if (!preset && (preset = search(p, kind, name, at)))
        map_put(&p->found, arena_printf(p->arena, "%s %s", kind, name), preset);
    return preset;
}

static size_t count(const char *const *inputs, size_t n, const char *name)
{
    size_t found_n = 0;

    for (size_t i = 0; i < n; i++)
        found_n += strcmp(inputs[i], name) == 0;
    return found_n;
}

const struct preset *preset_for(const struct preset *preset, const char *const *inputs, size_t n)
{
    size_t speakers = (size_t)json_get_integer(preset->json, "speakers", 1);

    for (size_t i = 0; i < preset->n_instead; i++) {
        const struct preset_instead *instead = &preset->instead[i];
        bool speaks = strcmp(instead->input, "speakers") == 0;

        if (speaks ? count(inputs, n, "track") > speakers : count(inputs, n, instead->input) > 0)
            return preset_for(instead->preset, inputs, n);
    }
    return preset;
}

static bool has_input(const struct step *step, const char *name)
{
    for (size_t i = 0; i < step->n_inputs; i++)
        if (strcmp(step->inputs[i].name, name) == 0)
            return true;
    return false;
}

const char *preset_missing(const struct preset *preset, const struct step *step)
{
    for (const char *const *name = preset->needs; *name; name++)
        if (!has_input(step, *name) && !step_has_param(step, *name))
            return *name;
    return NULL;
}

static int by_kind_and_name(const void *a, const void *b)
{
    const struct preset *x = *(const struct preset *const *)a,
                        *y = *(const struct preset *const *)b;
    int order = strcmp(x->kind, y->kind);

    return order ? order : strcmp(x->name, y->name);
}

const struct preset *const *presets_all(struct presets *p, size_t *n)
{
    VEC(const struct preset *) all = {0};
    struct map seen = {0};
    const struct preset **list;

    for (size_t i = 0; i < p->folders.n; i++) {
        struct folder *f = &p->folders.at[i];

        list_folder(p, f);
        for (size_t j = 0; j < f->n; j++) {
            struct candidate *c = &f->files[j];
            const char *key;

            read_candidate(p, f, c, (struct span){0});
            key = arena_printf(p->arena, "%s\n%s", kind_of(c), c->stem);
            if (c->root && c->trusted && !map_find(&seen, key) && check(p, f, c)) {
                map_put(&seen, key, c);
                vec_push(&all, c->preset);
            }
        }
    }
    *n = all.n;
    list = arena_array(p->arena, const struct preset *, all.n + 1);
    for (size_t i = 0; i < all.n; i++)
        list[i] = all.at[i];
    qsort(list, *n, sizeof(*list), by_kind_and_name);
    vec_release(&all);
    map_release(&seen);
    return list;
}

const struct preset *presets_read(struct presets *p, const char *path)
{
    struct folder *f = arena_make(p->arena, struct folder);
    struct candidate *c = arena_make(p->arena, struct candidate);

    *f = (struct folder){.dir = path_dir(p->arena, path), .origin = PRESET_STUDIO, .listed = true};
    *c = (struct candidate){.path = path_base(path), .stem = stem_of(p->arena, path)};
    read_candidate(p, f, c, (struct span){0});
    return c->root ? check(p, f, c) : NULL;
}

// Recipes stand in recipes/ of the same folders; NAME.yaml each.
static const char *recipe_in(struct presets *p, const struct folder *f, const char *name)
{
    const char *path = arena_printf(p->arena, "%s/recipes/%s.yaml", f->dir, name);

    return path_is_inside(name) && file_exists(path) ? path : NULL;
}

const char *const *presets_recipes(struct presets *p, size_t *n)
{
    struct map seen = {0};
    VEC(const char *) names = {0};
    const char **list;

    for (size_t i = 0; i < p->folders.n; i++) {
        size_t m;
        const char *const *paths =
            folder_files(p->arena, p->folders.at[i].dir, "recipes", FOLDER_LINKS, &m);

        for (size_t j = 0; j < m; j++) {
            const char *stem = is_yaml(paths[j]) ? stem_of(p->arena, paths[j]) : NULL;

            if (stem && !map_put(&seen, stem, p))
                vec_push(&names, stem);
        }
    }
    *n = names.n;
    list = arena_array(p->arena, const char *, names.n + 1);
    for (size_t i = 0; i < names.n; i++)
        list[i] = names.at[i];
    vec_release(&names);
    map_release(&seen);
    return list;
}

const char *presets_recipe(struct presets *p, const char *name, struct span at)
{
    const char *const *names, *near;
    size_t n;

    for (size_t i = 0; i < p->folders.n; i++)
        if (recipe_in(p, &p->folders.at[i], name))
            return recipe_in(p, &p->folders.at[i], name);
    names = presets_recipes(p, &n);
    near = str_nearest(name, names, n);
    diag_say(p->diag, SEVERITY_ERROR, at,
             near ? arena_printf(p->arena, "did you mean \"%s\"?", near) : NULL,
             "unknown recipe \"%s\"", name);
    return NULL;
}
