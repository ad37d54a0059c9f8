// SPDX-License-Identifier: MIT
// Presets as rules ask for them (c41.preset) and as steps get them.
#include "compiler/script.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "base/arena.h"
#include "compiler/convert.h"
#include "compiler/graph.h"
#include "compiler/preset.h"

// The preset of that kind and name when it is in the graph, else NULL. There are few.
static const struct preset *used_preset(const struct script *s, const char *kind, const char *name)
{
    for (size_t i = 0; i < s->used.n; i++) {
        const struct preset *used = s->used.at[i];

        if (used->kind[0] == kind[0] && strcmp(used->kind, kind) == 0 &&
            strcmp(used->name, name) == 0)
            return used;
    }
    return NULL;
}

static void add_preset(json_t *presets, const struct preset *preset)
{
    json_t *kind = json_object_get(presets, preset->kind);

    if (!kind) {
        kind = json_object();
        json_object_set_new(presets, preset->kind, kind);
    }
    json_object_set(kind, preset->name, preset->json);
}

// Puts the preset into the graph, and those that may take over from it.
static void use_preset(struct script *s, const struct preset *preset)
{
    for (; preset && !used_preset(s, preset->kind, preset->name); preset = preset->longer) {
        add_preset(s->graph->presets, preset);
        vec_push(&s->used, preset);
    }
}

// Lua tables of presets are made once: a workflow is large, and every shot asks again.
static void push_preset(lua_State *L, const struct preset *preset)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, preset) != LUA_TNIL)
        return;
    lua_pop(L, 1);
    convert_push_json(L, preset->json);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, preset);
}

int lower_preset(lua_State *L)
{
    struct script *s = script_of(L);
    const char *kind = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
    const struct preset *preset = presets_find(s->presets, kind, name, script_span(L, 3));

    if (!preset)
        return 0;
    use_preset(s, preset);
    push_preset(L, preset);
    return 1;
}

static const char *const *input_names(struct script *s, const struct step *step)
{
    const char **names = arena_array(s->graph->arena, const char *, step->n_inputs + 1);

    for (size_t i = 0; i < step->n_inputs; i++)
        names[i] = step->inputs[i].name;
    return names;
}

const struct preset *script_choose_preset(struct script *s, struct step *step, const char *name,
                                          bool hooked)
{
    const char *kind = step->kind->name;
    const struct preset *preset = hooked ? presets_find(s->presets, kind, name, s->hook_at)
                                         : used_preset(s, kind, name); // c41.preset has found it

    if (preset && preset->n_instead)
        preset = preset_for(preset, input_names(s, step), step->n_inputs);
    if (preset)
        use_preset(s, preset);
    step->preset = texts_get(&s->texts, str_of(preset ? preset->name : name), s->graph->arena);
    return preset;
}
