// SPDX-License-Identifier: MIT
// Measuring files: struct media's probe and strip.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct err;

// As in media.h.
json_t *probe(int fd, const char *name, struct err *err);
bool strip(const char *src, const char *dst, struct err *err);
