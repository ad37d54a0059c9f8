// SPDX-License-Identifier: MIT
// What differs between two preimages, field by field: what a step was made of, and what it would be
// made of now. Knows nothing of films; why.c puts places and causes to it.
#pragma once

#include <stddef.h>

struct arena;
struct buf;

enum difference_of {
    DIFFERENCE_WORD,   // of what the driver is told: a param, or something of the preset
    DIFFERENCE_INPUT,  // an artifact that goes in
    DIFFERENCE_MAKING, // who makes it: kind, version, driver
};

struct difference {
    enum difference_of of;
    const char *field;        // "prompt", "board.size", "preset steps", "version"; an input's name
    const char *before, *now; // canonical JSON, of inputs the digest in hex; NULL: there is none
    size_t nth;               // of an input that is there now: where it stands in the preimage
};

// Adds all of them to a list in a: words first, those of fewer parts before those of more; then
// inputs, those of one name paired in their order. Inputs that only changed places are one
// difference, with neither before nor now. Returns how many.
size_t difference_find(const char *before, const char *now, struct arena *a,
                       struct difference **list);

// Adds both values of a word, each in at most about columns: "a dawn" -> "a dusk". Of long texts
// only what is around the place where they differ: "… at dawn" -> "… at dusk".
void difference_print_values(const struct difference *d, size_t columns, struct buf *out);
