// SPDX-License-Identifier: MIT
// A slab: a heap of its own for many small pieces that come and go, and end all at once. Owned by
// one thread at a time.
#pragma once

#include <stddef.h>

struct slab;

struct slab *slab_new(void);
void slab_free(struct slab *s); // ends every piece; accepts NULL

// Remembers all pieces and what they hold, once. slab_go_back then has them so again, wherever they
// have gone meanwhile, and ends all that have come.
void slab_mark(struct slab *s);
void slab_go_back(struct slab *s);

// Gives a piece of size bytes, not cleared, with what ptr (NULL is fine) held of them; ptr has
// ended. old_size is what ptr was asked with. size 0 only ends ptr and gives NULL. Never fails.
void *slab_resize(struct slab *s, void *ptr, size_t old_size, size_t size);
