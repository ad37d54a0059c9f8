// SPDX-License-Identifier: MIT
// Results: what a ComfyUI server's history says of a prompt: how it ended, and which of its files
// are the outputs that a preset names. Pure functions.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arena;

enum comfyui_end {
    COMFYUI_END_NOT, // the history does not know it, or not yet
    COMFYUI_END_SUCCESS,
    COMFYUI_END_ERROR,   // data: of execution_error, or NULL
    COMFYUI_END_STOPPED, // interrupted; data: of execution_interrupted
};

struct comfyui_verdict {
    enum comfyui_end end;
    const json_t *data;  // borrowed
    const json_t *entry; // borrowed
    double seconds;      // that it ran for, by the server's clock; 0: not told
};

// history: the answer to GET /history/{id}.
struct comfyui_verdict comfyui_judge(const json_t *history, const char *id);

// One output of a preset on the server: a file, or a text.
struct comfyui_file {
    const char *name, *subfolder, *type; // as the server spells them; name NULL: it is a text
    const char *ext;                     // of a list of known ones, in lower case
    const char *text;
    bool unlisted; // the history does not tell of it: its name was worked out
};

// What the entry lists for {node, key} (key: where it usually is); `ext` is what such an output
// ends in as a rule. False when there is nothing of use: *why tells, in a.
bool comfyui_pick(struct arena *a, const json_t *entry, const json_t *output, const char *ext,
                  struct comfyui_file *file, const char **why);

// The file at a path below the server's output folder. False: it ends in nothing that is known.
bool comfyui_saved(struct arena *a, const char *path, struct comfyui_file *file);

// The files that a node with this prefix would have saved, where no history tells: the n-th guess
// for an output that ends in ext. False: there are no more.
bool comfyui_guess(struct arena *a, const char *prefix, const char *ext, unsigned n,
                   struct comfyui_file *file);
