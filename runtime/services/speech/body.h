// SPDX-License-Identifier: MIT
// Bodies: the request of an order in its dialect's form, JSON or multipart. Pure functions.
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "runtime/http.h"

struct arena;
struct speech_order;
struct speech_recording;
struct speech_upload;

struct speech_body {
    const char *route;
    json_t *json;                  // the body, or NULL:
    const struct http_part *parts; // these are
    size_t n_parts;
};

// The request that says text, one piece of the order's own. Released by json_decref(b->json); the
// rest is in the arena.
void speech_body_make(struct speech_body *b, const struct speech_order *o, const char *text,
                      struct arena *a);

// The request that sends a recording to a server which keeps it.
void speech_body_upload(struct speech_body *b, const struct speech_upload *upload,
                        const struct speech_recording *r, const char *text, struct arena *a);
