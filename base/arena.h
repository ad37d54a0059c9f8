// SPDX-License-Identifier: MIT
// An arena: memory that lives and dies together. Owned by one thread at a time.
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); // accepts NULL

// Returns size zeroed bytes aligned for any type. Never fails.
void *arena_alloc(struct arena *a, size_t size);

#define arena_make(a, type)     ((type *)arena_alloc((a), sizeof(type)))
#define arena_array(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (n)))

char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
// n texts, one behind the other.
char *arena_concat(struct arena *a, const char *const *texts, size_t n);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

// Moves all that lives in from into a, and frees from.
void arena_take(struct arena *a, struct arena *from);

// Bytes handed out so far, for budgets.
size_t arena_used_bytes(const struct arena *a);
