// SPDX-License-Identifier: MIT
#include "cli/against.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "cli/cli.h"
#include "cli/say.h"
#include "compiler/graph.h"
#include "runtime/bind.h"
#include "runtime/fit.h"
#include "runtime/services/comfyui/object_info.h"

enum { MOST_BYTES = 256 << 20 };

struct against {
    const struct cli *cli;
    const struct graph *graph;
    const struct object_info *info;
    struct buf out;
    struct map said; // what was said, by preset and fault
    size_t compared, faults;
};

struct object_info *against_read(const char *const *paths, size_t n, struct err *err)
{
    struct object_info *info = NULL;
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++) {
        struct buf text = {0};

        ok = file_read(paths[i], &text, MOST_BYTES, err);
        if (ok && info)
            ok = object_info_add(info, buf_view(&text), err);
        else if (ok)
            ok = (info = object_info_read(buf_view(&text), err)) != NULL;
        if (!ok)
            err_wrap(err, "%s", paths[i]);
        buf_release(&text);
    }
    if (ok)
        return info;
    err->kind = ERR_USAGE;
    object_info_free(info);
    return NULL;
}

static void tell(struct against *a, const char *kind, const char *name, const struct place *at,
                 const json_t *fault)
{
    struct arena *arena = a->cli->arena;
    const char *message = arena_printf(arena, "%s by preset \"%s\": the server lacks %s", kind,
                                       name, json_get_text(fault, "what", "something"));

    if (map_add(&a->said, message, a))
        return;
    a->faults++;
    place_render(at, SEVERITY_ERROR, message, json_get_text(fault, "help", NULL), &a->out,
                 a->cli->colour);
}

static void tell_list(struct against *a, const char *kind, const char *name, const struct place *at,
                      json_t *list)
{
    json_t *fault;
    size_t i;

    json_array_foreach(list, i, fault)
        tell(a, kind, name, at, fault);
    json_decref(list);
}

static bool is_compared(const json_t *preset)
{
    return json_object_get(preset, "workflow") != NULL;
}

static void compare_preset(struct against *a, const char *kind, const json_t *preset,
                           const struct place *at)
{
    json_t *list = json_array();

    a->compared++;
    object_info_check(a->info, preset, NULL, list);
    tell_list(a, kind, json_get_text(preset, "preset", ""), at, list);
}

// What the step says itself, as far as it is known before anything is made.
static json_t *known_params(const struct step *step, const json_t *preset)
{
    json_t *params = step_params(step), *value;
    const char *name;
    struct err err;
    void *next;

    json_object_foreach_safe(params, next, name, value)
        if (bind_is_late(value))
            json_object_del(params, name);
    fit_params(params, preset, &err);  // what is too long is told when it is built
    json_object_del(params, "frames"); // of all windows; the preset's own are looked at
    return params;
}

static void compare_step(struct against *a, const struct step *step, const json_t *preset)
{
    json_t *params = known_params(step, preset), *list = json_array();

    object_info_check_params(a->info, preset, params, list);
    tell_list(a, step->kind->name, step->preset, &step->at, list);
    json_decref(params);
}

static const struct place nowhere;

// Presets that take over from others are in the graph, and no step is made with them yet.
static void compare_rest(struct against *a, const struct map *used)
{
    const char *kind, *name;
    json_t *presets, *preset;

    json_object_foreach(a->graph->presets, kind, presets)
        json_object_foreach(presets, name, preset)
            if (is_compared(preset) &&
                !map_find(used, arena_printf(a->cli->arena, "%s %s", kind, name)))
                compare_preset(a, kind, preset, &nowhere);
}

size_t against_tell(const struct cli *cli, const struct graph *graph,
                    const struct object_info *info)
{
    struct against a = {.cli = cli, .graph = graph, .info = info};
    struct map used = {0};

    for (size_t i = 0; i < graph->n_steps; i++) {
        const struct step *step = graph->steps[i];
        const json_t *preset = graph_preset(graph, step);

        if (!preset || !is_compared(preset))
            continue;
        if (!map_add(&used, arena_printf(cli->arena, "%s %s", step->kind->name, step->preset), &a))
            compare_preset(&a, step->kind->name, preset, &step->at);
        compare_step(&a, step, preset);
    }
    compare_rest(&a, &used);
    if (!a.compared)
        place_render(
            &nowhere, SEVERITY_WARNING,
            "nothing of this film is made by a ComfyUI server: there was nothing to compare",
            "name presets by --use KIND=PRESET, or a studio by --studio", &a.out, cli->colour);
    say_aside(&a.out);
    buf_release(&a.out);
    map_release(&a.said);
    map_release(&used);
    return a.faults;
}
