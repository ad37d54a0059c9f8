// SPDX-License-Identifier: MIT
// Assets: the files that a film hands in. What a file is, its first bytes say, not its name.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

// What a file seems to be.
struct asset {
    const char
        *type; // "image", "video", "audio", "lora", "font", "lut", "text"; NULL: none of these
    const char *seems; // for people: "a PNG picture", "a playlist", "empty"
};

enum { ASSET_HEAD_BYTES = 4096 };

// Judges by the first n bytes (all of a smaller file). name's ending decides between text and the
// formats made of text, and between sound and film where a container may hold either.
struct asset asset_sniff(const void *bytes, size_t n, const char *name);

// The same for a file below the project's folder. False with *err when it is missing, unreadable,
// no regular file, or leads out of the project.
bool asset_look(const char *project, const char *path, struct asset *out, struct err *err);
