// SPDX-License-Identifier: MIT
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { MOST_AT_HAND = 1024, MOST_HELD = 256 << 20, LARGEST_HELD = 32 << 20 };

static void *checked(void *ptr)
{
    if (!ptr) {
        fputs("c41: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

// calloc knows which large pieces are zero already, and passes by what malloc keeps at hand of
// small ones.
void *mem_new(size_t size)
{
    if (size == 0 || size > MOST_AT_HAND)
        return checked(calloc(1, size ? size : 1));
    return memset(checked(malloc(size)), 0, size);
}

void *mem_resize(void *ptr, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        return checked(NULL);
    return checked(realloc(ptr, n && size ? n * size : 1));
}

char *mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(mem_resize(NULL, size, 1), text, size);
}

void mem_free(void *ptr)
{
    free(ptr);
}

void mem_hold(void)
{
#ifdef __GLIBC__
    mallopt(M_TRIM_THRESHOLD, MOST_HELD);
    mallopt(M_MMAP_THRESHOLD, LARGEST_HELD);
#endif
}
