// SPDX-License-Identifier: MIT
#include "compiler/studio.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "base/vec.h"
#include "compiler/graph.h"
#include "compiler/node.h"
#include "compiler/schema.h"
#include "compiler/source.h"
#include "compiler/trust.h"
#include "compiler/yaml.h"

enum { USUAL_PATIENCE_MS = 10 * 60 * 1000 };

struct reading {
    struct arena *arena;
    struct diag *diag;
    const struct studio_options *options;
    struct studio *studio;
    bool wrong;
};

static void say(struct reading *r, const struct node *at, const char *help, const char *message)
{
    r->wrong = true;
    diag_say(r->diag, SEVERITY_ERROR, at->span, help, "%s", message);
}

static const char *text_or_null(const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);

    return n ? node_text(n) : NULL;
}

// {env: NAME}: secrets are named, never written.
static const char *env_of(const struct node *map, const char *key)
{
    return text_or_null(node_get(map, key), "env");
}

static struct place place_of(const struct reading *r, const struct node *n)
{
    return diag_place(r->diag, n->span, r->arena);
}

// Drivers that talk to a server, and so need its address.
static const char *const served[] = {"comfyui", "ollama", "openai", "speech"};

static void check_service(struct reading *r, const struct node *key, const struct node *n)
{
    const char *driver = node_text(node_get(n, "driver"));

    for (size_t i = 0; !node_get(n, "url") && i < sizeof(served) / sizeof(*served); i++)
        if (strcmp(served[i], driver) == 0)
            say(r, key, "add url: \"http://HOST:PORT\"",
                arena_printf(r->arena, "service \"%s\" does not say where its server is",
                             node_text(key)));
}

static const char *const *texts_of(struct reading *r, const struct node *list, size_t *n)
{
    const char **texts = list ? arena_array(r->arena, const char *, list->n + 1) : NULL;

    *n = list ? list->n : 0;
    for (size_t i = 0; i < *n; i++)
        texts[i] = node_text(list->items[i]);
    return texts;
}

// "~" is the user's home; else relative to the studio's own folder.
static const char *folder_of(struct reading *r, const struct node *n)
{
    const char *path = node_text(n), *home = r->options->home;

    if (path[0] != '~')
        return path_join(r->arena, path_dir(r->arena, r->studio->file), path);
    if (home && (path[1] == '/' || !path[1]))
        return path_join(r->arena, home, path[1] ? path + 2 : "");
    say(r, n, "write the whole path",
        arena_printf(r->arena, "\"%s\": whose home is not known", path));
    return path;
}

static const struct {
    const char *name;
    double ms;
} units[] = {{"s", 1000}, {"min", 60 * 1000}, {"h", 3600 * 1000}, {"d", 86400e3}};

static int64_t milliseconds(const char *time)
{
    char *end;
    double amount = strtod(time, &end);

    while (*end == ' ')
        end++;
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (strcmp(end, units[i].name) == 0)
            return (int64_t)fmin(amount * units[i].ms, 1e15);
    return USUAL_PATIENCE_MS;
}

static void read_service(struct reading *r, struct studio_service *s, const struct node *key,
                         const struct node *n)
{
    const struct node *jobs = node_get(n, "jobs"), *stall = node_get(n, "stall");

    check_service(r, key, n);
    s->name = node_text(key);
    s->driver = node_text(node_get(n, "driver"));
    s->url = text_or_null(n, "url");
    s->token_env = env_of(n, "token");
    s->dialect = text_or_null(n, "dialect");
    s->loras = text_or_null(n, "loras");
    s->over = text_or_null(n, "over");
    s->config = node_get(n, "config") ? folder_of(r, node_get(n, "config")) : NULL;
    s->work = text_or_null(n, "work");
    s->ca = node_get(n, "ca") ? folder_of(r, node_get(n, "ca")) : NULL;
    s->jobs = jobs ? (unsigned)jobs->integer : 0;
    s->stall_ms = stall ? milliseconds(node_text(stall)) : 0;
    s->presets = texts_of(r, node_get(n, "presets"), &s->n_presets);
    s->options = node_json(n);
    s->at = place_of(r, key);
}

// "20:00-08:00" in minutes; the schema has seen to its shape.
static struct studio_hours hours_of(const char *text)
{
    return (struct studio_hours){
        .from_min = 60 * (int)strtol(text, NULL, 10) + (int)strtol(text + 3, NULL, 10),
        .to_min = 60 * (int)strtol(text + 6, NULL, 10) + (int)strtol(text + 9, NULL, 10),
    };
}

