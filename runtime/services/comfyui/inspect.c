// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/inspect.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/server.h"
#include "runtime/services/comfyui/object_info.h"

enum { MOST_FOLDERS = 64, QUIET_MS = 20000, CLASSES_QUIET_MS = 120000 };

// One inspection: questions asked one after the other. In an arena of its own.
struct look {
    struct inspection *inspection;
    struct comfyui *server;
    int64_t asked_ms;
    json_t *folders; // kinds of models that are still to be asked for
    size_t folder;
};

static void finish(struct look *l)
{
    struct inspection *i = l->inspection;

    json_decref(l->folders);
    l->folders = NULL;
    i->done(i);
}

static void ask(struct look *l, const char *route, int quiet_ms, void (*done)(struct call *c))
{
    l->asked_ms = services_now_ms(l->server->service->services);
    call_start(l->server->service, &l->server->endpoint,
               &(struct ask){.route = route, .quiet_ms = quiet_ms, .done = done, .user = l});
}

// An answer that may be missing: an older server does not know the route.
static json_t *read_if_any(const struct call *c)
{
    struct err err;

    return call_ok(c, &err) ? call_json(c, &err) : NULL;
}

static void ask_folder(struct look *l);

// Names in subfolders hold the server's own separator.
static void took_folder(struct call *c)
{
    struct look *l = c->user;
    const char *folder = json_string_value(json_array_get(l->folders, l->folder++));
    json_t *names = read_if_any(c);

    if (json_is_array(names))
        json_object_set(json_object_get(l->inspection->told, "models"), folder, names);
    json_decref(names);
    ask_folder(l);
}

static void ask_folder(struct look *l)
{
    struct arena *a = l->server->service->arena;
    const char *folder;

    while (l->folder < json_array_size(l->folders) && l->folder < MOST_FOLDERS) {
        folder = json_string_value(json_array_get(l->folders, l->folder));
        if (folder && strcmp(folder, "custom_nodes") != 0 && strcmp(folder, "configs") != 0) {
            ask(l, arena_printf(a, "/models/%s", call_encode(a, folder)), QUIET_MS, took_folder);
            return;
        }
        l->folder++;
    }
    finish(l);
}

static void took_folders(struct call *c)
{
    struct look *l = c->user;

    l->folders = read_if_any(c);
    ask_folder(l);
}

static void took_classes(struct call *c)
{
    struct look *l = c->user;

    comfyui_learn_classes(l->server, c);
    json_object_set_new(l->inspection->told, "packs",
                        l->server->classes ? object_info_packs(l->server->classes) : json_array());
    ask(l, "/models", QUIET_MS, took_folders);
}

static void took_queue(struct call *c)
{
    struct look *l = c->user;
    json_t *queue = read_if_any(c);

    if (queue)
        json_object_set_new(
            l->inspection->told, "queue",
            json_pack("{s:I, s:I}", "running",
                      (json_int_t)json_array_size(json_object_get(queue, "queue_running")),
                      "waiting",
                      (json_int_t)json_array_size(json_object_get(queue, "queue_pending"))));
    json_decref(queue);
    ask(l, "/object_info", CLASSES_QUIET_MS, took_classes);
}

static json_t *list_gpus(const json_t *stats)
{
    json_t *list = json_array(), *device;
    size_t i;

    json_array_foreach(json_object_get(stats, "devices"), i, device)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "name",
                                              json_get_text(device, "name", "?"), "total",
                                              json_get_integer(device, "vram_total", 0), "free",
                                              json_get_integer(device, "vram_free", 0)));
    return list;
}

static void took_stats(struct call *c)
{
    struct look *l = c->user;
    struct inspection *i = l->inspection;

    i->latency_ms = (double)(services_now_ms(l->server->service->services) - l->asked_ms);
    i->up = comfyui_learn(l->server, c, &i->err);
    if (!i->up) {
        finish(l);
        return;
    }
    i->told = json_pack(
        "{s:s, s:o, s:{}}", "version",
        json_get_text(json_object_get(l->server->stats, "system"), "comfyui_version", "unknown"),
        "gpus", list_gpus(l->server->stats), "models");
    ask(l, "/queue", QUIET_MS, took_queue);
}

void comfyui_inspect(struct inspection *i)
{
    struct look *l = arena_make(i->service->arena, struct look);

    l->inspection = i;
    l->server = i->service->own;
    i->own = l;
    ask(l, "/system_stats", QUIET_MS, took_stats);
}

static void add(json_t *list, const char *what, const char *help)
{
    json_array_append_new(list, json_pack("{s:s, s:s}", "what", what, "help", help));
}

// Whether the list has the file, in whichever subfolder and with whichever separator.
static bool has_file(const json_t *names, const char *file)
{
    json_t *name;
    size_t i;

    json_array_foreach(names, i, name) {
        const char *text = json_string_value(name) ? json_string_value(name) : "";
        size_t len = strlen(text), own = strlen(file);

        if (len >= own && strcmp(text + len - own, file) == 0 &&
            (len == own || text[len - own - 1] == '/' || text[len - own - 1] == '\\'))
            return true;
    }
    return false;
}

static void compare_models(struct arena *a, const struct inspection *i, const json_t *preset,
                           json_t *list)
{
    const json_t *models = json_object_get(i->told, "models");
    json_t *files, *file;
    const char *folder;
    size_t n;

    json_object_foreach(json_object_get(json_object_get(preset, "needs"), "models"), folder,
                        files) {
        const json_t *names = json_object_get(models, folder);

        json_array_foreach(files, n, file)
            if (!names)
                add(list, arena_printf(a, "no folder models/%s", folder),
                    arena_printf(a, "the pack that the preset needs makes it; \"%s\" belongs there",
                                 json_string_value(file)));
            else if (!has_file(names, json_string_value(file)))
                add(list, arena_printf(a, "no model \"%s\"", json_string_value(file)),
                    arena_printf(a, "it belongs in models/%s", folder));
    }
}

// A server that does not tell its nodes still tells its files.
void comfyui_compare(const struct inspection *i, const json_t *preset, json_t *list)
{
    const struct comfyui *c = i->service->own;
    struct arena *a = arena_new();

    if (c->classes)
        object_info_check(c->classes, preset, NULL, list);
    else
        compare_models(a, i, preset, list);
    arena_free(a);
}
