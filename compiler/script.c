// SPDX-License-Identifier: MIT
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "compiler/convert.h"
#include "compiler/film.h"
#include "compiler/hooks.h"
#include "compiler/lua.h"
#include "compiler/node.h"
#include "compiler/sandbox.h"
#include "compiler/source.h"

enum { MOST_MODULE_BYTES = 4 << 20 };

struct script *script_of(lua_State *L)
{
    return lua_host_owner(L);
}

long long script_add_place(struct script *s, struct span span, const struct node *node)
{
    vec_push(&s->places, (struct script_place){span, node});
    return (long long)s->places.n;
}

const struct script_place *script_place(lua_State *L, int idx)
{
    static const struct script_place nowhere;
    struct script *s = script_of(L);
    lua_Integer number = lua_isnoneornil(L, idx) ? 0 : luaL_checkinteger(L, idx);

    return number > 0 && (size_t)number <= s->places.n ? &s->places.at[number - 1] : &nowhere;
}

struct span script_span(lua_State *L, int idx)
{
    struct span span = script_place(L, idx)->span;

    return span.source ? span : script_of(L)->hook_at;
}

const char *script_text(lua_State *L, int idx)
{
    return arena_strdup(script_of(L)->arena, luaL_checkstring(L, idx));
}

static bool load_text(struct script *s, const char *path, const struct buf *text,
                      struct lua_fault *fault)
{
    struct str *code;
    struct buf bytes = {0};

    if (!lua_host_load(s->host, path, buf_view(text), fault))
        return false;
    lua_host_dump(s->host, &bytes);
    code = arena_make(s->arena, struct str);
    *code = (struct str){arena_strndup(s->arena, bytes.ptr, bytes.len), bytes.len};
    map_put(&s->modules, arena_strdup(s->arena, path), code);
    buf_release(&bytes);
    return true;
}

bool script_load_stdlib(struct script *s, const char *path, struct lua_fault *fault)
{
    const struct str *code = map_find(&s->modules, path);
    struct buf text = {0};
    struct err err = {0};
    bool ok;

    if (code) {
        lua_host_load_code(s->host, *code);
        return true;
    }
    ok = file_read(path_join(s->arena, s->data_dir, path), &text, MOST_MODULE_BYTES, &err);
    if (ok)
        ok = load_text(s, path, &text, fault);
    else
        *fault = (struct lua_fault){.message = arena_strdup(s->arena, err.text)};
    buf_release(&text);
    return ok;
}

bool script_load_source(struct script *s, const struct source *source, struct lua_fault *fault)
{
    map_put(&s->chunks, source->path, (void *)(uintptr_t)source);
    return lua_host_load(s->host, source->path, source->text, fault);
}

// Line number `line` of a text, without the blanks around it.
static struct span line_span(const struct source *source, unsigned line)
{
    struct str rest = source->text, text = {0}, trimmed;
    size_t start;

    for (unsigned i = 0; i < line && rest.ptr; i++)
        text = str_cut(&rest, '\n');
    if (!text.ptr)
        return (struct span){source->number, (uint32_t)source->text.len,
                             (uint32_t)source->text.len};
    trimmed = str_trim(text);
    start = (size_t)((trimmed.len ? trimmed.ptr : text.ptr) - source->text.ptr);
    return (struct span){source->number, (uint32_t)start, (uint32_t)(start + trimmed.len)};
}

struct span script_line(struct script *s, const char *chunk, unsigned line)
{
    const struct source *source = chunk ? map_find(&s->chunks, chunk) : NULL;

    return source && line ? line_span(source, line) : (struct span){0};
}

// What Lua stumbled over, as its message quotes it: "… near 'end'", "… (field 'lens')".
static struct str quoted_in(const char *message)
{
    const char *near = strstr(message, "near '"), *open = strrchr(message, '(');
    const char *start = near ? near + strlen("near '") : open ? strchr(open, '\'') : NULL;
    const char *end = strrchr(message, '\'');

    if (start && !near)
        start++;
    return start && end > start ? (struct str){start, (size_t)(end - start)} : (struct str){0};
}

static bool is_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Narrows the line to what the message quotes, where that stands there as a word of its own.
static struct span narrow(const struct script *s, struct span line, const char *message)
{
    struct str text = diag_source_text(s->diag, line.source), quoted = quoted_in(message);

    for (size_t at = line.start; quoted.len && at + quoted.len <= line.end; at++) {
        size_t end = at + quoted.len;

        if (memcmp(text.ptr + at, quoted.ptr, quoted.len) != 0)
            continue;
        if (at > 0 && is_name(text.ptr[at - 1]) && is_name(text.ptr[at]))
            continue;
        if (end < text.len && is_name(text.ptr[end]) && is_name(text.ptr[end - 1]))
            continue;
        return (struct span){line.source, (uint32_t)at, (uint32_t)end};
    }
    return line;
}

void script_say_fault(struct script *s, const struct lua_fault *fault, struct span otherwise)
{
    struct span at = script_line(s, fault->chunk, fault->line);

    diag_say(s->diag, SEVERITY_ERROR, at.source ? narrow(s, at, fault->message) : otherwise, NULL,
             "%s", fault->message);
}

