// SPDX-License-Identifier: MIT
// A ComfyUI server as one build knows it: what it says of itself, what was uploaded to it, the
// attempts that it works on. It is service->own, from open until close.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "base/uuid.h"
#include "runtime/services/comfyui/watch.h"
#include "runtime/services/endpoint.h"

struct comfyui_run;
struct object_info;

// A server that loads a model may be silent for so long.
enum { COMFYUI_QUIET_MS = 60000 };

struct comfyui {
    struct service *service;
    struct endpoint endpoint;
    struct comfyui_watch watch;
    struct comfyui_run *runs;        // attempts at work, the newest first
    struct map files;                // "DIGEST.EXT" -> its name in the input folder
    bool known;                      // it has answered since it was last away
    int64_t heard_ms;                // when it last said how a prompt goes
    const struct comfyui_run *asker; // of what it says of itself just now
    json_t *stats;                   // /system_stats; NULL: not yet
    struct object_info *classes;     // what it last said of them, or NULL
    bool classes_kept;               // in another run (comfyui/kept.h)
    struct call *freeing;            // asks it to unload its models, or NULL
};

// A canonical UUID that follows from text and n.
void comfyui_make_id(const char *text, unsigned n, char id[UUID_BYTES]);

// Takes in what it says of itself. False with *err when that is no ComfyUI server's.
bool comfyui_learn(struct comfyui *c, const struct call *answer, struct err *err);

// Takes classes over, unless they are NULL.
void comfyui_take_classes(struct comfyui *c, struct object_info *classes, bool kept);

// Takes in an answer of /object_info, and keeps it; anything else leaves it without.
void comfyui_learn_classes(struct comfyui *c, const struct call *answer);

// It does not answer, or has started again: what was known may be so no more.
void comfyui_forget(struct comfyui *c);

// Whether a prompt is being looked for that was sent before.
bool comfyui_is_looking(const struct comfyui *c);

// Asks it to unload what it has loaded: its worker does so once nothing runs.
void comfyui_unload(struct service *s);

// "comfy on gpu", for people.
const char *comfyui_name(const struct comfyui *c, struct arena *a);
