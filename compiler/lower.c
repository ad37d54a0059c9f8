// SPDX-License-Identifier: MIT
// From what rules ask for (c41.step, c41.deliver) to the graph.
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "compiler/convert.h"
#include "compiler/graph.h"
#include "compiler/hooks.h"
#include "compiler/lua.h"
#include "compiler/preset.h"

// What c41.step is called with.
enum {
    STEP_ID = 1,
    STEP_KIND,
    STEP_PRESET,
    STEP_OUTPUTS,
    STEP_PARAMS,
    STEP_INPUTS,
    STEP_PLACE,
    STEP_SCENE,
    STEP_SHOT,
    STEP_TAKE,
    STEP_WORDS,
    STEP_NOTE,
    STEP_ARGUMENTS = STEP_NOTE
};

// What hooks are told of a step beside its params.
static const struct {
    const char *key;
    int argument;
} told[] = {{"id", STEP_ID},       {"kind", STEP_KIND}, {"preset", STEP_PRESET},
            {"scene", STEP_SCENE}, {"shot", STEP_SHOT}, {"take", STEP_TAKE}};

static const char *keep_text(struct script *s, struct str text)
{
    return texts_get(&s->texts, text, s->graph->arena);
}

// A text of Lua as text of the graph; NULL for nil.
static const char *copy_text(lua_State *L, int idx)
{
    struct str text;

    text.ptr = lua_tolstring(L, idx, &text.len);
    if (!text.ptr && !lua_isnil(L, idx))
        luaL_error(L, "this must be text, not %s", luaL_typename(L, idx));
    return text.ptr ? keep_text(script_of(L), text) : NULL;
}

// The same for text alone.
static const char *need_copy(lua_State *L, int idx)
{
    luaL_checkstring(L, idx);
    return copy_text(L, idx);
}

// The same for a field of a table that a rule gave.
static const char *get_text(lua_State *L, int idx, const char *key)
{
    const char *text = NULL;
    int type = lua_getfield(L, idx, key);

    if (type == LUA_TSTRING)
        text = copy_text(L, -1);
    else if (type != LUA_TNIL)
        luaL_error(L, "%s must be text, not %s", key, luaL_typename(L, -1));
    lua_pop(L, 1);
    return text;
}

static const char *need_text(lua_State *L, int idx, const char *key)
{
    const char *text = get_text(L, idx, key);

    if (!text)
        luaL_error(L, "%s is missing", key);
    return text;
}

static struct place resolve(lua_State *L, struct span span)
{
    struct script *s = script_of(L);

    return places_get(&s->lately, s->diag, span, s->graph->arena);
}

static struct span get_place(lua_State *L, int idx, const char *key)
{
    struct span span;

    lua_getfield(L, idx, key);
    span = script_span(L, -1);
    lua_pop(L, 1);
    return span;
}

// How many items a list has: 0 where it is absent.
static size_t count_items(lua_State *L, int idx)
{
    if (lua_isnil(L, idx))
        return 0;
    luaL_checktype(L, idx, LUA_TTABLE);
    return lua_rawlen(L, idx);
}

static const char *get_item(lua_State *L, int idx, lua_Integer i)
{
    const char *text;

    lua_rawgeti(L, idx, i);
    text = copy_text(L, -1);
    lua_pop(L, 1);
    return text;
}

// Most steps stand before those that use them; graph_link finds the others.
static void read_from(lua_State *L, struct edge *e)
{
    e->from = lua_rawgeti(L, -1, 3) == LUA_TSTRING
                  ? graph_find(script_of(L)->graph, lua_tostring(L, -1))
                  : NULL;
    e->step = e->from ? e->from->id : copy_text(L, -1);
    lua_pop(L, 1);
}

