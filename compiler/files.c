// SPDX-License-Identifier: MIT
// Files of the project, as rules and hooks ask for them: c41.read, csv, asset and list.
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "compiler/asset.h"
#include "compiler/csv.h"
#include "compiler/source.h"

int files_read(lua_State *L)
{
    struct script *s = script_of(L);
    const char *path = script_text(L, 1);
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

int files_csv(lua_State *L)
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
    lua_Integer n = (lua_Integer)lua_rawlen(L, idx);

    for (lua_Integer i = 1; type && !wanted && i <= n; i++) {
        wanted = lua_rawgeti(L, idx, i) == LUA_TSTRING && strcmp(lua_tostring(L, -1), type) == 0;
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
int files_asset(lua_State *L)
{
    struct script *s = script_of(L);
    const char *path = script_text(L, 1);
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
int files_list(lua_State *L)
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
