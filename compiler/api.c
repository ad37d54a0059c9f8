// SPDX-License-Identifier: MIT
// The c41 table: what rules and hooks may ask of the compiler.
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "compiler/asset.h"
#include "compiler/convert.h"
#include "compiler/csv.h"
#include "compiler/hooks.h"
#include "compiler/lua.h"
#include "compiler/node.h"
#include "compiler/sandbox.h"
#include "compiler/slug.h"
#include "compiler/source.h"

static const char *text_argument(lua_State *L, int idx)
{
    return arena_strdup(script_of(L)->arena, luaL_checkstring(L, idx));
}

static int say(lua_State *L, enum severity severity)
{
    const char *help = lua_isnoneornil(L, 3) ? NULL : luaL_checkstring(L, 3);

    diag_say(script_of(L)->diag, severity, script_span(L, 1), help, "%s", luaL_checkstring(L, 2));
    return 0;
}

static int api_error(lua_State *L)
{
    return say(L, SEVERITY_ERROR);
}

static int api_warn(lua_State *L)
{
    return say(L, SEVERITY_WARNING);
}

static int api_note(lua_State *L)
{
    diag_note(script_of(L)->diag, script_span(L, 1), "%s", luaL_checkstring(L, 2));
    return 0;
}

// The value under the key in argument 2, of the node that the table in argument 1 was made of.
static const struct node *member(lua_State *L, const struct node *n)
{
    if (n && n->type == NODE_LIST && lua_isinteger(L, 2)) {
        lua_Integer i = lua_tointeger(L, 2);

        return i >= 1 && (size_t)i <= n->n ? n->items[i - 1] : NULL;
    }
    return lua_type(L, 2) == LUA_TSTRING ? node_get(n, lua_tostring(L, 2)) : NULL;
}

static int api_place(lua_State *L)
{
    struct script *s = script_of(L);
    const struct node *n = convert_node_of(L, 1), *part = member(L, n);
    struct span span = part ? part->span : n ? n->span : s->hook_at;

    lua_pushinteger(L, script_add_place(s, span, part ? part : n));
    return 1;
}

// The key itself, for what is said of a name that somebody gave.
static int api_key(lua_State *L)
{
    struct script *s = script_of(L);
    const struct node *n = convert_node_of(L, 1);
    const char *key = luaL_checkstring(L, 2);

    for (size_t i = 0; n && n->type == NODE_MAP && i < n->n; i++) {
        if (strcmp(node_text(n->keys[i]), key) == 0) {
            lua_pushinteger(L, script_add_place(s, n->keys[i]->span, n->keys[i]));
            return 1;
        }
    }
    return api_place(L);
}

static int api_part(lua_State *L)
{
    struct script *s = script_of(L);
    const struct script_place *p = script_place(L, 1);
    lua_Integer start = luaL_checkinteger(L, 2), len = luaL_checkinteger(L, 3);
    struct span span = p->span;

    if (p->node && start >= 0 && len >= 0)
        span = node_part(s->diag, p->node, (size_t)start, (size_t)len);
    lua_pushinteger(L, script_add_place(s, span, NULL));
    return 1;
}

static int api_array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    convert_mark_list(L, 1);
    return 1;
}

static int api_slug(lua_State *L)
{
    struct buf out = {0};
    struct str text;

    text.ptr = luaL_checklstring(L, 1, &text.len);
    slug_add(&out, text);
    text.ptr = arena_strdup(script_of(L)->arena, buf_text(&out));
    buf_release(&out);
    lua_pushstring(L, text.ptr);
    return 1;
}

static int api_nearest(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), **names, *near;
    size_t n;

    luaL_checktype(L, 2, LUA_TTABLE);
    n = lua_rawlen(L, 2);
    names = lua_newuserdatauv(L, (n + 1) * sizeof(*names), 0);
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1);
        luaL_argexpected(L, lua_type(L, -1) == LUA_TSTRING, 2, "list of texts");
        names[i] = lua_tostring(L, -1); // the list holds it
        lua_pop(L, 1);
    }
    near = str_nearest(name, names, n);
    if (!near)
        return 0;
    lua_pushstring(L, near);
    return 1;
}

static int api_digest(lua_State *L)
{
    struct str text;
    struct digest d;
    char hex[DIGEST_HEX_BYTES];

    text.ptr = luaL_checklstring(L, 1, &text.len);
    d = digest_of(text.ptr, text.len);
    lua_pushstring(L, digest_hex(&d, hex));
    return 1;
}

static int api_seed(lua_State *L)
{
    const char *kind = text_argument(L, 2), *shot = text_argument(L, 4);
    lua_Integer film = luaL_checkinteger(L, 1), take = luaL_checkinteger(L, 3);
    json_t *words = json_pack("[I,s,I,s]", (json_int_t)film, kind, (json_int_t)take, shot);
    struct digest d = json_digest(words);
    lua_Integer seed = 0;

    json_decref(words);
    for (int i = 0; i < 7; i++)
        seed = seed << 8 | d.bytes[i];
    lua_pushinteger(L, seed >> 3); // the first 53 of 56 bits
    return 1;
}