// {NAME, "use" or "read", STEP, OUTPUT} or {NAME, "use" or "read", FILE}
static void read_edge(lua_State *L, struct edge *e)
{
    int idx = lua_gettop(L);
    size_t n = lua_istable(L, idx) ? lua_rawlen(L, idx) : 0;
    const char *mode;

    if (n != 3 && n != 4)
        luaL_error(L, "an input is {NAME, MODE, STEP, OUTPUT} or {NAME, MODE, FILE}");
    e->name = get_item(L, idx, 1);
    lua_rawgeti(L, idx, 2);
    mode = luaL_checkstring(L, -1);
    e->mode = strcmp(mode, "read") == 0 ? EDGE_READ : EDGE_USE;
    if (e->mode == EDGE_USE && strcmp(mode, "use") != 0)
        luaL_error(L, "input %s: the mode is use or read", e->name);
    lua_pop(L, 1);
    if (n == 3) {
        e->file = get_item(L, idx, 3);
        return;
    }
    read_from(L, e);
    e->output = get_item(L, idx, 4);
}

static void read_inputs(lua_State *L, struct step *s)
{
    struct arena *a = script_of(L)->graph->arena;

    s->n_inputs = count_items(L, STEP_INPUTS);
    s->inputs = arena_array(a, struct edge, s->n_inputs);
    for (size_t i = 0; i < s->n_inputs; i++) {
        lua_rawgeti(L, STEP_INPUTS, (lua_Integer)i + 1);
        read_edge(L, &s->inputs[i]);
        lua_pop(L, 1);
    }
}

// A name, or a list of them.
static void read_outputs(lua_State *L, struct step *s)
{
    struct arena *a = script_of(L)->graph->arena;
    bool list = lua_istable(L, STEP_OUTPUTS);

    s->n_outputs = list ? lua_rawlen(L, STEP_OUTPUTS) : 1;
    s->outputs = arena_array(a, const char *, s->n_outputs);
    if (!list)
        s->outputs[0] = need_copy(L, STEP_OUTPUTS);
    for (size_t i = 0; list && i < s->n_outputs; i++) {
        lua_rawgeti(L, STEP_OUTPUTS, (lua_Integer)i + 1);
        s->outputs[i] = need_copy(L, -1);
        lua_pop(L, 1);
    }
}

// A phrase is text, or a list of texts and late values, which show as the name of their fact.
static void add_phrase(lua_State *L, struct buf *out)
{
    if (lua_isstring(L, -1)) {
        buf_puts(out, lua_tostring(L, -1));
        return;
    }
    if (!lua_istable(L, -1) || !lua_checkstack(L, 4))
        return;
    lua_pushstring(L, "late");
    if (lua_rawget(L, -2) == LUA_TSTRING)
        buf_printf(out, "{%s}", lua_tostring(L, -1));
    lua_pop(L, 1);
    for (size_t i = 1; i <= lua_rawlen(L, -1); i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        add_phrase(L, out);
        lua_pop(L, 1);
    }
}

// {TEXT, PLACE} each.
static void read_words(lua_State *L, struct step *s)
{
    struct script *script = script_of(L);
    struct arena *a = script->graph->arena;

    s->n_words = count_items(L, STEP_WORDS);
    s->words = arena_array(a, struct phrase, s->n_words);
    for (size_t i = 0; i < s->n_words; i++) {
        lua_rawgeti(L, STEP_WORDS, (lua_Integer)i + 1);
        luaL_checktype(L, -1, LUA_TTABLE);
        lua_rawgeti(L, -1, 2);
        s->words[i].at = resolve(L, script_span(L, -1));
        lua_rawgeti(L, -2, 1);
        buf_clear(&script->text);
        add_phrase(L, &script->text);
        s->words[i].text = keep_text(script, str_of(buf_text(&script->text)));
        lua_settop(L, STEP_ARGUMENTS);
    }
}

// What on.step is given, in a table of its own; the fields that it may change are params and
// preset.
static void push_for_hooks(lua_State *L)
{
    lua_newtable(L);
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
        lua_pushvalue(L, told[i].argument);
        lua_setfield(L, -2, told[i].key);
    }
    if (lua_isnil(L, STEP_PARAMS))
        lua_newtable(L);
    else
        convert_push_copy(L, STEP_PARAMS);
    lua_setfield(L, -2, "params");
}

