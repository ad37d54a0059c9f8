// SPDX-License-Identifier: MIT
// Facts: what is measured of an artifact when it is stored (docs/steps.md). Pictures, films and
// sounds are measured by the media module; text and JSON here.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct arena;
struct err;
struct media;
struct step;

// A new object; NULL with *err when the file is not what its ending says. name is what messages
// call media, whose own ending, where it has one, is to fit as well. media may be NULL for what
// needs no media module: facts_need_media tells.
json_t *facts_measure(const struct media *media, const char *path, const char *name,
                      const char *ext, struct err *err);
bool facts_need_media(const char *ext);

// The value under a dotted path; NULL: no such fact. Borrowed.
const json_t *facts_get(const json_t *facts, const char *path);

// The file-name ending of an output of step: "png", "wav" … What a server sends may differ. Static
// or in a.
const char *facts_ext(const struct step *step, const char *output, struct arena *a);
