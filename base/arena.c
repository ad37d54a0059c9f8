// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/block.h"
#include "base/mem.h"

enum { FIRST_BLOCK_BYTES = 960, USUAL_TEXT_BYTES = 256 };

struct arena {
    struct block *blocks; // the one being filled first
    size_t used_bytes;
    size_t next_block_bytes;
};

struct arena *arena_new(void)
{
    struct arena *a = mem_new(sizeof(*a));

    a->next_block_bytes = FIRST_BLOCK_BYTES;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    block_free_all(a->blocks);
    mem_free(a);
}

static void add_block(struct arena *a, size_t at_least)
{
    size_t size = a->next_block_bytes;
    struct block *b;

    if (a->next_block_bytes < BLOCK_MOST_BYTES)
        a->next_block_bytes *= 2;
    b = block_new(size < at_least ? at_least : size);
    b->next = a->blocks;
    a->blocks = b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    size_t aligned = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    void *ptr;

    if (aligned < size)
        aligned = SIZE_MAX / 2; // fails in block_new
    if (!a->blocks || a->blocks->end - a->blocks->used < aligned)
        add_block(a, aligned);
    ptr = a->blocks->bytes + a->blocks->used;
    a->blocks->used += aligned;
    a->used_bytes += aligned;
    return ptr;
}

// Texts stand close together at the end of a block: no type's alignment matters to them.
static char *alloc_text(struct arena *a, size_t size)
{
    if (!a->blocks || a->blocks->end - a->blocks->used < size)
        add_block(a, size);
    a->blocks->end -= size;
    a->used_bytes += size;
    return (char *)a->blocks->bytes + a->blocks->end;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = alloc_text(a, len + 1);

    if (len)
        memcpy(copy, text, len);
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strlen(text));
}

char *arena_concat(struct arena *a, const char *const *texts, size_t n)
{
    size_t len = 0;
    char *whole, *at;

    for (size_t i = 0; i < n; i++)
        len += strlen(texts[i]);
    whole = at = alloc_text(a, len + 1);
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, texts[i]);
    *at = 0;
    return whole;
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    char usual[USUAL_TEXT_BYTES], *text;
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(usual, sizeof(usual), format, args);
    text = alloc_text(a, (size_t)len + 1);
    if ((size_t)len < sizeof(usual)) // most are short, and printing twice takes twice as long
        memcpy(text, usual, (size_t)len + 1);
    else
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_vprintf(a, format, args);
    va_end(args);
    return text;
}

size_t arena_used_bytes(const struct arena *a)
{
    return a->used_bytes;
}

void arena_take(struct arena *a, struct arena *from)
{
    struct block **last = &a->blocks; // behind the one being filled

    while (*last)
        last = &(*last)->next;
    *last = from->blocks;
    a->used_bytes += from->used_bytes;
    mem_free(from);
}
