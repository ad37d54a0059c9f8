// SPDX-License-Identifier: MIT
#include "compiler/graph.h"

#include <stdlib.h>
#include <string.h>

#define MAKES(...)                                                                                 \
    .outputs = (const char *const[])                                                               \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

// Sorted by name. Colours: pictures blue, moving ones violet, sound green, words yellow, models
// red, what this machine puts together grey.
static const struct kind kinds[] = {
    {"ambience", "#b7dfb9", MAKES("sound"), .version = 1, .drafted = true},
    {"animate", "#d3c0f0", MAKES("video"), .version = 1, .drafted = true},
    {"caption", "#f6e6a6", MAKES("caption"), .version = 1},
    {"card", "#cfd8dc", MAKES("image"), .version = 2, .local = true},
    {"conform", "#90a4ae", MAKES("film"), .version = 1, .local = true, .keeps = true,
     .marked = true},
    {"cut", "#cfd8dc", MAKES("cut"), .version = 1, .local = true},
    {"edit", "#a9cdf2", MAKES("image"), .version = 1, .drafted = true},
    {"frame", "#cfd8dc", MAKES("image"), .version = 1, .local = true},
    {"image", "#a9cdf2", MAKES("image"), .version = 1, .drafted = true},
    {"join", "#cfd8dc", MAKES("cut"), .version = 1, .local = true},
    {"judge", "#f6e6a6", MAKES("scores"), .version = 1, .optional = true},
    {"lipsync", "#d3c0f0", MAKES("video"), .version = 1, .drafted = true},
    {"mask", "#cfd8dc", MAKES("mask"), .version = 1, .local = true},
    {"mix", "#cfe3d0", MAKES("dialogue", "effects"), .version = 3, .local = true},
    {"pick", "#ffcc80", MAKES("image"), .version = 1, .local = true, .chooses = true},
    {"proxy", "#eceff1", MAKES("proxy"), .version = 1, .local = true, .shown = true},
    {"quality", "#eceff1", MAKES("quality"), .version = 1, .local = true},
    {"retouch", "#d3c0f0", MAKES("video"), .version = 1, .drafted = true},
    {"speak", "#b7dfb9", MAKES("voice"), .version = 1, .drafted = true},
    {"timing", "#eceff1", MAKES("timing"), .version = 1, .local = true},
    {"track", "#cfe3d0", MAKES("track"), .version = 1, .local = true},
    {"train", "#f2b8b5", MAKES("lora"), .version = 1},
    {"upscale", "#a9cdf2", MAKES("image"), .version = 1, .drafted = true},
    {"write", "#f6e6a6", MAKES("words"), .version = 1},
};

static int by_name(const void *name, const void *kind)
{
    return strcmp(name, ((const struct kind *)kind)->name);
}

const struct kind *kind_find(const char *name)
{
    return bsearch(name, kinds, sizeof(kinds) / sizeof(*kinds), sizeof(*kinds), by_name);
}

const struct kind *kind_all(size_t *n)
{
    *n = sizeof(kinds) / sizeof(*kinds);
    return kinds;
}
