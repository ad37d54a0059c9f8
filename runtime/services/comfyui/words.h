// SPDX-License-Identifier: MIT
// What a ComfyUI server says of a workflow, in words for people: nodes by their titles, what they
// were given and what they take. Pure functions.
#pragma once

#include <jansson.h>

struct arena;
struct buf;
struct err;

// A node of a graph in API form as people know it: `"Title" (node 7, KSampler)`, `node 7
// (KSampler)`, or `node 7`. Nodes that the server made out of one are called like that one.
const char *comfyui_node(struct arena *a, const json_t *graph, const char *id);

// Why POST /prompt was refused, from the answer's object {error, node_errors}; also the
// node_errors of a prompt that was taken. *err becomes ERR_FINAL; returns the remedy, or NULL.
const char *comfyui_refusal(struct arena *a, const json_t *graph, const json_t *body,
                            struct err *err);

// What a failed run is about.
enum comfyui_fault {
    COMFYUI_FAULT_NODE,   // a node raised
    COMFYUI_FAULT_MEMORY, // the GPU's is too small
    COMFYUI_FAULT_DISK,   // the server's is full
};

// The data of an execution_error: *err becomes ERR_FINAL, the traceback goes to log.
enum comfyui_fault comfyui_exception(struct arena *a, const json_t *graph, const json_t *data,
                                     struct buf *log, struct err *err);
