// SPDX-License-Identifier: MIT
#include "compiler/rules.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "compiler/convert.h"
#include "compiler/film.h"
#include "compiler/graph.h"
#include "compiler/hooks.h"
#include "compiler/lua.h"
#include "compiler/node.h"
#include "compiler/sandbox.h"
#include "compiler/script.h"
#include "compiler/studio.h"
#include "compiler/theme.h"

struct rules {
    struct script script;
    struct map picks;        // id -> itself: the picks that rules looked at
    bool hooked;             // the hook files are loaded
    bool by_scene;           // as rules.film's open says
    bool marked;             // Lua goes back now and then to where the film was opened
    size_t n_places;         // of script.places, then
    const struct node *film; // as it was opened
    const struct rules_context *context;
};

// What Lua holds when it goes back: enough for dozens of scenes, however many the film has, for
// to go back is to copy what is held of all of them.
enum { LEAST_HELD_BYTES = 4 << 20, HELD_BYTES_PER_SCENE = 4 << 10 };

// What a mark costs is worth it from so many scenes on.
enum { LEAST_SCENES = 8 };

// What a function in C that runs under lua_host_call works on.
struct rules_job {
    struct rules *rules;
    struct node **film; // hooks may replace it
    size_t from, to;    // positions of scenes
};

static int open_state(lua_State *L)
{
    convert_open(L);
    sandbox_open(L);
    return 0;
}

static void prepare_state(struct script *s)
{
    struct lua_fault fault;

    lua_pushcfunction(lua_host_state(s->host), open_state);
    lua_host_call(s->host, 0, 0, NULL, &fault);
}

static void copy_map(struct map *to, const struct map *from)
{
    for (size_t i = 0; i < from->cap; i++)
        if (from->slots[i].key)
            map_put(to, from->slots[i].key, from->slots[i].value);
}

struct rules *rules_new(const struct rules_options *options)
{
    struct rules *r = mem_new(sizeof(*r));
    struct script *s = &r->script;

    s->arena = options->arena;
    s->diag = options->diag;
    s->sources = options->sources;
    s->schemas = options->schemas;
    s->presets = options->presets;
    s->data_dir = options->data_dir;
    if (options->sibling)
        copy_map(&s->modules, &options->sibling->script.modules);
    s->host = lua_host_new(s->arena);
    s->hooks = hooks_new(s);
    lua_host_set_owner(s->host, s);
    prepare_state(s);
    return r;
}

void rules_free(struct rules *r)
{
    if (!r)
        return;
    hooks_free(r->script.hooks);
    lua_host_free(r->script.host);
    for (size_t i = 0; r->script.scenes && i < r->script.scenes->n; i++)
        vec_release(&r->script.about_scenes[i].looks_at);
    buf_release(&r->script.text);
    digester_free(r->script.digester);
    vec_release(&r->script.places);
    vec_release(&r->script.used);
    map_release(&r->script.assets);
    map_release(&r->script.modules);
    map_release(&r->script.chunks);
    map_release(&r->script.tables);
    map_release(&r->picks);
    mem_free(r);
}

static bool fail(const struct lua_fault *fault, struct err *err)
{
    if (fault->kind == LUA_FAULT_MEMORY)
        return err_set(err, ERR_FILM, "this film is too large: compiling it takes more than %d MiB",
                       LUA_HOST_BYTES >> 20);
    return err_set(err, ERR_BUG, "rules: %s (%s:%u)\n%s", fault->message,
                   fault->chunk ? fault->chunk : "?", fault->line,
                   fault->traceback ? fault->traceback : "");
}

// Runs work(job) where errors of Lua may be raised.
static bool run(struct rules *r, lua_CFunction work, struct rules_job *job, struct lua_fault *fault)
{
    lua_State *L = lua_host_state(r->script.host);

    lua_pushcfunction(L, work);
    lua_pushlightuserdata(L, job);
    return lua_host_call(r->script.host, 1, 0, NULL, fault);
}

