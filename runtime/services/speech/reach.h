// SPDX-License-Identifier: MIT
// Recordings on their way to a speech server: the path that it reads them under, their bytes as
// text, or the name that they are sent under.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arena;
struct err;
struct speech_dialect;
struct studio_service;

// A recording that a line is spoken by.
struct speech_recording {
    const char *path;  // here
    const char *base;  // its name
    const char *type;  // its media type
    const char *id;    // a name of its own on servers that keep it: "c41-" and a digest
    const char *there; // what a request says of it; NULL: it is a part of the request
};

// A recording of these bytes, of which text (or NULL) is what is said.
struct speech_recording *speech_recording_new(struct arena *a, const char *path, const char *base,
                                              const char *digest, const char *text);

// Sets r->there as the dialect has it delivered. False with *err, and *help or NULL.
bool speech_deliver(struct speech_recording *r, const struct speech_dialect *dialect,
                    const struct studio_service *told, struct arena *a, const char **help,
                    struct err *err);

// path as the other machine has it, by {LOCAL: REMOTE} of folders: the longest one that holds it.
// NULL: none does.
const char *speech_path_there(struct arena *a, const json_t *paths, const char *path);

// Whether url is of this machine itself.
bool speech_is_here(const char *url);
