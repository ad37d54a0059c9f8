// SPDX-License-Identifier: MIT
// WebP whose pictures move, of which libav can write files and not read them.
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct err;

// Fills in *facts where the file open at fd is such a one, and leaves it alone otherwise. False
// with *err where it cannot be read.
bool webp_facts(int fd, const char *name, json_t **facts, struct err *err);