static bool load_hooks(struct rules *r, const struct node *film)
{
    if (r->hooked)
        return true;
    r->hooked = true;
    return hooks_load(r->script.hooks, node_get(film, "hooks"));
}

static int hook_film(lua_State *L)
{
    struct rules_job *job = lua_touserdata(L, 1);
    struct script *s = &job->rules->script;

    if (load_hooks(job->rules, *job->film) && hooks_has(s->hooks, HOOK_FILM))
        hooks_film(s->hooks, job->film);
    s->hook_at = (struct span){0};
    return 0;
}

bool rules_hook_film(struct rules *r, struct node **film, struct err *err)
{
    struct rules_job job = {.rules = r, .film = film};
    size_t errors = diag_errors(r->script.diag);
    struct lua_fault fault;

    if (!node_get(*film, "hooks"))
        return true;
    if (!run(r, hook_film, &job, &fault))
        return fail(&fault, err);
    theme_read(*film, r->script.schemas, r->script.sources, r->script.arena, r->script.diag);
    return diag_errors(r->script.diag) == errors || err_set(err, ERR_FILM, "the hooks have errors");
}

static void push_uses(lua_State *L, struct script *s, const struct rules_context *context)
{
    lua_createtable(L, 0, (int)context->n_uses);
    for (size_t i = 0; i < context->n_uses; i++) {
        const struct use *use = &context->uses[i];

        lua_createtable(L, 0, 3);
        lua_pushstring(L, use->people);
        lua_setfield(L, -2, "people");
        lua_pushstring(L, use->other);
        lua_setfield(L, -2, "else");
        if (use->at.source) {
            lua_pushinteger(L, script_add_place(s, use->at, NULL));
            lua_setfield(L, -2, "at");
        }
        lua_setfield(L, -2, use->kind);
    }
}

// Upvalues: the picks, and the rules that look at them.
static int look_at_pick(lua_State *L)
{
    struct rules *r = lua_touserdata(L, lua_upvalueindex(2));
    const char *id = luaL_checkstring(L, 2);

    if (lua_getfield(L, lua_upvalueindex(1), id) != LUA_TNIL && !map_find(&r->picks, id)) {
        char *kept = arena_strdup(r->script.arena, id);

        map_put(&r->picks, kept, kept);
    }
    return 1;
}