static void read_hours(struct reading *r, struct studio_machine *m, const struct node *n)
{
    bool several = n->type == NODE_LIST;
    struct studio_hours *hours;

    m->n_hours = several ? n->n : 1;
    m->hours = hours = arena_array(r->arena, struct studio_hours, m->n_hours + 1);
    for (size_t i = 0; i < m->n_hours; i++)
        hours[i] = hours_of(node_text(several ? n->items[i] : n));
}

// A program and its arguments: a list, or a text that is cut at its blanks.
static const char *const *words_of(struct reading *r, const struct node *n)
{
    struct str rest = str_trim(str_of(node_text(n)));
    const char **words =
        arena_array(r->arena, const char *, (n->type == NODE_LIST ? n->n : rest.len) + 1);
    size_t count = 0;

    for (size_t i = 0; n->type == NODE_LIST && i < n->n; i++)
        words[count++] = node_text(n->items[i]);
    while (n->type != NODE_LIST && rest.len) {
        struct str word = str_cut(&rest, ' ');

        if (word.len)
            words[count++] = arena_strndup(r->arena, word.ptr, word.len);
    }
    return words;
}

static void read_machine(struct reading *r, struct studio_machine *m, const struct node *key,
                         const struct node *n)
{
    const struct node *services = node_get(n, "services"), *gpus = node_get(n, "gpus"),
                      *hours = node_get(n, "hours"), *awake = node_get(n, "awake");

    m->name = node_text(key);
    m->gpus = gpus ? (unsigned)gpus->integer : 0;
    m->at = place_of(r, key);
    if (hours)
        read_hours(r, m, hours);
    m->awake = awake ? words_of(r, awake) : NULL;
    if (strcmp(m->name, "here") == 0)
        say(r, key, "give the services of this machine another machine's name",
            "\"here\" is always there: it is this machine, with its own local and draft");
    m->n_services = services ? services->n : 0;
    m->services = arena_array(r->arena, struct studio_service, m->n_services + 1);
    for (size_t i = 0; i < m->n_services; i++) {
        read_service(r, &m->services[i], services->keys[i], services->items[i]);
        m->services[i].machine = m;
    }
}

// This machine makes what needs no model, in every studio.
static void add_here(struct reading *r, struct studio_machine *m)
{
    static const char *const own[] = {"local", "draft"};

    m->name = "here";
    m->n_services = sizeof(own) / sizeof(*own);
    m->services = arena_array(r->arena, struct studio_service, m->n_services);
    for (size_t i = 0; i < m->n_services; i++)
        m->services[i] = (struct studio_service){.name = own[i], .driver = own[i], .machine = m};
}

static void read_machines(struct reading *r, const struct node *machines)
{
    struct studio *s = r->studio;
    size_t n = machines ? machines->n : 0;

    s->machines = arena_array(r->arena, struct studio_machine, n + 1);
    for (size_t i = 0; i < n; i++)
        read_machine(r, &s->machines[i], machines->keys[i], machines->items[i]);
    add_here(r, &s->machines[n]);
    s->n_machines = n + 1;
}

// PRESET, or {people: PRESET, else: PRESET}.
static struct use read_use(const struct node *key, const struct node *n, enum use_from from)
{
    const char *both = n->type == NODE_MAP ? NULL : node_text(n);

    return (struct use){
        .kind = node_text(key),
        .people = both ? both : text_or_null(n, "people"),
        .other = both ? both : text_or_null(n, "else"),
        .from = from,
        .at = n->span,
    };
}

static void read_uses(struct reading *r, const struct node *use)
{
    struct studio *s = r->studio;

    s->uses = arena_array(r->arena, struct use, (use ? use->n : 0) + 1);
    for (size_t i = 0; use && i < use->n; i++)
        s->uses[s->n_uses++] = read_use(use->keys[i], use->items[i], USE_STUDIO);
}

static void read_folders(struct reading *r, const struct node *list)
{
    const char **folders = arena_array(r->arena, const char *, (list ? list->n : 0) + 1);

    for (size_t i = 0; list && i < list->n; i++)
        folders[i] = folder_of(r, list->items[i]);
    r->studio->presets = folders;
    r->studio->n_presets = list ? list->n : 0;
}

static const char *const fingerprints[] = {"ignore", "warn", "strict"};

