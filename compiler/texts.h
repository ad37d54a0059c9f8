// SPDX-License-Identifier: MIT
// Texts that were copied lately. Names of scenes, shots, inputs and outputs stand in many steps,
// and so do the words of those who are seen in many shots. Zeroed, it is empty; it owns nothing.
#pragma once

#include "base/str.h"

struct arena;

enum { TEXTS_KEPT = 256 };

struct texts {
    struct str kept[TEXTS_KEPT]; // by hash; all in one arena
};

// A copy of text in a, zero-terminated: the last one, where that is kept.
const char *texts_get(struct texts *t, struct str text, struct arena *a);
