// SPDX-License-Identifier: MIT
// A crew: the scenes of a long film are lowered on several threads at once. Each works with a Lua
// state, diagnostics, sources and presets of its own on a run of scenes; what they make is joined
// in the order of the film, so that it is the same however many there are.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct err;
struct graph;
struct node;
struct presets_options;
struct rules;
struct rules_context;
struct rules_options;

struct crew {
    struct rules *rules; // of the film, on this thread
    const struct rules_options *options;
    const struct presets_options *presets;
    size_t most; // threads, this one too
};

// All stages of rules. A short film is compiled on this thread alone.
bool crew_compile(const struct crew *c, const struct node *film,
                  const struct rules_context *context, struct graph *graph, struct err *err);
