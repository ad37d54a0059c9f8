// SPDX-License-Identifier: MIT
#include "base/slab.h"

#include <stdalign.h>
#include <string.h>

#include "base/block.h"
#include "base/mem.h"

// Small pieces come from blocks and go back to the list of their size; the rest is the heap's.
enum {
    GRAIN_BYTES = 16,
    SMALL_BYTES = 512,
    N_SIZES = SMALL_BYTES / GRAIN_BYTES + 1,
    FIRST_BLOCK_BYTES = 16 << 10,
};

struct piece {
    struct piece *next; // slab.ended
};

struct large {
    struct large *before, *next; // slab.large
    alignas(max_align_t) unsigned char bytes[];
};

struct slab {
    struct block *first, *filling; // in the order in which they are filled; NULL before any is
    struct piece *ended[N_SIZES];  // by size in grains
    struct large *large;
};

struct slab *slab_new(void)
{
    return mem_new(sizeof(struct slab));
}

static void free_large(struct slab *s)
{
    for (struct large *l = s->large, *next; l; l = next) {
        next = l->next;
        mem_free(l);
    }
    s->large = NULL;
}

void slab_clear(struct slab *s)
{
    free_large(s);
    memset(s->ended, 0, sizeof(s->ended));
    s->filling = s->first;
    if (s->first)
        s->first->used = 0;
}

void slab_free(struct slab *s)
{
    if (!s)
        return;
    free_large(s);
    block_free_all(s->first);
    mem_free(s);
}

// Goes on with the block behind the one being filled: one that slab_clear left, or a new one.
static void next_block(struct slab *s)
{
    struct block **next = s->filling ? &s->filling->next : &s->first;
    size_t size = s->filling ? s->filling->size * 2 : FIRST_BLOCK_BYTES;

    if (!*next)
        *next = block_new(size < BLOCK_MOST_BYTES ? size : BLOCK_MOST_BYTES);
    s->filling = *next;
    s->filling->used = 0;
}

static void *cut(struct slab *s, size_t size)
{
    void *ptr;

    if (!s->filling || s->filling->size - s->filling->used < size)
        next_block(s);
    ptr = s->filling->bytes + s->filling->used;
    s->filling->used += size;
    return ptr;
}

static size_t grains(size_t size)
{
    return (size + GRAIN_BYTES - 1) / GRAIN_BYTES;
}

static struct large *large_of(void *ptr)
{
    return (struct large *)(void *)((unsigned char *)ptr - offsetof(struct large, bytes));
}

static void unlink_large(struct slab *s, struct large *l)
{
    if (l->before)
        l->before->next = l->next;
    else
        s->large = l->next;
    if (l->next)
        l->next->before = l->before;
}

static void *link_large(struct slab *s, struct large *l)
{
    l->before = NULL;
    l->next = s->large;
    if (l->next)
        l->next->before = l;
    s->large = l;
    return l->bytes;
}

static void *begin(struct slab *s, size_t size)
{
    struct piece *piece;

    if (size > SMALL_BYTES)
        return link_large(s, mem_resize(NULL, sizeof(struct large) + size, 1));
    piece = s->ended[grains(size)];
    if (!piece)
        return cut(s, grains(size) * GRAIN_BYTES);
    s->ended[grains(size)] = piece->next;
    return piece;
}

static void end(struct slab *s, void *ptr, size_t size)
{
    struct piece *piece = ptr;

    if (size > SMALL_BYTES) {
        unlink_large(s, large_of(ptr));
        mem_free(large_of(ptr));
        return;
    }
    piece->next = s->ended[grains(size)];
    s->ended[grains(size)] = piece;
}

static void *grow_large(struct slab *s, void *ptr, size_t size)
{
    struct large *l = large_of(ptr);

    unlink_large(s, l);
    return link_large(s, mem_resize(l, sizeof(*l) + size, 1));
}

void *slab_resize(struct slab *s, void *ptr, size_t old_size, size_t size)
{
    void *fresh;

    if (!ptr || old_size == 0)
        return size ? begin(s, size) : NULL;
    if (size == 0) {
        end(s, ptr, old_size);
        return NULL;
    }
    if (old_size > SMALL_BYTES && size > SMALL_BYTES)
        return grow_large(s, ptr, size);
    if (size <= SMALL_BYTES && grains(size) == grains(old_size))
        return ptr;
    fresh = begin(s, size);
    memcpy(fresh, ptr, old_size < size ? old_size : size);
    end(s, ptr, old_size);
    return fresh;
}
