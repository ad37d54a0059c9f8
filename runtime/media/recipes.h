// SPDX-License-Identifier: MIT
// The sounds that the draft studio knows: each a few layers, found by the words that people use.
#pragma once

#include <stddef.h>

#include "runtime/media/synth.h"

enum { RECIPE_MOST_LAYERS = 7, RECIPE_MOST_USES = 8 };

struct recipe {
    const char *name;
    struct layer layers[RECIPE_MOST_LAYERS]; // ends with one of rate and high 0
};

// One recipe as a prompt wants it.
struct recipe_use {
    const struct recipe *recipe;
    float level; // dB over the recipe's own
    bool far;    // heard from a distance: no highs
};

// The recipes that the words of prompt ask for, each once, at most RECIPE_MOST_USES: "wind and
// heavy waves", "distant thunder", "no wind". Returns how many.
size_t recipes_for(const char *prompt, struct recipe_use *uses);

// The tone of an empty room.
const struct recipe *recipe_room(void);

size_t recipe_layers(const struct recipe *r);
