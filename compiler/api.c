// SPDX-License-Identifier: MIT
// The c41 table: what rules and hooks may ask of the compiler.
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "compiler/convert.h"
#include "compiler/hooks.h"
#include "compiler/lua.h"
#include "compiler/node.h"
#include "compiler/order.h"
#include "compiler/sandbox.h"
#include "compiler/slug.h"

// Hooks may come from a stranger: what they say has a measure.
static void limit_words(lua_State *L)
{
    enum { MOST_SAID = 10000, MOST_BYTES = 2000 };
    struct script *s = script_of(L);

    if (!s->hook_at.source)
        return;
    for (int i = 2; i <= lua_gettop(L); i++)
        if (lua_rawlen(L, i) > MOST_BYTES)
            luaL_error(L, "this is longer than anybody reads: more than %d bytes", MOST_BYTES);
    if (++s->hooks_said > MOST_SAID)
        luaL_error(L, "hooks have said more than %d things of this film", MOST_SAID);
}

static int say(lua_State *L, enum severity severity)
{
    const char *help = lua_isnoneornil(L, 3) ? NULL : luaL_checkstring(L, 3);

    limit_words(L);
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
    limit_words(L);
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
    if (lua_rawlen(L, 1) == 0 || hooks_any(script_of(L)->hooks)) // these may take out what it has
        convert_mark_list(L, 1);
    return 1;
}

// c41.fixed(table): the same, which stays as it is. Worth it for what many params hold.
static int api_fixed(lua_State *L)
{
    const char *why;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (!convert_fix(L, 1, &script_of(L)->text, &why))
        return luaL_error(L, "this holds %s", why);
    return 1;
}

static int api_slug(lua_State *L)
{
    struct buf *slug = &script_of(L)->text;
    struct str text;

    text.ptr = luaL_checklstring(L, 1, &text.len);
    buf_clear(slug);
    slug_add(slug, text);
    lua_pushlstring(L, slug->len ? slug->ptr : "", slug->len);
    return 1;
}

// c41.keys(map): its keys, sorted; none for nil.
static int api_keys(lua_State *L)
{
    if (lua_isnoneornil(L, 1)) {
        lua_newtable(L);
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    order_push_keys(L, 1);
    return 1;
}

// c41.room(n): an empty list that does not move while up to n items are added to it.
static int api_room(lua_State *L)
{
    lua_createtable(L, (int)luaL_checkinteger(L, 1), 0);
    return 1;
}

// Whether name stands in text between two '-'. Few of its words begin as name does: to look at
// these alone is faster than strstr, which makes itself ready for long texts.
static bool is_said(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = text; len && (at = strchr(at, *name)); at++)
        if (at[-1] == '-' && strncmp(at, name, len) == 0 && at[len] == '-')
            return true;
    return false;
}

// c41.said(text, slugs): a list of those that text says, as whole words, in their order.
static int api_said(lua_State *L)
{
    struct buf *said = &script_of(L)->text;
    struct str text;
    lua_Integer n = 0;

    text.ptr = luaL_checklstring(L, 1, &text.len);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    buf_clear(said);
    buf_char(said, '-');
    slug_add(said, text);
    buf_char(said, '-');
    lua_newtable(L);
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) == LUA_TSTRING; i++) {
        if (is_said(said->ptr + 1, lua_tostring(L, -1)))
            lua_rawseti(L, 3, ++n);
        else
            lua_pop(L, 1);
    }
    lua_settop(L, 3);
    return 1;
}

// Whether what stands on top needs no full stop behind it: a text that ends a part of a sentence,
// or in an ellipsis, of which that is the last byte.
static bool has_end(lua_State *L)
{
    static const char ends[] = ".!?:;,\xa6";
    struct str text = {0};

    if (lua_type(L, -1) == LUA_TSTRING)
        text.ptr = lua_tolstring(L, -1, &text.len);
    return text.len && memchr(ends, text.ptr[text.len - 1], strlen(ends));
}

// Replaces what stands above the first value by a list of it.
static void gather(lua_State *L)
{
    int n = lua_gettop(L) - 1;

    lua_createtable(L, n, 0);
    lua_insert(L, 2);
    for (; n > 0; n--)
        lua_rawseti(L, 2, n);
}