// Whether the table on top still has the value on top of it, which is popped, under that key.
static bool is_kept(lua_State *L, const char *key)
{
    bool same;

    lua_pushstring(L, key);
    lua_rawget(L, -3);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

static void refuse_change(struct script *s, const char *key)
{
    diag_say(s->diag, SEVERITY_ERROR, s->hook_at, "change step.params or step.preset",
             "a hook cannot change the %s of a step", key);
    hooks_stop(s->hooks);
}

// Gives the step to hooks; its preset and params are then read from the table left on the stack.
static void run_hooks(lua_State *L)
{
    struct script *s = script_of(L);

    push_for_hooks(L);
    if (!hooks_run(s->hooks, HOOK_STEP))
        return;
    for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
        lua_pushvalue(L, told[i].argument);
        if (!is_kept(L, told[i].key) && told[i].argument != STEP_PRESET)
            refuse_change(s, told[i].key);
    }
}

static const struct preset *read_preset(lua_State *L, struct step *step)
{
    if (lua_isnil(L, STEP_PRESET))
        return NULL;
    return script_choose_preset(script_of(L), step, luaL_checkstring(L, STEP_PRESET), false);
}

// The preset as hooks left it in the table at idx.
static const struct preset *read_hooked_preset(lua_State *L, struct step *step, int idx)
{
    struct script *s = script_of(L);
    const struct preset *preset = NULL;

    lua_pushstring(L, "preset");
    if (lua_rawget(L, idx) == LUA_TSTRING)
        preset =
            script_choose_preset(s, step, lua_tostring(L, -1), !lua_rawequal(L, -1, STEP_PRESET));
    else if (!lua_isnil(L, STEP_PRESET) || !lua_isnil(L, -1))
        diag_say(s->diag, SEVERITY_ERROR, s->hook_at, NULL, "a step's preset is the name of one");
    lua_pop(L, 1);
    return preset;
}

// What a hook left in a step and cannot stay there; the next step would only say it again.
static void refuse_hooked(struct script *s, const struct step *step, const char *why)
{
    diag_say(s->diag, SEVERITY_ERROR, s->hook_at, NULL, "this hook spoils the params of %s: %s",
             step->id, why);
    hooks_stop(s->hooks);
}

// What is wrong with the params is the hook's own fault, or that of rules, and so ours.
static void refuse_params(lua_State *L, const struct step *step, const char *what, const char *why)
{
    struct script *s = script_of(L);

    if (!s->hook_at.source)
        luaL_error(L, "step %s: %s%s", step->id, what, why);
    refuse_hooked(s, step, why);
}

static void check_late(lua_State *L, const struct step *step)
{
    struct buf *why = &script_of(L)->text;

    buf_clear(why);
    if (!graph_check_late(step, why))
        refuse_params(L, step, "", buf_text(why));
}

// idx: where they are, or nil.
static void read_params(lua_State *L, struct step *step, int idx)
{
    struct script *s = script_of(L);
    const char *why = "something that is no table";
    bool ok = lua_isnil(L, idx), late = false;

    buf_clear(&s->text);
    if (ok)
        buf_puts(&s->text, "{}");
    else if (lua_istable(L, idx))
        ok = convert_to_text(L, idx, &s->text, &late, &why);
    if (ok && s->text.ptr[0] != '{') {
        why = "a list, where names are due";
        ok = false;
    }
    step->params = ok ? arena_strndup(s->graph->arena, s->text.ptr, s->text.len) : "{}";
    if (!ok)
        refuse_params(L, step, "params hold ", why);
    else if (late)
        check_late(L, step);
}

// The words of a prompt that a hook wrote anew are the hook's.
static void claim_words(struct script *s, struct step *step, const char *before)
{
    json_t *params = step_params(step), *prompt = json_object_get(params, "prompt");
    const char *after = json_string_value(prompt);

    if (step->n_words && after && !(before && strcmp(before, after) == 0)) {
        step->n_words = 1;
        step->words[0] = (struct phrase){.text = arena_strdup(s->graph->arena, after),
                                         .at = diag_place(s->diag, s->hook_at, s->graph->arena)};
    }
    json_decref(params);
}