static int api_read(lua_State *L)
{
    struct script *s = script_of(L);
    const char *path = text_argument(L, 1);
    const struct source *source;

    if (!path_is_inside(path))
        return luaL_error(L, "c41.read: \"%s\" leads out of the project", path);
    source = source_try(s->sources, SOURCE_TEXT, path, script_span(L, 2));
    if (!source)
        return luaL_error(L, "c41.read: there is no text \"%s\" in the project", path);
    lua_pushlstring(L, source->text.ptr, source->text.len);
    return 1;
}

// Upvalues: the table, how many rows were handed out.
static int next_row(lua_State *L)
{
    const struct csv *table = lua_touserdata(L, lua_upvalueindex(1));
    size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(2));

    if (at == table->n_rows)
        return 0;
    lua_pushinteger(L, (lua_Integer)at + 1);
    lua_replace(L, lua_upvalueindex(2));
    lua_createtable(L, 0, (int)table->header.n);
    for (size_t i = 0; i < table->header.n; i++) {
        const struct str *name = &table->header.fields[i].text,
                         *text = &table->rows[at].fields[i].text;

        lua_pushlstring(L, name->ptr, name->len);
        lua_pushlstring(L, text->ptr, text->len);
        lua_rawset(L, -3);
    }
    return 1;
}

// Parsed once for each text: a hook file runs anew for every shot.
static const struct csv *read_table(lua_State *L, struct str text)
{
    struct script *s = script_of(L);
    struct digest d = digest_of(text.ptr, text.len);
    struct csv_fault fault;
    struct csv *table;
    char hex[DIGEST_HEX_BYTES];
    int line = 1;

    digest_hex(&d, hex);
    table = map_find(&s->tables, hex);
    if (table)
        return table;
    table = arena_make(s->arena, struct csv);
    text.ptr = arena_strndup(s->arena, text.ptr, text.len);
    if (!csv_parse(table, text, s->arena, &fault)) {
        for (size_t i = 0; i < fault.start && i < text.len; i++)
            line += text.ptr[i] == '\n';
        luaL_error(L, "c41.csv: line %d of the table: %s", line, fault.message);
    }
    map_put(&s->tables, arena_strdup(s->arena, hex), table);
    return table;
}

static int api_csv(lua_State *L)
{
    struct str text;

    text.ptr = luaL_checklstring(L, 1, &text.len);
    lua_pushlightuserdata(L, (void *)(uintptr_t)read_table(L, text));
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_row, 2);
    return 1;
}

// The names of types in argument idx, as "a picture or a film" reads.
static const char *type_name(const char *type)
{
    static const char *const names[][2] = {
        {"audio", "a sound"},
        {"font", "a font"},
        {"image", "a picture"},
        {"lora", "a LoRA"},
        {"lut", "a colour table (.cube)"},
        {"text", "a text"},
        {"video", "a film"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i][0], type) == 0)
            return names[i][1];
    return type;
}

static bool is_wanted(lua_State *L, int idx, const char *type)
{
    bool wanted = false;

    for (lua_Integer i = 1; type && !wanted && lua_rawgeti(L, idx, i) == LUA_TSTRING; i++) {
        wanted = strcmp(lua_tostring(L, -1), type) == 0;
        lua_pop(L, 1);
    }
    return wanted;
}

static const char *wanted_names(lua_State *L, int idx)
{
    struct arena *a = script_of(L)->arena;
    const char *names = "";
    lua_Integer n = (lua_Integer)lua_rawlen(L, idx);

    for (lua_Integer i = 1; i <= n; i++) {
        lua_rawgeti(L, idx, i);
        luaL_argexpected(L, lua_type(L, -1) == LUA_TSTRING, idx, "list of texts");
        names = arena_printf(a, "%s%s%s", names,
                             i == 1   ? ""
                             : i == n ? " or "
                                      : ", ",
                             type_name(lua_tostring(L, -1)));
        lua_pop(L, 1);
    }
    return names;
}

// Says why a file that is not there is not; names the nearest in its folder.
static void say_missing(struct script *s, const char *path, struct span at)
{
    const char *dir = path_dir(s->arena, path), *near = NULL;
    size_t n = 0;
    const char *const *names = NULL;

    if (file_exists(path_join(s->arena, sources_project(s->sources), dir)))
        names = source_list(s->sources, dir, at, &n);
    near = names ? str_nearest(path_base(path), names, n) : NULL;
    if (near && strcmp(near, path_base(path)) == 0)
        diag_say(s->diag, SEVERITY_ERROR, at, NULL, "\"%s\" is a link to a file that is not there",
                 path);
    else
        diag_say(
            s->diag, SEVERITY_ERROR, at,
            near ? arena_printf(s->arena, "did you mean \"%s\"?", path_join(s->arena, dir, near))
                 : NULL,
            "there is no file \"%s\"", path);
}