// "rules.film" gives "rules/film.lua"; NULL for what is no name of a module.
static char *module_path(struct arena *a, const char *name)
{
    char *path = arena_printf(a, "%s.lua", name);
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++)
        if (path[i] == '.')
            path[i] = '/';
    return len && path_is_inside(path) && !strchr(name, '/') && !strchr(name, '\\') ? path : NULL;
}

static bool load_module(lua_State *L, const char *name, bool trusted, struct lua_fault *fault)
{
    struct script *s = script_of(L);
    char *path = module_path(s->arena, name);
    const struct source *source;

    if (!path) {
        *fault = (struct lua_fault){.message = "this is no name of a module: write names and dots"};
        return false;
    }
    if (!trusted && strncmp(name, "c41.", 4) == 0) {
        *fault = (struct lua_fault){.message = "of c41 there is c41.on alone; the rest is in the "
                                               "global c41"};
        return false;
    }
    if (trusted)
        return script_load_stdlib(s, arena_printf(s->arena, "stdlib/%s", path), fault);
    source = source_try(s->sources, SOURCE_HOOK, path, s->hook_at);
    if (source)
        return script_load_source(s, source, fault);
    *fault = (struct lua_fault){
        .message = arena_printf(s->arena, "there is no file \"%s\" in the project", path)};
    return false;
}

enum { REQUIRE_LOADED = 1, REQUIRE_ENV, REQUIRE_TRUSTED };

static int run_module(lua_State *L, const char *name)
{
    bool trusted = lua_toboolean(L, lua_upvalueindex(REQUIRE_TRUSTED));
    struct lua_fault fault;

    if (!load_module(L, name, trusted, &fault)) {
        if (fault.line)
            return luaL_error(L, "%s:%d: %s", fault.chunk, (int)fault.line, fault.message);
        return luaL_error(L, "require \"%s\": %s", name, fault.message);
    }
    lua_pushvalue(L, lua_upvalueindex(REQUIRE_ENV));
    lua_setupvalue(L, -2, 1);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    return 1;
}

static int require(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);

    lua_settop(L, 1);
    switch (lua_getfield(L, lua_upvalueindex(REQUIRE_LOADED), name)) {
    case LUA_TNIL:
        break;
    case LUA_TLIGHTUSERDATA:
        return luaL_error(L, "require \"%s\": this module requires itself", name);
    default:
        return 1;
    }
    lua_pushlightuserdata(L, (void *)(uintptr_t)name); // while it loads
    lua_setfield(L, lua_upvalueindex(REQUIRE_LOADED), name);
    if (!lua_toboolean(L, lua_upvalueindex(REQUIRE_TRUSTED)) && strcmp(name, "c41.on") == 0)
        hooks_push_on(L);
    else
        run_module(L, name);
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(REQUIRE_LOADED), name);
    return 1;
}

void script_push_env(lua_State *L, bool trusted)
{
    lua_newtable(L);
    lua_pushnil(L); // the environment, below
    lua_pushboolean(L, trusted);
    lua_pushcclosure(L, require, 3);
    lua_pushvalue(L, -1);
    sandbox_push_env(L);
    if (trusted)
        sandbox_fill_env(L);
    lua_pushstring(L, "c41");
    api_push(L, trusted);
    if (trusted)
        lua_rawset(L, -3);
    else
        lua_settable(L, -3);
    lua_pushvalue(L, -1);
    lua_setupvalue(L, -3, REQUIRE_ENV);
    lua_remove(L, -2);
}

// Argument 1 as a position in scenes.
static size_t scene_at(lua_State *L)
{
    const struct node *scenes = script_of(L)->scenes;
    lua_Integer i = luaL_checkinteger(L, 1);

    luaL_argcheck(L, scenes && i >= 1 && (size_t)i <= scenes->n, 1, "no such scene");
    return (size_t)i - 1;
}

int script_scene(lua_State *L)
{
    struct script *s = script_of(L);
    const struct node *scene = s->scenes->items[scene_at(L)];

    s->wants_all |= film_kept(scene) != NULL;
    convert_push_node(L, scene);
    return 1;
}

int script_look_at(lua_State *L)
{
    struct script *s = script_of(L);
    size_t i = scene_at(L);

    if (s->scene && s->scene - 1 != i)
        vec_push(&s->about_scenes[s->scene - 1].looks_at, i);
    return 0;
}

int script_name_scene(lua_State *L)
{
    struct script *s = script_of(L);

    s->about_scenes[scene_at(L)].name = arena_strdup(s->arena, luaL_checkstring(L, 2));
    return 0;
}

// Where parts of the film are left out without a trace, the scene before may be one of theirs.
int script_want_neighbours(lua_State *L)
{
    struct script *s = script_of(L);

    (void)scene_at(L);
    s->wants_all |= s->left_out && !s->kept;
    return 0;
}

int script_want_all(lua_State *L)
{
    struct script *s = script_of(L);

    s->wants_all |= s->left_out;
    return 0;
}
