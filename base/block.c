// SPDX-License-Identifier: MIT
#ifdef __linux__
#define _DEFAULT_SOURCE // MAP_ANONYMOUS, madvise
#endif
#include "base/block.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

#ifdef __linux__
#include <sys/mman.h>

enum { PAGE_BYTES = 2 << 20 };

// Three quarters of a large page are worth a whole one.
static bool is_large(size_t whole)
{
    return whole >= PAGE_BYTES / 4 * 3;
}

// More is asked for than is kept, so that a large page can begin where the memory does.
static void *map_pages(size_t whole)
{
    unsigned char *ptr =
        mmap(NULL, whole + PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    size_t before;

    if (ptr == MAP_FAILED)
        return mem_resize(NULL, SIZE_MAX, 1); // says so, and ends
    before = (PAGE_BYTES - (uintptr_t)ptr % PAGE_BYTES) % PAGE_BYTES;
    if (before)
        munmap(ptr, before);
    munmap(ptr + before + whole, PAGE_BYTES - before);
    madvise(ptr + before, whole, MADV_HUGEPAGE); // a wish: without it pages are small
    return ptr + before;
}

static void *get(size_t *whole)
{
    if (!is_large(*whole))
        return mem_new(*whole);
    *whole = (*whole + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    return map_pages(*whole);
}

static void put(void *ptr, size_t whole)
{
    if (is_large(whole))
        munmap(ptr, whole);
    else
        mem_free(ptr);
}
#else
static void *get(size_t *whole)
{
    return mem_new(*whole);
}

static void put(void *ptr, size_t whole)
{
    (void)whole;
    mem_free(ptr);
}
#endif

struct block *block_new(size_t size)
{
    size_t whole = sizeof(struct block) + size;
    struct block *b = get(&whole);

    b->size = b->end = whole - sizeof(*b);
    return b;
}

struct block *block_of(void *bytes)
{
    return (struct block *)(void *)((unsigned char *)bytes - offsetof(struct block, bytes));
}

void block_free_all(struct block *first)
{
    for (struct block *b = first, *next; b; b = next) {
        next = b->next;
        put(b, sizeof(*b) + b->size);
    }
}
