// SPDX-License-Identifier: MIT
#include "base/slab.h"

#include <stdalign.h>
#include <stdbool.h>
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
    struct large *before, *next; // slab.large or slab.marked
    size_t size;
    bool marked; // it stays where it is, ended or not
    alignas(max_align_t) unsigned char bytes[];
};

// A slab as slab_mark found it: small pieces stand in the blocks up to that being filled.
struct image {
    struct block *filling;
    size_t used;
    struct piece *ended[N_SIZES];
    unsigned char *bytes; // of the blocks, then of slab.marked
};

struct slab {
    struct block *first, *filling; // in the order in which they are filled; NULL before any is
    struct piece *ended[N_SIZES];  // by size in grains
    struct large *large, *marked;
    struct image *image; // NULL: there is no mark
};

struct slab *slab_new(void)
{
    return mem_new(sizeof(struct slab));
}

static void free_large(struct large *first)
{
    for (struct large *l = first, *next; l; l = next) {
        next = l->next;
        mem_free(l);
    }
}

void slab_free(struct slab *s)
{
    if (!s)
        return;
    free_large(s->large);
    free_large(s->marked);
    if (s->image)
        mem_free(s->image->bytes);
    mem_free(s->image);
    block_free_all(s->first);
    mem_free(s);
}

// Copies n bytes to the image, or back, and moves on in it; only counts where there is none.
static void copy(unsigned char *bytes, size_t n, unsigned char *image, size_t *at, bool back)
{
    if (image && back)
        memcpy(bytes, image + *at, n);
    else if (image)
        memcpy(image + *at, bytes, n);
    *at += n;
}

// Returns how many bytes that takes.
static size_t copy_all(struct slab *s, unsigned char *image, bool back)
{
    size_t at = 0;

    for (struct block *b = s->filling ? s->first : NULL; b; b = b == s->filling ? NULL : b->next)
        copy(b->bytes, b->used, image, &at, back);
    for (struct large *l = s->marked; l; l = l->next)
        copy(l->bytes, l->size, image, &at, back);
    return at;
}

void slab_mark(struct slab *s)
{
    struct image *image = s->image = mem_new(sizeof(*image));

    s->marked = s->large;
    s->large = NULL;
    for (struct large *l = s->marked; l; l = l->next)
        l->marked = true;
    image->filling = s->filling;
    image->used = s->filling ? s->filling->used : 0;
    memcpy(image->ended, s->ended, sizeof(s->ended));
    image->bytes = mem_resize(NULL, copy_all(s, NULL, false) + 1, 1);
    copy_all(s, image->bytes, false);
}

void slab_go_back(struct slab *s)
{
    free_large(s->large);
    s->large = NULL;
    s->filling = s->image->filling;
    if (s->filling)
        s->filling->used = s->image->used;
    memcpy(s->ended, s->image->ended, sizeof(s->ended));
    copy_all(s, s->image->bytes, true);
}

// Goes on with the block behind the one being filled: one that slab_go_back left, or a new one.
static void next_block(struct slab *s)
{
    struct block **next = s->filling ? &s->filling->next : &s->first;
    size_t size = s->filling ? s->filling->size * 2 : FIRST_BLOCK_BYTES;

    if (!*next)
        *next = block_new(size < BLOCK_MOST_BYTES ? size : BLOCK_MOST_BYTES);
    s->filling = *next;
    s->filling->used = 0;
}

static inline void *cut(struct slab *s, size_t size)
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

static void *link_large(struct slab *s, struct large *l, size_t size)
{
    l->size = size;
    l->marked = false;
    l->before = NULL;
    l->next = s->large;
    if (l->next)
        l->next->before = l;
    s->large = l;
    return l->bytes;
}

static inline void *begin(struct slab *s, size_t size)
{
    struct piece *piece;

    if (size > SMALL_BYTES)
        return link_large(s, mem_resize(NULL, sizeof(struct large) + size, 1), size);
    piece = s->ended[grains(size)];
    if (!piece)
        return cut(s, grains(size) * GRAIN_BYTES);
    s->ended[grains(size)] = piece->next;
    return piece;
}

static void end_large(struct slab *s, struct large *l)
{
    if (l->marked)
        return;
    unlink_large(s, l);
    mem_free(l);
}

static void end(struct slab *s, void *ptr, size_t size)
{
    struct piece *piece = ptr;

    if (size > SMALL_BYTES) {
        end_large(s, large_of(ptr));
        return;
    }
    piece->next = s->ended[grains(size)];
    s->ended[grains(size)] = piece;
}

static void *grow_large(struct slab *s, struct large *l, size_t size)
{
    unlink_large(s, l);
    return link_large(s, mem_resize(l, sizeof(*l) + size, 1), size);
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
    if (old_size > SMALL_BYTES && size > SMALL_BYTES && !large_of(ptr)->marked)
        return grow_large(s, large_of(ptr), size);
    if (size <= SMALL_BYTES && grains(size) == grains(old_size))
        return ptr;
    fresh = begin(s, size);
    memcpy(fresh, ptr, old_size < size ? old_size : size);
    end(s, ptr, old_size);
    return fresh;
}