// Rules find a pick under the step's name or the one it had; what they never ask for is of no use.
// nil where the film has none.
static void push_picks(lua_State *L, struct rules *r, const struct node *picks)
{
    if (!picks) {
        lua_pushnil(L);
        return;
    }
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    convert_push_node(L, picks);
    lua_pushlightuserdata(L, r);
    lua_pushcclosure(L, look_at_pick, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

bool rules_used_pick(const struct rules *r, const char *id)
{
    return map_find(&r->picks, id) != NULL;
}

// How many shots a scene has; of one that was left out it is known that it has some.
static lua_Integer count_shots(const struct node *scene)
{
    const struct node *shots = node_get(scene, "shots");

    return film_kept(scene) ? 1 : shots ? (lua_Integer)shots->n : 0;
}

// What names a scene, and how many shots it has: enough to name them all before any is looked into.
static void push_scenes(lua_State *L, const struct node *scenes)
{
    static const char *const keys[] = {"id", "scene", "was"};

    lua_createtable(L, scenes ? (int)scenes->n : 0, 0);
    for (size_t i = 0; scenes && i < scenes->n; i++) {
        const struct node *scene = scenes->items[i];

        lua_createtable(L, 0, 5);
        for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++) {
            const struct node *value = node_get(scene, keys[k]);

            if (value)
                convert_push_node(L, value);
            else
                lua_pushnil(L);
            lua_setfield(L, -2, keys[k]);
        }
        lua_pushinteger(L, count_shots(scene));
        lua_setfield(L, -2, "shots");
        lua_pushboolean(L, film_kept(scene) != NULL);
        lua_setfield(L, -2, "kept");
        convert_set_node(L, -1, scene);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_context(lua_State *L, struct rules *r, const struct rules_context *context)
{
    lua_createtable(L, 0, 5);
    lua_pushstring(L, context->name);
    lua_setfield(L, -2, "name");
    push_picks(L, r, context->picks);
    lua_setfield(L, -2, "picks");
    push_scenes(L, r->script.scenes);
    lua_setfield(L, -2, "scenes");
    push_uses(L, &r->script, context);
    lua_setfield(L, -2, "use");
    lua_createtable(L, 0, 1);
    lua_pushboolean(L, context->draft);
    lua_setfield(L, -2, "draft");
    lua_setfield(L, -2, "options");
}

// The film without its scenes, of which rules ask for one at a time.
static void push_film(lua_State *L, const struct node *film)
{
    lua_createtable(L, 0, (int)film->n);
    for (size_t i = 0; i < film->n; i++) {
        if (strcmp(node_text(film->keys[i]), "scenes") == 0)
            continue;
        lua_pushlstring(L, film->keys[i]->text.ptr, film->keys[i]->text.len);
        convert_push_node(L, film->items[i]);
        lua_rawset(L, -3);
    }
    convert_set_node(L, -1, film);
}

// Registry keys: the module rules.film, and the world that its open made.
static const char module_key, world_key;

// require("rules.film").open(film, ctx)
static int open_film(lua_State *L)
{
    struct rules *r = ((struct rules_job *)lua_touserdata(L, 1))->rules;

    load_hooks(r, r->film);
    r->script.hook_at = (struct span){0};
    script_push_env(L, true);
    sandbox_freeze(L, -1);
    lua_getfield(L, -1, "require");
    lua_pushstring(L, "rules.film");
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &module_key);
    lua_getfield(L, -1, "open");
    push_film(L, r->film);
    push_context(L, r, r->context);
    lua_call(L, 2, 2);
    r->by_scene = lua_toboolean(L, -1);
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &world_key);
    return 0;
}

static void push_call(lua_State *L, const char *function)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &module_key);
    lua_getfield(L, -1, function);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &world_key);
}

static bool holds_much(const struct rules *r)
{
    size_t most = LEAST_HELD_BYTES, by_scenes = r->script.scenes->n * HELD_BYTES_PER_SCENE;

    return r->marked && lua_host_bytes(r->script.host) > (by_scenes > most ? by_scenes : most);
}

// What is on top is kept as text: it may be for another state of Lua to go on with.
static void keep_given(lua_State *L, struct script *s, struct script_scene *scene)
{
    const char *why;

    if (lua_isnil(L, -1))
        return;
    buf_clear(&s->text);
    if (convert_to_text(L, -1, &s->text, NULL, &why))
        scene->given = arena_strndup(s->arena, s->text.ptr, s->text.len);
    else if (!diag_errors(s->diag)) // else it may be odd, and nobody will use it
        luaL_error(L, "scene %s gives %s", scene->name, why);
}

// scene(world, i) for each in turn, until all are done or Lua is to go back. Places of one mean
// nothing to the next.
static int lower_scenes(lua_State *L)
{
    struct rules_job *job = lua_touserdata(L, 1);
    struct script *s = &job->rules->script;
    size_t n_places = s->places.n;

    while (job->from < job->to && !holds_much(job->rules)) {
        size_t i = job->from++;

        s->about_scenes[i].given = film_kept(s->scenes->items[i]);
        if (s->about_scenes[i].given)
            continue;
        s->scene_from = s->graph->n_steps;
        s->scene = i + 1;
        push_call(L, "scene");
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_call(L, 2, 1);
        keep_given(L, s, &s->about_scenes[i]);
        lua_settop(L, 1);
        s->places.n = n_places;
    }
    s->scene = 0;
    s->scene_from = s->graph->n_steps;
    return 0;
}

