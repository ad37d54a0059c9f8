// SPDX-License-Identifier: MIT
// Documents: YAML sources to trees, many at once on several threads, with the same trees and the
// same words as one after the other.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct arena;
struct diag;
struct node;

// Parses n sources, which are registered with d, on up to `threads` threads, this one too: roots[i]
// is the tree of sources[i], or NULL after saying why: it is wrong, or empty. Source 0 gives NULL.
void documents_parse(struct arena *a, struct diag *d, const uint32_t *sources, size_t n,
                     unsigned threads, struct node **roots);
