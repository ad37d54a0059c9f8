// SPDX-License-Identifier: MIT
// The lines of a film as quality control looks for them: each with the stem in which its voice is
// alone. Plain functions, any thread.
#pragma once

#include <stddef.h>

struct arena;
struct media_line;
struct timeline;

// In a, in the order in which they begin, *n of them; paths are those of the project's files. Lines
// without a stem are left out.
struct media_line *voiced_lines(const struct timeline *t, const char *project, struct arena *a,
                                size_t *n);