static void read_rest(struct reading *r, const struct node *root)
{
    const struct node *cache = node_get(root, "cache"), *print = node_get(root, "fingerprint"),
                      *webhook = node_get(node_get(root, "notify"), "webhook"),
                      *push = node_get(cache, "push"), *patience = node_get(root, "patience");
    struct studio *s = r->studio;

    s->cache_url = text_or_null(cache, "remote");
    s->cache_token_env = env_of(cache, "token");
    s->cache_push = push && push->flag;
    s->patience_ms = patience ? milliseconds(node_text(patience)) : USUAL_PATIENCE_MS;
    s->fingerprint = FINGERPRINT_WARN;
    for (size_t i = 0; print && i < sizeof(fingerprints) / sizeof(*fingerprints); i++)
        if (strcmp(fingerprints[i], node_text(print)) == 0)
            s->fingerprint = (enum studio_fingerprint)i;
    s->webhook_env = text_or_null(webhook, "env");
    s->webhook = webhook && webhook->type == NODE_TEXT ? node_text(webhook) : NULL;
}

static bool read_root(struct reading *r, struct node *root)
{
    read_machines(r, node_get(root, "machines"));
    read_uses(r, node_get(root, "use"));
    read_folders(r, node_get(root, "presets"));
    read_rest(r, root);
    return !r->wrong;
}

// A token that was written out is not shown: what the schema would say of it has it in the line.
static bool hides_tokens(struct reading *r, const struct node *map, const char *whose)
{
    const struct node *token = node_get(map, "token");

    if (!token || token->type == NODE_MAP)
        return true;
    diag_say(
        r->diag, SEVERITY_ERROR, (struct span){0},
        "write token: {env: VARIABLE}, and set the variable",
        "%s: the token of %s is written out; a studio names the environment variable that holds it",
        r->studio->file, whose);
    return false;
}

static bool hides_all_tokens(struct reading *r, const struct node *root)
{
    const struct node *machines = node_get(root, "machines");
    bool ok = hides_tokens(r, node_get(root, "cache"), "the cache");

    for (size_t i = 0; machines && machines->type == NODE_MAP && i < machines->n; i++) {
        const struct node *services = node_get(machines->items[i], "services");

        for (size_t j = 0; services && services->type == NODE_MAP && j < services->n; j++)
            ok &= hides_tokens(r, services->items[j], node_text(services->keys[j]));
    }
    return ok;
}

static bool read_source(struct reading *r, const struct source *source)
{
    size_t errors = diag_errors(r->diag);
    struct node *root = source->number ? yaml_parse(r->arena, r->diag, source->number) : NULL;

    r->studio->file = source->shown;
    if (!root && diag_errors(r->diag) == errors)
        diag_say(r->diag, SEVERITY_ERROR, (struct span){source->number, 0, 0},
                 "begin it with c41: 1 and machines:", "this studio is empty");
    return root && hides_all_tokens(r, root) &&
           schema_check(r->options->schemas, "studio.json", &root, r->arena, r->diag) &&
           read_root(r, root);
}

// The project's studio is a stranger's until `c41 trust`.
static const struct source *project_studio(struct reading *r)
{
    const struct source *s =
        source_try(r->options->sources, SOURCE_STUDIO, "studio.yaml", (struct span){0});
    struct trust *t;
    bool trusted;

    if (!s || s->missing)
        return NULL;
    t = trust_read(r->arena, r->options->config);
    trusted = trust_check(t, sources_project(r->options->sources), s->path, &s->digest);
    trust_release(t);
    if (trusted)
        return s;
    diag_say(r->diag, SEVERITY_WARNING, (struct span){0}, "look at it, then run `c41 trust`",
             "%s is not trusted, or it changed since it was: it is left out", s->shown);
    return NULL;
}

// What is read: *none when there is no studio anywhere.
static const struct source *pick_source(struct reading *r, bool *none)
{
    const struct studio_options *o = r->options;
    const char *own = o->config ? path_join(r->arena, o->config, "studio.yaml") : NULL;
    const struct source *s;

    *none = false;
    if (own && !o->file)
        source_note_aside(o->sources, own, true);
    if (o->file)
        return source_read_outside(o->sources, SOURCE_STUDIO, o->file, (struct span){0});
    if (own && file_exists(own))
        return source_read_outside(o->sources, SOURCE_STUDIO, own, (struct span){0});
    s = o->project ? project_studio(r) : NULL;
    *none = !s;
    return s;
}

