// SPDX-License-Identifier: MIT
// Blocks: what arenas and slabs are cut from, one end to the other. Large ones come straight from
// the system, by the large page where it has them: to touch each small page of a hundred megabytes
// for the first time takes long.
#pragma once

#include <stdalign.h>
#include <stddef.h>

enum { BLOCK_MOST_BYTES = 4 << 20 }; // of those that hold many pieces

struct block {
    struct block *next; // of whoever owns it
    size_t used, end;   // of bytes: what lies between is free
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

// A block for at least size bytes, all zero, and often for more. Never fails.
struct block *block_new(size_t size);
void block_free_all(struct block *first); // and those behind it; accepts NULL

// The block whose bytes begin there.
struct block *block_of(void *bytes);