// What all scenes gave, in order; an empty list for those that gave nothing.
static void push_given(lua_State *L, const struct script *s)
{
    size_t n = s->scenes ? s->scenes->n : 0;

    lua_createtable(L, (int)n, 0);
    for (size_t i = 0; i < n; i++) {
        const char *given = s->about_scenes[i].given;
        json_t *value = given ? json_loads(given, JSON_ALLOW_NUL, NULL) : NULL;

        if (value)
            convert_push_json(L, value);
        else
            lua_newtable(L);
        json_decref(value);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static int close_film(lua_State *L)
{
    struct rules_job *job = lua_touserdata(L, 1);

    push_call(L, "close");
    push_given(L, &job->rules->script);
    lua_call(L, 2, 0);
    return 0;
}

static size_t count_scenes(const struct script *s)
{
    size_t n = 0;

    for (size_t i = 0; s->scenes && i < s->scenes->n; i++)
        n += !film_kept(s->scenes->items[i]);
    return n;
}

// Whatever is of one scene alone is of no use to the next. But hooks are counted by what they leave
// behind, so with them garbage is collected as it comes.
static void throw_away(struct rules *r)
{
    lua_host_keep_garbage(r->script.host);
    r->n_places = r->script.places.n;
    r->marked = count_scenes(&r->script) >= LEAST_SCENES;
    if (r->marked)
        lua_host_mark(r->script.host);
}

bool rules_open_film(struct rules *r, const struct node *film, const struct rules_context *context,
                     struct graph *graph, struct err *err)
{
    struct rules_job job = {.rules = r};
    struct script *s = &r->script;
    struct lua_fault fault;

    r->film = film;
    r->context = context;
    s->graph = graph;
    s->scenes = node_get(film, "scenes");
    s->about_scenes = arena_array(s->arena, struct script_scene, s->scenes ? s->scenes->n : 0);
    s->left_out = context->left_out;
    for (size_t i = 0; s->left_out && s->scenes && i < s->scenes->n && !s->kept; i++)
        s->kept = film_kept(s->scenes->items[i]);
    if (!run(r, open_film, &job, &fault))
        return fail(&fault, err);
    if (!node_get(film, "hooks"))
        throw_away(r);
    return true;
}

bool rules_lower(struct rules *r, size_t from, size_t to, struct err *err)
{
    struct rules_job job = {.rules = r, .from = from, .to = to};
    struct lua_fault fault;

    for (;;) {
        if (!run(r, lower_scenes, &job, &fault))
            return fail(&fault, err);
        if (job.from == to)
            return true;
        lua_host_go_back(r->script.host);
        r->script.places.n = r->n_places;
    }
}

bool rules_close_film(struct rules *r, struct graph *graph, struct err *err)
{
    struct rules_job job = {.rules = r};
    struct lua_fault fault;

    r->script.graph = graph;
    r->script.scene_from = graph->n_steps;
    if (!run(r, close_film, &job, &fault))
        return fail(&fault, err);
    if (r->script.wants_all)
        return err_set(err, ERR_TRANSIENT, "this asks for scenes that were left out");
    return diag_errors(r->script.diag) == 0 || err_set(err, ERR_FILM, "the film has errors");
}

// What is known of a scene belongs to whoever lowered it.
static void take_scenes(struct script *s, struct script *from)
{
    for (size_t i = 0; s->scenes && i < s->scenes->n; i++) {
        struct script_scene *mine = &s->about_scenes[i], *theirs = &from->about_scenes[i];

        if (theirs->given)
            mine->given = theirs->given;
        if (theirs->looks_at.n) {
            vec_release(&mine->looks_at);
            mine->looks_at.at = theirs->looks_at.at;
            mine->looks_at.n = theirs->looks_at.n;
            mine->looks_at.cap = theirs->looks_at.cap;
            theirs->looks_at.at = NULL;
        }
    }
}

void rules_take(struct rules *r, struct rules *others)
{
    copy_map(&r->picks, &others->picks);
    take_scenes(&r->script, &others->script);
    r->script.wants_all |= others->script.wants_all;
    rules_free(others);
}

const struct script_scene *rules_scenes(const struct rules *r)
{
    return r->script.about_scenes;
}

bool rules_by_scene(const struct rules *r)
{
    return r->by_scene && !hooks_has(r->script.hooks, HOOK_FILM);
}
