// SPDX-License-Identifier: MIT
// Heap memory. The only door to malloc: out of memory ends the program, so no caller checks.
#pragma once

#include <stddef.h>

// Returns size zeroed bytes; the caller frees them with mem_free.
void *mem_new(size_t size);

// Grows or shrinks ptr (NULL is fine) to n items of size bytes; new bytes are not cleared.
void *mem_resize(void *ptr, size_t n, size_t size);

char *mem_strdup(const char *text);

// Accepts NULL.
void mem_free(void *ptr);

// From now on what is freed stays with the process, up to 256 MiB a thread, where the C library can
// be told so: for work that takes and gives back the same large pieces over and over. The kernel
// clears every page that it hands out.
void mem_hold(void);
