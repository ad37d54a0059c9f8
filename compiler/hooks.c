// SPDX-License-Identifier: MIT
#include "compiler/hooks.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "compiler/convert.h"
#include "compiler/film.h"
#include "compiler/lua.h"
#include "compiler/merge.h"
#include "compiler/node.h"
#include "compiler/sandbox.h"
#include "compiler/schema.h"
#include "compiler/script.h"
#include "compiler/source.h"

// Registry keys: what the file that runs has registered, as a table of lists by kind.
static const char registered_key;

static const char *const kind_names[HOOK_KINDS] = {"film", "shot", "step"};

// What is printed when a function at this line has to be ended by force.
struct last_words {
    unsigned line;
    const char *text;
};

struct hook_file {
    const struct source *source;
    struct buf code; // compiled, by us: what people hand in is text
    bool has[HOOK_KINDS];
    bool broken; // an error was said: it runs no more
    VEC(struct last_words) words;
};

struct hooks {
    struct script *script;
    VEC(struct hook_file) files;
};

struct hooks *hooks_new(struct script *s)
{
    struct hooks *h = mem_new(sizeof(*h));

    h->script = s;
    return h;
}

void hooks_free(struct hooks *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->files.n; i++) {
        buf_release(&h->files.at[i].code);
        vec_release(&h->files.at[i].words);
    }
    vec_release(&h->files);
    mem_free(h);
}

void hooks_stop(struct hooks *h)
{
    for (size_t i = 0; i < h->files.n; i++)
        h->files.at[i].broken = true;
}

bool hooks_any(const struct hooks *h)
{
    return h->files.n > 0;
}

bool hooks_has(const struct hooks *h, enum hook_kind kind)
{
    for (size_t i = 0; i < h->files.n; i++)
        if (h->files.at[i].has[kind] && !h->files.at[i].broken)
            return true;
    return false;
}

// on.film, on.shot, on.step: upvalue 1 is the kind.
static int register_function(lua_State *L)
{
    const char *kind = kind_names[lua_tointeger(L, lua_upvalueindex(1))];

    luaL_argexpected(L, lua_isfunction(L, 1), 1, "function");
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registered_key) != LUA_TTABLE)
        return luaL_error(
            L, "on.%s belongs outside of functions: it is called while the file loads", kind);
    lua_getfield(L, -1, kind);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    return 0;
}

int hooks_push_on(lua_State *L)
{
    lua_newtable(L);
    for (int kind = 0; kind < HOOK_KINDS; kind++) {
        lua_pushinteger(L, kind);
        lua_pushcclosure(L, register_function, 1);
        lua_setfield(L, -2, kind_names[kind]);
    }
    sandbox_seal(L, "on");
    return 1;
}

static const char *last_words_at(struct hooks *h, struct hook_file *f, unsigned line)
{
    struct script *s = h->script;
    struct place place = diag_place(s->diag, script_line(s, f->source->path, line), s->arena);
    struct buf text = {0};
    const char *copy;

    for (size_t i = 0; i < f->words.n; i++)
        if (f->words.at[i].line == line)
            return f->words.at[i].text;
    place_render(
        &place, SEVERITY_ERROR,
        arena_printf(s->arena, "this was stopped after %d seconds of work", LUA_GUARD_SECONDS),
        "look for a loop, a string pattern that tries too much, or a huge count", &text, false);
    copy = arena_strdup(s->arena, buf_text(&text));
    buf_release(&text);
    vec_push(&f->words, (struct last_words){line, copy});
    return copy;
}

static void break_file(struct hooks *h, struct hook_file *f, const struct lua_fault *fault,
                       struct span otherwise)
{
    f->broken = true;
    script_say_fault(h->script, fault, otherwise);
}

// Runs the file from its top in a new environment, and pushes the table of what it registered.
static bool run_file(struct hooks *h, struct hook_file *f)
{
    struct script *s = h->script;
    lua_State *L = lua_host_state(s->host);
    struct lua_fault fault;
    bool ok;

    luaL_checkstack(L, 10, NULL);
    lua_createtable(L, 0, HOOK_KINDS);
    for (int kind = 0; kind < HOOK_KINDS; kind++) {
        lua_newtable(L);
        lua_setfield(L, -2, kind_names[kind]);
    }
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registered_key);
    script_push_env(L, false);
    lua_host_load_code(s->host, buf_view(&f->code));
    lua_pushvalue(L, -2);
    lua_setupvalue(L, -2, 1);
    s->hook_at = script_line(s, f->source->path, 1);
    ok = lua_host_call(s->host, 0, 0, last_words_at(h, f, 1), &fault);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &registered_key);
    if (ok)
        sandbox_freeze(L, -1);
    else
        break_file(h, f, &fault, s->hook_at);
    s->hook_at = (struct span){0};
    lua_pop(L, ok ? 1 : 2);
    return ok;
}

