// SPDX-License-Identifier: MIT
// Sending: the filled workflow goes into the server's queue, under an id of ours.
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/run.h"
#include "runtime/services/comfyui/words.h"
#include "runtime/services/comfyui/object_info.h"

enum {
    SENT_QUIET_MS = 120000, // validation opens files, while the GPU's thread holds the interpreter
    UNSURE_MS = 2500,       // how long a prompt is looked for whose answer was lost
    GRACE_MS = 10000,       // and one that the server once had
};

// A first id is the attempt's; others follow from it.
static void take_id(struct comfyui_run *r)
{
    const char *own = r->attempt->id;

    if (r->sends++ == 0)
        snprintf(r->id, sizeof(r->id), "%s", own);
    else
        comfyui_make_id(own, r->sends, r->id);
    r->taken = r->heard = r->ended = r->running = false;
    r->blocked = r->node = NULL;
    r->absent_ms = 0;
}

static void hold_against(struct comfyui_run *r);

static void asked(struct comfyui_run *r, struct call *c)
{
    comfyui_learn_classes(r->server, c);
    r->server->classes_kept = false; // whatever it has said
    r->asked = true;
    hold_against(r);
}

// Answers of 400 are the server's own when they are JSON with an error; else a proxy's.
static bool refused(struct comfyui_run *r, struct call *c)
{
    struct err ignored, err;
    json_t *body = c->http.status == 400 ? call_json(c, &ignored) : NULL;
    const char *help;

    if (!json_is_object(json_object_get(body, "error"))) {
        json_decref(body);
        return false;
    }
    if (r->server->classes_kept) { // from another run: it may be another server by now
        json_decref(body);
        comfyui_ask_classes(r, asked);
        return true;
    }
    help = comfyui_refusal(r->attempt->arena, r->graph, body, &err);
    json_decref(body);
    comfyui_fail(r, &err, help);
    return true;
}

static void take_in(struct comfyui_run *r, json_t *body)
{
    const char *id = json_get_text(body, "prompt_id", NULL), *help;
    struct err err;

    if (id && strlen(id) < sizeof(r->id)) // very old servers choose their own
        snprintf(r->id, sizeof(r->id), "%s", id);
    if (json_object_size(json_object_get(body, "node_errors"))) {
        help = comfyui_refusal(r->attempt->arena, r->graph, body, &err);
        comfyui_withdraw(r, &err, help);
        return;
    }
    comfyui_wait(r);
}

static void answered(struct comfyui_run *r, struct call *c)
{
    struct err err = {0};
    json_t *body;

    if (refused(r, c))
        return;
    if (!comfyui_answered(r, c, &err)) {
        if (c->http.status == 413)
            comfyui_fail(r, &err,
                         "the workflow is larger than the server, or a proxy before it, takes: "
                         "start it with a larger --max-upload-size");
        else if (err.kind != ERR_TRANSIENT)
            comfyui_fail(r, &err, NULL);
        else {
            r->fate = err; // it may have been queued all the same
            comfyui_look(r, UNSURE_MS);
        }
        return;
    }
    body = call_json(c, &err);
    if (json_is_object(body) && json_object_get(body, "prompt_id")) {
        take_in(r, body);
    } else {
        if (body)
            err_set(&err, ERR_TRANSIENT, "the answer to /prompt is not a ComfyUI server's");
        r->fate = err;
        comfyui_look(r, UNSURE_MS);
    }
    json_decref(body);
}

struct fill comfyui_fill(const struct comfyui_run *r)
{
    const struct attempt *a = r->attempt;

    return (struct fill){.preset = a->preset,
                         .params = json_object_get(a->params, "params"),
                         .inputs = r->fills,
                         .n_inputs = r->n_fills,
                         .prefix = arena_printf(a->arena, "c41/%s", r->id)};
}

static void post(struct comfyui_run *r)
{
    struct err err;
    json_t *body;

    if (!attempt_sends(r->attempt, r->id, &err)) {
        comfyui_fail(r, &err, NULL);
        return;
    }
    comfyui_watch_start(r->server, r->attempt->id);
    body = json_pack("{s:O, s:s, s:s}", "prompt", r->graph, "prompt_id", r->id, "client_id",
                     r->server->watch.client);
    comfyui_ask(r,
                &(struct ask){.route = "/prompt",
                              .json = body,
                              .quiet_ms = SENT_QUIET_MS,
                              .once = true}, // the same id twice is rendered twice
                answered);
    json_decref(body);
}

// The workflow in the words of this server.
static bool fill_graph(struct comfyui_run *r, struct err *err)
{
    struct fill f = comfyui_fill(r);

    json_decref(r->graph);
    r->graph = fill_workflow(&f, err);
    if (r->graph && r->server->classes)
        object_info_adapt(r->server->classes, r->attempt->preset, r->graph);
    return r->graph != NULL;
}

static void tell_lacks(struct comfyui_run *r, const json_t *lacks)
{
    const json_t *first = json_array_get(lacks, 0);
    struct buf text = {0};
    const char *help = arena_strdup(r->attempt->arena, json_get_text(first, "help", ""));
    struct err err;
    json_t *lack;
    size_t i;

    json_array_foreach(lacks, i, lack)
        buf_printf(&text, "%s%s", i ? "; " : "", json_get_text(lack, "what", ""));
    err_set(&err, ERR_FINAL, "%s lacks %s", comfyui_name(r->server, r->attempt->arena),
            buf_text(&text));
    buf_release(&text);
    comfyui_fail(r, &err, help[0] ? help : NULL);
}

// What the server lacks is told before anything is queued. It may have come since it was last
// asked.
static void hold_against(struct comfyui_run *r)
{
    json_t *lacks = json_array();
    struct err err;

    if (!fill_graph(r, &err)) {
        comfyui_fail(r, &err, NULL);
    } else {
        if (r->server->classes)
            object_info_check(r->server->classes, r->attempt->preset, r->graph, lacks);
        if (json_array_size(lacks) == 0) {
            post(r);
        } else if (r->asked) {
            tell_lacks(r, lacks);
        } else {
            comfyui_ask_classes(r, asked);
        }
    }
    json_decref(lacks);
}

void comfyui_send(struct comfyui_run *r)
{
    struct err err;

    if (!r->adopted) {
        take_id(r);
        hold_against(r);
    } else if (fill_graph(r, &err)) {
        r->taken = true;
        comfyui_look(r, GRACE_MS);
    } else {
        comfyui_fail(r, &err, NULL);
    }
}

// From the uploads on: the server may have been started anew meanwhile.
void comfyui_send_again(struct comfyui_run *r)
{
    r->adopted = false;
    r->files = NULL;
    comfyui_upload(r);
}
