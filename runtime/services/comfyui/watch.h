// SPDX-License-Identifier: MIT
// Watching: the socket over which a ComfyUI server tells how its prompts go on. It is opened again
// when it breaks; nothing waits for it, for a socket may be silent while all is well (a server
// drops the registration of a client that came twice, and one stuck client holds up all others).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "runtime/http.h"

struct comfyui;

struct comfyui_watch {
    struct ws ws;
    char client[UUID_BYTES]; // the id that messages are sent to; "" before the first
    unsigned renewed;        // how many ids there were before it
    bool started;            // ws is the loop's
    bool open;
    unsigned failures;
    int64_t again_ms; // no attempt to open it before
};

// Opens the socket unless it is; seed is a UUID that the client's id is made from.
void comfyui_watch_start(struct comfyui *c, const char *seed);

// The same under an id that an earlier build had, unless it has one.
void comfyui_watch_join(struct comfyui *c, const char *client);

// Opens it again, when it is time.
void comfyui_watch_tick(struct comfyui *c, int64_t now_ms);

// The server has lost sight of the socket: a new one, under a new id.
void comfyui_watch_renew(struct comfyui *c);

void comfyui_watch_close(struct comfyui *c);