static void load_file(struct hooks *h, const char *path, struct span at)
{
    struct script *s = h->script;
    lua_State *L = lua_host_state(s->host);
    const struct source *source = source_read(s->sources, SOURCE_HOOK, path, at);
    struct lua_fault fault;
    struct hook_file *f;

    if (!source)
        return;
    if (!script_load_source(s, source, &fault)) {
        script_say_fault(s, &fault, at);
        return;
    }
    vec_push(&h->files, (struct hook_file){.source = source});
    f = &h->files.at[h->files.n - 1];
    lua_host_dump(s->host, &f->code);
    lua_pop(L, 1);
    if (!run_file(h, f))
        return;
    for (int kind = 0; kind < HOOK_KINDS; kind++) {
        lua_getfield(L, -1, kind_names[kind]);
        f->has[kind] = lua_rawlen(L, -1) > 0;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

bool hooks_load(struct hooks *h, const struct node *files)
{
    size_t errors = diag_errors(h->script->diag);

    if (files && files->type == NODE_LIST)
        for (size_t i = 0; i < files->n; i++)
            load_file(h, node_text(files->items[i]), files->items[i]->span);
    else if (files)
        load_file(h, node_text(files), files->span);
    return diag_errors(h->script->diag) == errors;
}

// Calls the function on top with the table at subject.
static bool call_function(struct hooks *h, struct hook_file *f, enum hook_kind kind, int subject)
{
    struct script *s = h->script;
    lua_State *L = lua_host_state(s->host);
    lua_Debug ar;
    struct lua_fault fault;
    size_t n_places = s->places.n;
    unsigned line;
    bool ok;

    lua_pushvalue(L, -1);
    lua_getinfo(L, ">S", &ar);
    line = ar.linedefined > 0 ? (unsigned)ar.linedefined : 1;
    s->hook_at = script_line(s, f->source->path, line);
    lua_pushvalue(L, subject);
    ok = lua_host_call(s->host, 1, 1, last_words_at(h, f, line), &fault);
    s->places.n = n_places; // the hook's: they mean nothing to the next
    if (!ok) {
        break_file(h, f, &fault, s->hook_at);
        return false;
    }
    if (!lua_isnil(L, -1)) {
        f->broken = true;
        diag_say(s->diag, SEVERITY_ERROR, s->hook_at, "change the one that it is given",
                 "what a function of on.%s returns is not used", kind_names[kind]);
    }
    lua_pop(L, 1);
    return !f->broken;
}

static bool run_functions(struct hooks *h, struct hook_file *f, enum hook_kind kind, int subject)
{
    lua_State *L = lua_host_state(h->script->host);
    int top = lua_gettop(L);
    bool ok = run_file(h, f);

    if (ok)
        lua_getfield(L, -1, kind_names[kind]);
    for (lua_Integer i = 1; ok && lua_rawgeti(L, top + 2, i) != LUA_TNIL; i++)
        ok = call_function(h, f, kind, subject);
    lua_settop(L, top);
    return ok;
}

bool hooks_run(struct hooks *h, enum hook_kind kind)
{
    lua_State *L = lua_host_state(h->script->host);
    int subject = lua_gettop(L);
    bool ok = true;

    for (size_t i = 0; i < h->files.n; i++) {
        struct hook_file *f = &h->files.at[i];

        if (f->has[kind] && !f->broken)
            ok = run_functions(h, f, kind, subject) && ok;
    }
    return ok;
}

// What is on top, as a tree; NULL after saying why it can be none.
static struct node *take_back(struct hooks *h, const char *what)
{
    struct script *s = h->script;
    const char *why;
    struct node *n = convert_to_node(lua_host_state(s->host), -1, s->hook_at, s->arena, &why);

    if (!n)
        diag_say(s->diag, SEVERITY_ERROR, s->hook_at, NULL, "this hook left in the %s %s", what,
                 why);
    return n;
}

static struct node *check(struct hooks *h, const char *schema, const char *what, struct node *n)
{
    struct script *s = h->script;

    return n && schema_check_value(s->schemas, schema, what, &n, s->arena, s->diag) ? n : NULL;
}

struct node *hooks_shot(struct hooks *h)
{
    return hooks_run(h, HOOK_SHOT) ? check(h, "film.json#/$defs/shot", "shot", take_back(h, "shot"))
                                   : NULL;
}

// film:add_scene(scene): a copy of it goes behind the others; its place is the line of the call.
static int add_scene(lua_State *L)
{
    struct script *s = script_of(L);
    struct span at = s->hook_at;
    lua_Debug ar;

    luaL_argexpected(L, lua_istable(L, 1), 1, "film (write film:add_scene, with a colon)");
    luaL_argexpected(L, lua_istable(L, 2), 2, "table");
    if (lua_getstack(L, 1, &ar)) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.source[0] == '@' && ar.currentline > 0)
            at = script_line(s, ar.source + 1, (unsigned)ar.currentline);
    }
    lua_pushstring(L, "scenes");
    if (lua_rawget(L, 1) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, 1, "scenes");
    }
    convert_push_copy(L, 2);
    convert_set_node(L, -1, node_make_map(s->arena, at, 0));
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    return 0;
}

static void push_film(lua_State *L, const struct node *film)
{
    convert_push_node(L, film);
    lua_createtable(L, 0, 2);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, add_scene);
    lua_setfield(L, -2, "add_scene");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
}

bool hooks_film(struct hooks *h, struct node **film)
{
    struct script *s = h->script;
    lua_State *L = lua_host_state(s->host);
    struct node *changed = NULL;

    push_film(L, *film);
    if (hooks_run(h, HOOK_FILM))
        changed = take_back(h, "film");
    lua_pop(L, 1);
    if (changed && node_get(changed, "scenes"))
        merge_all_keys(node_get(changed, "scenes"), s->arena); // else a shot may seem to lack a key
    changed = check(h, "film.json", "film", changed);
    if (!changed)
        return false;
    film_finish_added(changed, s->arena, s->diag);
    *film = changed;
    return true;
}
