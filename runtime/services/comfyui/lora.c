// SPDX-License-Identifier: MIT
// LoRAs: a server reads them from a folder of its own, which no route of it writes to. So the
// studio says where that folder is as this machine sees it, and the file is copied there under its
// digest.
#include <unistd.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/file.h"
#include "compiler/studio.h"
#include "runtime/service.h"
#include "runtime/services/comfyui/run.h"

// On a worker: LoRAs are large.
struct comfyui_copy {
    struct job job; // first
    struct comfyui_run *run;
    const char *from, *to, *name;
    struct digest digest;
    bool ok;
    struct err err;
};

static void copy(struct job *job)
{
    struct comfyui_copy *c = (struct comfyui_copy *)job;

    c->ok = file_exists(c->to) || file_copy(c->from, c->to, &c->digest, &c->err);
}

static void copied(struct job *job)
{
    struct comfyui_copy *c = (struct comfyui_copy *)job;
    struct comfyui_run *r = c->run;

    r->copy = NULL;
    if (r->cancelled)
        err_set(&c->err, ERR_CANCELLED, "stopped");
    else if (c->ok)
        comfyui_have_lora(r, c->name);
    else
        err_wrap(&c->err, "copying a LoRA for %s", comfyui_name(r->server, r->attempt->arena));
    if (r->cancelled || !c->ok)
        comfyui_fail(r, &c->err, NULL);
}

void comfyui_place_lora(struct comfyui_run *r)
{
    struct attempt *a = r->attempt;
    const struct artifact *from = a->sources[r->input];
    const char *folder = r->server->service->told->loras;
    struct comfyui_copy *c;
    char hex[DIGEST_HEX_BYTES];
    struct err err;

    if (!folder) {
        err_set(&err, ERR_FILM, "a LoRA is to go to %s, and the studio does not say where its are",
                comfyui_name(r->server, a->arena));
        comfyui_fail(r, &err,
                     "say `loras: FOLDER` of that service: its models/loras as this machine sees "
                     "it");
        return;
    }
    c = arena_make(a->arena, struct comfyui_copy);
    c->job.work = copy;
    c->job.done = copied;
    c->run = r;
    c->from = a->inputs[r->input].path;
    c->digest = from->digest;
    c->name = arena_printf(a->arena, "%s.%s", digest_hex(&from->digest, hex), from->ext);
    c->to = path_join(a->arena, folder, c->name);
    r->copy = c;
    pool_submit(a->services->pool, &c->job);
}
