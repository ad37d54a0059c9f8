// SPDX-License-Identifier: MIT
// Growing text on the heap, always zero-terminated once something was added.
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/str.h"

struct buf {
    char *ptr;
    size_t len, cap;
};

// A zeroed struct buf is an empty one.
void buf_release(struct buf *b);

// Forgets the text, keeps the memory.
void buf_clear(struct buf *b);

void buf_puts(struct buf *b, const char *text);
void buf_str(struct buf *b, struct str s);
void buf_repeat(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

void buf_grow(struct buf *b, size_t more);

// In line, for JSON is written by the byte.

// Makes room for at least more bytes behind the text; the caller writes there and adds to len.
static inline char *buf_room(struct buf *b, size_t more)
{
    if (b->cap - b->len <= more)
        buf_grow(b, more);
    return b->ptr + b->len;
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
    char *room = buf_room(b, len);

    if (len)
        memcpy(room, bytes, len);
    room[len] = 0;
    b->len += len;
}

static inline void buf_char(struct buf *b, char c)
{
    char *room = buf_room(b, 1);

    room[0] = c;
    room[1] = 0;
    b->len++;
}

// The text, "" when empty. Borrowed until the next change.
const char *buf_text(const struct buf *b);

// Hands the text over (never NULL; mem_free) and empties the buffer.
char *buf_take(struct buf *b);

static inline struct str buf_view(const struct buf *b)
{
    return (struct str){b->ptr, b->len};
}