static const char *prompt_before(lua_State *L)
{
    const char *prompt = NULL;

    if (lua_istable(L, STEP_PARAMS) && lua_getfield(L, STEP_PARAMS, "prompt") == LUA_TSTRING)
        prompt = arena_strdup(script_of(L)->arena, lua_tostring(L, -1));
    lua_settop(L, STEP_ARGUMENTS);
    return prompt;
}

static const struct preset *hook_step(lua_State *L, struct step *step)
{
    struct script *s = script_of(L);
    const struct preset *preset = NULL;

    run_hooks(L);
    if (hooks_has(s->hooks, HOOK_STEP)) { // none has failed
        preset = read_hooked_preset(L, step, lua_gettop(L));
        lua_pushstring(L, "params");
        lua_rawget(L, -2);
        read_params(L, step, lua_gettop(L));
        claim_words(s, step, prompt_before(L));
    }
    s->hook_at = (struct span){0};
    return preset;
}

// What a model cannot do without is asked for now, and not by its server.
static void check_needs(struct script *s, const struct preset *preset, const struct step *step)
{
    const char *missing = preset ? preset_missing(preset, step) : NULL;

    if (missing)
        diag_say(s->diag, SEVERITY_ERROR, step->span,
                 "give it one, or choose a preset that does without",
                 "preset %s needs `%s`, and %s has none", preset->name, missing, step->id);
}

// Pushes the name of the first output.
static void push_output(lua_State *L)
{
    if (lua_istable(L, STEP_OUTPUTS))
        lua_rawgeti(L, STEP_OUTPUTS, 1);
    else
        lua_pushvalue(L, STEP_OUTPUTS);
}

// c41.step(id, kind, preset, outputs, params, inputs, place, scene, shot, take, words, note) gives
// the name of its first output.
int lower_step(lua_State *L)
{
    struct script *s = script_of(L);
    const struct kind *kind = kind_find(luaL_checkstring(L, STEP_KIND));
    const struct preset *preset = NULL;
    struct step *step;

    lua_settop(L, STEP_ARGUMENTS);
    if (!kind)
        return luaL_error(L, "step %s: no such kind", luaL_checkstring(L, STEP_ID));
    step = graph_make(s->graph, luaL_checkstring(L, STEP_ID), kind);
    step->scene = copy_text(L, STEP_SCENE);
    step->shot = copy_text(L, STEP_SHOT);
    step->span = script_span(L, STEP_PLACE);
    step->at = resolve(L, step->span);
    step->take = (unsigned)luaL_optinteger(L, STEP_TAKE, 0);
    read_inputs(L, step);
    read_outputs(L, step);
    read_words(L, step);
    step->note = copy_text(L, STEP_NOTE);
    if (hooks_has(s->hooks, HOOK_STEP))
        preset = hook_step(L, step);
    if (!step->params) {
        preset = read_preset(L, step);
        read_params(L, step, STEP_PARAMS);
    }
    check_needs(s, preset, step);
    graph_join(s->graph, step, s->scene_from);
    push_output(L);
    return 1;
}

// c41.deliver{name=, step=, output=, file=, draft_file=, at=, file_at=}
int lower_deliver(lua_State *L)
{
    struct script *s = script_of(L);
    struct deliverable *d;

    luaL_checktype(L, 1, LUA_TTABLE);
    d = graph_deliver(s->graph, need_text(L, 1, "name"));
    d->asked = need_text(L, 1, "step");
    d->span = get_place(L, 1, "at");
    d->file_span = get_place(L, 1, "file_at");
    d->output = get_text(L, 1, "output");
    d->file = need_text(L, 1, "file");
    d->draft_file = get_text(L, 1, "draft_file");
    if (!d->draft_file)
        d->draft_file = d->file;
    return 0;
}
