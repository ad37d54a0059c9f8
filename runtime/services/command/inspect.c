// SPDX-License-Identifier: MIT
#include "runtime/services/command/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/command/link.h"

enum { QUIET_MS = 25 * 1000, KIB = 1024, MIB = 1024 * 1024 };

struct answer {
    json_t *told;
    struct clock *clock;
    int64_t asked_ms;
    double latency_ms; // of its first line
};

static void put_text(json_t *object, const char *key, struct str text)
{
    json_object_set_new(object, key, json_stringn(text.ptr, text.len)); // not UTF-8: left out
}

// "TOTAL, FREE, NAME" in MiB.
static void add_gpu(json_t *told, struct str line)
{
    struct str total = str_trim(str_cut(&line, ',')), room = str_trim(str_cut(&line, ','));
    json_t *gpu = json_object();

    put_text(gpu, "name", str_trim(line));
    json_object_set_new(gpu, "total", json_integer(strtoll(total.ptr, NULL, 10) * MIB));
    json_object_set_new(gpu, "free", json_integer(strtoll(room.ptr, NULL, 10) * MIB));
    json_array_append_new(json_object_get(told, "gpus"), gpu);
}

// "models/vae/ae.safetensors" stands in the folder "vae".
static void add_model(json_t *told, struct str path)
{
    struct str folder, name;
    struct buf key = {0};
    json_t *models = json_object_get(told, "models"), *list;

    str_cut(&path, '/');
    name = path;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] == '/')
            name = (struct str){path.ptr + i + 1, path.len - i - 1};
    folder = (struct str){path.ptr, path.len - name.len};
    folder.len -= folder.len > 0;
    buf_puts(&key, "");
    buf_str(&key, folder);
    list = json_object_get(models, buf_text(&key));
    if (!list) {
        list = json_array();
        json_object_set_new(models, buf_text(&key), list);
        list = json_object_get(models, buf_text(&key)); // NULL: not UTF-8
    }
    if (list)
        json_array_append_new(list, json_stringn(name.ptr, name.len));
    buf_release(&key);
}

static void hear(struct question *q, struct str line)
{
    struct answer *a = q->user;
    struct str what = str_cut(&line, ' ');

    if (a->latency_ms == 0)
        a->latency_ms = (double)(a->clock->now_ms(a->clock) - a->asked_ms);
    if (str_is(what, "system"))
        put_text(a->told, "version", line);
    else if (str_is(what, "free") && line.len)
        json_object_set_new(
            a->told, "disk",
            json_pack("{s:I}", "free", (json_int_t)strtoll(line.ptr, NULL, 10) * KIB));
    else if (str_is(what, "gpu"))
        add_gpu(a->told, line);
    else if (str_is(what, "pack"))
        json_array_append_new(json_object_get(a->told, "packs"), json_stringn(line.ptr, line.len));
    else if (str_is(what, "model"))
        add_model(a->told, line);
}

json_t *command_inspect_ask(const struct link *link, atomic_bool *cancelled, double *latency_ms,
                            struct err *err)
{
    struct answer a = {.told = json_pack("{s:[], s:{}, s:[]}", "gpus", "models", "packs"),
                       .clock = clock_system()};
    struct question q = {.verb = "inspect",
                         .key = "0",
                         .quiet_ms = QUIET_MS,
                         .cancelled = cancelled,
                         .said = hear,
                         .user = &a};

    a.asked_ms = a.clock->now_ms(a.clock);
    if (!link_ask(link, &q, err)) {
        json_decref(a.told);
        return NULL;
    }
    *latency_ms = a.latency_ms;
    return a.told;
}

static bool has(const json_t *list, const char *name)
{
    json_t *item;
    size_t i;

    json_array_foreach((json_t *)(uintptr_t)list, i, item)
        if (strcmp(json_string_value(item), name) == 0)
            return true;
    return false;
}

// Whether path, from the service's folder, is there. What is not below models/ was not looked at.
static bool has_model(const json_t *told, const char *path)
{
    const char *name = strrchr(path, '/');
    struct buf folder = {0};
    bool found;

    if (strncmp(path, "models/", 7) != 0)
        return true;
    buf_puts(&folder, "");
    if (name > path + 6)
        buf_add(&folder, path + 7, (size_t)(name - path) - 7);
    found = has(json_object_get(json_object_get(told, "models"), buf_text(&folder)), name + 1);
    buf_release(&folder);
    return found;
}

static void add_lack(const struct inspection *i, const char *what, const char *folder, json_t *list)
{
    const struct studio_service *s = i->service->told;
    const char *work = s->work ? s->work : "the service's folder";

    json_array_append_new(
        list, json_pack("{s:s, s:o}", "what", what, "help",
                        json_sprintf("it belongs in %s%s%s on %s", work, *folder ? "/" : "", folder,
                                     s->over ? s->over + 4 : "this machine")));
}

// The path that a param names by default; else where ComfyUI would have it.
static const char *path_of(const json_t *preset, const char *folder, const char *file,
                           struct buf *usual)
{
    size_t len = strlen(file);
    json_t *rule;
    const char *name;

    json_object_foreach(json_object_get(preset, "params"), name, rule) {
        const char *path = json_get_text(rule, "default", "");
        size_t n = strlen(path);

        if (n > len && path[n - len - 1] == '/' && strcmp(path + n - len, file) == 0)
            return path;
    }
    buf_clear(usual);
    buf_printf(usual, "models/%s/%s", folder, file);
    return buf_text(usual);
}

static void compare_models(const struct inspection *i, const json_t *preset, json_t *list)
{
    const json_t *models = json_object_get(json_object_get(preset, "needs"), "models");
    struct buf usual = {0}, where = {0};
    const char *folder;
    json_t *files, *file;
    size_t k;

    json_object_foreach((json_t *)(uintptr_t)models, folder, files) {
        json_array_foreach(files, k, file) {
            const char *path = path_of(preset, folder, json_string_value(file), &usual);

            if (has_model(i->told, path))
                continue;
            buf_clear(&where);
            buf_add(&where, path, (size_t)(strrchr(path, '/') - path));
            add_lack(i, json_string_value(file), buf_text(&where), list);
        }
    }
    buf_release(&usual);
    buf_release(&where);
}

void command_inspect_compare(const struct inspection *i, const json_t *preset, json_t *list)
{
    const json_t *packs = json_object_get(json_object_get(preset, "needs"), "packs");
    json_t *pack;
    size_t k;

    json_array_foreach((json_t *)(uintptr_t)packs, k, pack) {
        const char *name = json_string_value(pack);

        if (name && !has(json_object_get(i->told, "packs"), name))
            add_lack(i, name, "", list);
    }
    compare_models(i, preset, list);
}
