// SPDX-License-Identifier: MIT
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *ptr)
{
    if (!ptr) {
        fputs("c41: out of memory\n", stderr);
        abort();
    }
    return ptr;
}

void *mem_new(size_t size)
{
    return checked(calloc(1, size ? size : 1));
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