// Looks at each file once; an error is said at every place that names it.
static const struct asset *look_at(struct script *s, const char *path, struct span at)
{
    struct asset *known = map_find(&s->assets, path);
    struct err err = {0};

    if (known)
        return known;
    source_note_asset(s->sources, path);
    known = arena_make(s->arena, struct asset);
    if (asset_look(sources_project(s->sources), path, known, &err)) {
        map_put(&s->assets, arena_strdup(s->arena, path), known);
        return known;
    }
    if (path_is_inside(path) &&
        !file_exists(path_join(s->arena, sources_project(s->sources), path)))
        say_missing(s, path, at);
    else
        diag_say(s->diag, SEVERITY_ERROR, at, NULL, "%s", err.text);
    return NULL;
}

// c41.asset(path, place, types): path and its type, or nil after an error.
static int api_asset(lua_State *L)
{
    struct script *s = script_of(L);
    const char *path = text_argument(L, 1);
    struct span at = script_span(L, 2);
    const struct asset *asset;

    luaL_checktype(L, 3, LUA_TTABLE);
    asset = look_at(s, path, at);
    if (!asset)
        return 0;
    if (!is_wanted(L, 3, asset->type)) {
        diag_say(s->diag, SEVERITY_ERROR, at,
                 arena_printf(s->arena, "%s is wanted here; the first bytes tell, not the name",
                              wanted_names(L, 3)),
                 "\"%s\" is %s", path, asset->seems);
        return 0;
    }
    lua_pushstring(L, path);
    lua_pushstring(L, asset->type);
    return 2;
}

// c41.list(dir, place, types): sorted paths of the files there that are of these types; nil after
// an error.
static int api_list(lua_State *L)
{
    struct script *s = script_of(L);
    char *dir = arena_strdup(s->arena, luaL_checkstring(L, 1));
    struct span at = script_span(L, 2);
    size_t n = strlen(dir);
    const char *const *names;
    lua_Integer found = 0;

    luaL_checktype(L, 3, LUA_TTABLE);
    while (n > 1 && dir[n - 1] == '/')
        dir[--n] = 0;
    names = source_list(s->sources, dir, at, &n);
    if (!names)
        return 0;
    lua_newtable(L);
    for (size_t i = 0; i < n; i++) {
        const char *path = path_join(s->arena, dir, names[i]);
        const char *whole = path_join(s->arena, sources_project(s->sources), path);
        struct asset asset;
        struct err err = {0};

        if (!asset_look(sources_project(s->sources), path, &asset, &err)) {
            if (err.kind != ERR_FILM || !file_exists(whole))
                diag_say(s->diag, SEVERITY_ERROR, at, NULL, "%s", err.text);
            continue; // a folder within, or a link out: neither is listed
        }
        source_note_asset(s->sources, path);
        if (!is_wanted(L, 3, asset.type))
            continue;
        lua_pushstring(L, path);
        lua_rawseti(L, -2, ++found);
    }
    return 1;
}

static int api_hook_shot(lua_State *L)
{
    struct script *s = script_of(L);
    struct node *changed = NULL;

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!hooks_has(s->hooks, HOOK_SHOT)) {
        lua_settop(L, 1);
        return 1;
    }
    convert_push_copy(L, 1);
    if (hooks_run(s->hooks, HOOK_SHOT))
        changed = hooks_read_back(s->hooks, "film.json#/$defs/shot", "shot");
    s->hook_at = (struct span){0};
    if (!changed)
        return 0;
    convert_push_node(L, changed);
    return 1;
}

static const luaL_Reg for_hooks[] = {
    {"array", api_array}, {"csv", api_csv},         {"digest", api_digest}, {"error", api_error},
    {"key", api_key},     {"nearest", api_nearest}, {"note", api_note},     {"part", api_part},
    {"place", api_place}, {"read", api_read},       {"slug", api_slug},     {"warn", api_warn},
    {NULL, NULL},
};

static const luaL_Reg for_rules[] = {
    {"asset", api_asset},         {"deliver", lower_deliver},
    {"hook_shot", api_hook_shot}, {"list", api_list},
    {"preset", lower_preset},     {"seed", api_seed},
    {"step", lower_step},         {NULL, NULL},
};

void api_push(lua_State *L, bool trusted)
{
    static const char keys[2];

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &keys[trusted]) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    luaL_setfuncs(L, for_hooks, 0);
    if (trusted)
        luaL_setfuncs(L, for_rules, 0);
    sandbox_seal(L, "c41");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &keys[trusted]);
}
