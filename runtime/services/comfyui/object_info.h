// SPDX-License-Identifier: MIT
// What a ComfyUI server says of its node classes (GET /object_info), in a compact form that is kept
// between runs; whether a workflow fits it; and a workflow put into this server's own words. Facts
// are ComfyUI's own validator's, of servers from 0.3.64 on. Read-only once it is read, so any
// thread may look.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct err;
struct object_info;

// Reads an answer. NULL with *err (ERR_FINAL) when it is none.
struct object_info *object_info_read(struct str text, struct err *err);
void object_info_free(struct object_info *o); // accepts NULL

// Adds another document: what either of the two has is there.
bool object_info_add(struct object_info *o, struct str text, struct err *err);

// Keeps it in a small file, and reads that again. NULL with *err where there is none, or one that
// another c41 has written.
bool object_info_keep(const struct object_info *o, const char *path, struct err *err);
struct object_info *object_info_load(const char *path, struct err *err);

size_t object_info_classes(const struct object_info *o);
bool object_info_has(const struct object_info *o, const char *class);

// The packs of its nodes, as folders of custom_nodes are called: a new sorted list of texts.
json_t *object_info_packs(const struct object_info *o);

// Adds {"what", "help"} to list for each thing that would keep the server from running a workflow
// of the preset: filled in, or NULL for the one that is written, with its defaults. What each step
// brings along (inputs, items of chains) is not looked for on the server.
void object_info_check(const struct object_info *o, const json_t *preset, const json_t *workflow,
                       json_t *list);

// The same of params that a step says of its own, fitted (runtime/fit.h), where the preset puts
// them.
void object_info_check_params(const struct object_info *o, const json_t *preset,
                              const json_t *params, json_t *list);

// Changes a workflow to how this server says the same: outputs are found by what they were called
// when the workflow was made (the preset's needs.outputs), names of models are spelt as it spells
// them. Fields that a class does not declare stay: servers ignore them.
void object_info_adapt(const struct object_info *o, const json_t *preset, json_t *workflow);
