// SPDX-License-Identifier: MIT
#include "runtime/services/comfyui/server.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/kept.h"
#include "runtime/services/comfyui/object_info.h"
#include "runtime/services/comfyui/run.h"

enum { FREE_QUIET_MS = 10 * 1000 };

void comfyui_make_id(const char *text, unsigned n, char id[UUID_BYTES])
{
    struct buf whole = {0};
    struct digest d;
    const uint8_t *b = d.bytes;

    buf_printf(&whole, "%s %u", text, n);
    d = digest_of(whole.ptr, whole.len);
    buf_release(&whole);
    d.bytes[6] = (uint8_t)((d.bytes[6] & 0x0f) | 0x80); // version 8: made by a rule of one's own
    d.bytes[8] = (uint8_t)((d.bytes[8] & 0x3f) | 0x80);
    snprintf(id, UUID_BYTES, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

// Packs do not tell their versions: {"ComfyUI-VideoHelperSuite": "", …}.
static json_t *find_packs(const struct object_info *classes)
{
    json_t *names = object_info_packs(classes), *packs = json_object(), *name;
    size_t i;

    json_array_foreach(names, i, name)
        json_object_set_new(packs, json_string_value(name), json_string(""));
    json_decref(names);
    return packs;
}

static void remember_print(struct comfyui *c)
{
    const json_t *system = json_object_get(c->stats, "system");
    json_t *print =
        json_pack("{s:s}", "version", json_get_text(system, "comfyui_version", "unknown"));

    if (c->classes)
        json_object_set_new(print, "packs", find_packs(c->classes));
    buf_clear(&c->service->print);
    json_canonical(print, &c->service->print);
    json_decref(print);
}

bool comfyui_learn(struct comfyui *c, const struct call *answer, struct err *err)
{
    json_t *stats = call_ok(answer, err) ? call_json(answer, err) : NULL;

    if (!stats)
        return false;
    if (!json_is_object(json_object_get(stats, "system"))) {
        json_decref(stats);
        return err_set(err, ERR_FILM, "what answers at %s is no ComfyUI server", c->endpoint.base);
    }
    json_decref(c->stats);
    c->stats = stats;
    c->known = true;
    remember_print(c);
    return true;
}

void comfyui_take_classes(struct comfyui *c, struct object_info *classes, bool kept)
{
    if (!classes)
        return;
    object_info_free(c->classes);
    c->classes = classes;
    c->classes_kept = kept;
    remember_print(c);
}

void comfyui_learn_classes(struct comfyui *c, const struct call *answer)
{
    struct err err;
    struct object_info *classes =
        call_ok(answer, &err) ? object_info_read(buf_view(&answer->http.got), &err) : NULL;

    comfyui_take_classes(c, classes, false);
    if (classes && c->stats)
        comfyui_kept_save(c);
}

void comfyui_forget(struct comfyui *c)
{
    c->known = false;
    map_release(&c->files);
    c->files = (struct map){0};
    object_info_free(c->classes);
    c->classes = NULL;
}

bool comfyui_is_looking(const struct comfyui *c)
{
    for (const struct comfyui_run *r = c->runs; r; r = r->next)
        if (r->adopted && !r->found)
            return true;
    return false;
}

static void freed(struct call *call)
{
    struct comfyui *c = call->user;

    c->freeing = NULL;
    c->service->unloading--;
}

void comfyui_unload(struct service *s)
{
    struct comfyui *c = s->own;
    json_t *body;

    if (c->freeing)
        return;
    body = json_pack("{s:b, s:b}", "unload_models", 1, "free_memory", 1);
    s->unloading++;
    c->freeing = call_start(
        s, &c->endpoint,
        &(struct ask){
            .route = "/free", .json = body, .quiet_ms = FREE_QUIET_MS, .done = freed, .user = c});
    json_decref(body);
}

const char *comfyui_name(const struct comfyui *c, struct arena *a)
{
    const struct studio_service *told = c->service->told;

    return arena_printf(a, "%s on %s", told->name, told->machine->name);
}
