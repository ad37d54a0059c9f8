// SPDX-License-Identifier: MIT
// A film beside documents of ComfyUI servers (GET /object_info) that lie in files: what those lack
// that the film's presets need, without asking any server.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct cli;
struct err;
struct graph;
struct object_info;

// Reads the documents (n of them); what any of them has is there. NULL with *err.
struct object_info *against_read(const char *const *paths, size_t n, struct err *err);

// Says to stderr what is lacking, at the first step that is made with each preset. Returns how much
// that is.
size_t against_tell(const struct cli *cli, const struct graph *graph,
                    const struct object_info *info);
