// SPDX-License-Identifier: MIT
// What quality control found in a file, for people and for programs.
#pragma once

#include <jansson.h>

struct buf;

// One line about the file, one a finding, and the sum.
void judged_print(const char *path, const json_t *found, struct buf *out);