// c41.compose(phrases): the texts of {TEXT, PLACE} each, one behind the other as one; as a list of
// texts and late values when one of them is late.
static int api_compose(lua_State *L)
{
    bool late = false;
    lua_Integer n;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    n = (lua_Integer)lua_rawlen(L, 1);
    luaL_checkstack(L, 2 * (int)n + 2, "a prompt has too many phrases");
    for (lua_Integer i = 1; i <= n; i++) {
        if (i > 1)
            lua_pushstring(L, has_end(L) ? " " : ". ");
        lua_rawgeti(L, 1, i);
        lua_rawgeti(L, -1, 1);
        lua_replace(L, -2);
        late |= lua_istable(L, -1);
    }
    if (late)
        gather(L);
    else
        lua_concat(L, lua_gettop(L) - 1);
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
    const char *kind = luaL_checkstring(L, 2), *shot = luaL_checkstring(L, 4);
    lua_Integer film = luaL_checkinteger(L, 1), take = luaL_checkinteger(L, 3);
    struct script *s = script_of(L);
    struct buf *words = &s->text; // as canonical JSON: [film, kind, take, shot]
    struct digest d;
    lua_Integer seed = 0;

    buf_clear(words);
    buf_char(words, '[');
    json_put_integer(film, words);
    buf_char(words, ',');
    json_put_text(str_of(kind), words);
    buf_char(words, ',');
    json_put_integer(take, words);
    buf_char(words, ',');
    json_put_text(str_of(shot), words);
    buf_char(words, ']');
    if (!s->digester)
        s->digester = digester_new();
    digester_add(s->digester, words->ptr, words->len);
    d = digester_next(s->digester);
    for (int i = 0; i < 7; i++)
        seed = seed << 8 | d.bytes[i];
    lua_pushinteger(L, seed >> 3); // the first 53 of 56 bits
    return 1;
}

static int api_hook_shot(lua_State *L)
{
    struct script *s = script_of(L);
    const struct node *changed;

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!hooks_has(s->hooks, HOOK_SHOT)) {
        lua_settop(L, 1);
        return 1;
    }
    convert_push_copy(L, 1);
    changed = hooks_shot(s->hooks);
    s->hook_at = (struct span){0};
    if (!changed)
        return 0;
    convert_push_node(L, changed);
    return 1;
}

static const luaL_Reg for_hooks[] = {
    {"array", api_array}, {"csv", files_csv},       {"digest", api_digest}, {"error", api_error},
    {"key", api_key},     {"nearest", api_nearest}, {"note", api_note},     {"part", api_part},
    {"place", api_place}, {"read", files_read},     {"slug", api_slug},     {"warn", api_warn},
    {NULL, NULL},
};

static const luaL_Reg for_rules[] = {
    {"asset", files_asset},
    {"compose", api_compose},
    {"deliver", lower_deliver},
    {"fixed", api_fixed},
    {"hook_shot", api_hook_shot},
    {"keys", api_keys},
    {"list", files_list},
    {"look_at", script_look_at},
    {"name_scene", script_name_scene},
    {"preset", lower_preset},
    {"room", api_room},
    {"said", api_said},
    {"scene", script_scene},
    {"seed", api_seed},
    {"step", lower_step},
    {"want_all", script_want_all},
    {"want_neighbours", script_want_neighbours},
    {NULL, NULL},
};

// What hooks call: upvalue 1 is the row of for_hooks. Text that is copied counts as memory.
static int call_guarded(lua_State *L)
{
    size_t bytes = 0;

    for (int i = 1; i <= lua_gettop(L); i++)
        bytes += lua_type(L, i) == LUA_TSTRING ? lua_rawlen(L, i) : 0;
    lua_host_charge(L, bytes);
    return for_hooks[lua_tointeger(L, lua_upvalueindex(1))].func(L);
}

static void add_guarded(lua_State *L)
{
    for (lua_Integer i = 0; for_hooks[i].name; i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, call_guarded, 1);
        lua_setfield(L, -2, for_hooks[i].name);
    }
}

void api_push(lua_State *L, bool trusted)
{
    static const char keys[2];

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &keys[trusted]) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    if (trusted) {
        luaL_setfuncs(L, for_hooks, 0);
        luaL_setfuncs(L, for_rules, 0);
    } else {
        add_guarded(L);
    }
    if (!trusted) // rules ask a hundred thousand times, and would not write there
        sandbox_seal(L, "c41");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &keys[trusted]);
}