struct studio *studio_read(struct arena *a, struct diag *d, const struct studio_options *options)
{
    struct reading r = {a, d, options, arena_make(a, struct studio), false};
    bool none = options->draft;
    const struct source *source = none ? NULL : pick_source(&r, &none);

    if (none) {
        read_root(&r, NULL);
        return r.studio;
    }
    if (source && read_source(&r, source))
        return r.studio;
    studio_free(r.studio);
    return NULL;
}

void studio_free(struct studio *s)
{
    for (size_t i = 0; s && i < s->n_machines; i++)
        for (size_t j = 0; j < s->machines[i].n_services; j++) {
            json_decref(s->machines[i].services[j].options);
            s->machines[i].services[j].options = NULL;
        }
}

bool studio_runs(const struct studio_service *service, const json_t *preset)
{
    const char *name = json_get_text(preset, "preset", "");

    if (strcmp(service->driver, json_get_text(preset, "driver", "")) != 0)
        return false;
    for (size_t i = 0; i < service->n_presets; i++)
        if (strcmp(service->presets[i], name) == 0)
            return true;
    return !service->presets;
}

size_t studio_offers(const struct studio *s, const json_t *preset,
                     const struct studio_service **out, size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < s->n_machines; i++)
        for (size_t j = 0; j < s->machines[i].n_services && n < max; j++)
            if (studio_runs(&s->machines[i].services[j], preset))
                out[n++] = &s->machines[i].services[j];
    return n;
}

// Fills in what a stronger layer left open.
static void lay_under(struct use *use, const struct use *weaker)
{
    if (!use->people && weaker->people) {
        use->people = weaker->people;
        use->from = weaker->from;
        use->at = weaker->at;
    }
    if (!use->other && weaker->other) {
        use->other = weaker->other;
        use->from = weaker->from;
        use->at = weaker->at;
    }
}

static void say_no_kind(struct arena *a, struct diag *d, const char *name)
{
    size_t n;
    const struct kind *all = kind_all(&n);
    const char **names = arena_array(a, const char *, n + 1), *near;

    for (size_t i = 0; i < n; i++)
        names[i] = all[i].name;
    near = str_nearest(name, names, n);
    diag_say(d, SEVERITY_ERROR, (struct span){0},
             near ? arena_printf(a, "did you mean \"%s\"?", near) : NULL,
             "--use: unknown kind of step \"%s\"", name);
}

static void check_options(struct arena *a, struct diag *d, const json_t *options)
{
    json_t *o = json_deep_copy(options), *value;
    const char *kind;

    json_object_foreach(o, kind, value)
        if (!kind_find(kind))
            say_no_kind(a, d, kind);
    json_decref(o);
}

static const char *fallback(const struct kind *kind)
{
    return kind->drafted ? "draft" : kind->local ? "local" : kind->optional ? NULL : "none";
}

static struct use resolve(const struct kind *kind, const struct studio *s,
                          const struct node *film_use, const json_t *options)
{
    const char *option = json_get_text(options, kind->name, NULL), *own = fallback(kind);
    const struct node *film = node_get(film_use, kind->name);
    struct use use = {kind->name, option, option, USE_OPTION, {0}}, weaker;

    if (film) {
        weaker = read_use(film, film, USE_FILM);
        lay_under(&use, &weaker);
    }
    for (size_t i = 0; i < s->n_uses; i++)
        if (strcmp(s->uses[i].kind, kind->name) == 0)
            lay_under(&use, &s->uses[i]);
    // A studio that names one preset for people and none for the rest means it for both.
    weaker = (struct use){kind->name, use.other, use.people, use.from, use.at};
    lay_under(&use, &weaker);
    weaker = (struct use){kind->name, own, own, USE_FALLBACK, {0}};
    lay_under(&use, &weaker);
    use.kind = kind->name;
    return use;
}

struct use *use_resolve(struct arena *a, struct diag *d, const struct studio *s,
                        const struct node *film_use, const json_t *options, size_t *n)
{
    size_t n_kinds;
    const struct kind *kinds = kind_all(&n_kinds);
    struct use *uses = arena_array(a, struct use, n_kinds);

    *n = 0;
    check_options(a, d, options);
    for (size_t i = 0; i < n_kinds; i++) {
        uses[*n] = resolve(&kinds[i], s, film_use, options);
        *n += uses[*n].other != NULL;
    }
    return uses;
}

const struct use *use_find(const struct use *uses, size_t n, const char *kind)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(uses[i].kind, kind) == 0)
            return &uses[i];
    return NULL;
}
