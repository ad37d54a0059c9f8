// SPDX-License-Identifier: MIT
// Blessing: the director says that a render still stands, though its step would be made of
// something else now. What the step's last key gave is accepted under its new key. Reads and writes
// the ledger; renders nothing, changes no artifact.
#pragma once

#include <stddef.h>

struct build_options;
struct err;
struct graph;
struct selection;
struct step;
struct why;

// A render that stands.
struct blessed {
    const struct step *step;
    const char *from, *to; // keys
    const struct why *why; // what differs
};

struct blessing {
    const struct blessed *list; // in the graph's order
    size_t n;
};

// Blesses what s takes in, all of it or nothing; holds the project's lock meanwhile. options:
// clock, module_dir. NULL with *err: somebody builds; a step is current already (where s asks for
// stale ones it is passed over), was never made, has lost its files, is a choice, or waits for an
// input. What is current once an input of it is blessed needs no blessing and is passed over.
struct blessing *bless_new(const struct graph *graph, const struct selection *s,
                           const struct build_options *options, struct err *err);
void bless_free(struct blessing *b); // accepts NULL
