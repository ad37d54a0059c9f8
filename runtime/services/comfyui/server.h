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

// A prompt that an attempt has left behind because its server stayed away: the next attempt at the
// same step takes it up again.
struct comfyui_left {
    const char *key;
    char id[UUID_BYTES];
    struct comfyui_left *next; // comfyui.left
};

struct comfyui {
    struct service *service;
    struct endpoint endpoint;
    struct comfyui_watch watch;
    struct comfyui_run *runs; // attempts at work, the newest first
    struct comfyui_left *left;
    struct map files;                // "DIGEST.EXT" -> its name in the input folder
    bool known;                      // it has answered since it was last away
    const struct comfyui_run *asker; // of what it says of itself just now
    json_t *stats;                   // /system_stats; NULL: not yet
    struct object_info *classes;     // what it last said of them, or NULL
    bool classes_kept;               // in another run (comfyui/kept.h)
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

// Remembers a prompt that nobody waits for; finds it, and forgets it (NULL: there is none).
void comfyui_leave(struct comfyui *c, const char *key, const char *id);
const char *comfyui_take_left(struct comfyui *c, const char *key);

// "comfy on gpu", for people.
const char *comfyui_name(const struct comfyui *c, struct arena *a);
