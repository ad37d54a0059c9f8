// SPDX-License-Identifier: MIT
#include "base/buf.h"

#include <stdio.h>

#include "base/mem.h"

void buf_release(struct buf *b)
{
    mem_free(b->ptr);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    if (b->ptr)
        b->ptr[0] = 0;
}

// What buf_room does when there is none.
void buf_grow(struct buf *b, size_t more)
{
    size_t want = b->len + more + 1;

    b->cap = b->cap * 2 > want ? b->cap * 2 : want < 64 ? 64 : want;
    b->ptr = mem_resize(b->ptr, b->cap, 1);
}

void buf_puts(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_str(struct buf *b, struct str s)
{
    buf_add(b, s.ptr, s.len);
}

void buf_repeat(struct buf *b, char c, size_t n)
{
    memset(buf_room(b, n), c, n);
    b->len += n;
    b->ptr[b->len] = 0;
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    size_t room = b->cap - b->len; // with the 0 at its end
    va_list again;
    int len;

    va_copy(again, args);
    len = vsnprintf(room ? b->ptr + b->len : NULL, room, format, args);
    if ((size_t)len >= room)
        vsnprintf(buf_room(b, (size_t)len), (size_t)len + 1, format, again);
    b->len += (size_t)len;
    va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

const char *buf_text(const struct buf *b)
{
    return b->ptr ? b->ptr : "";
}

char *buf_take(struct buf *b)
{
    char *text;

    buf_add(b, "", 0);
    text = b->ptr;
    *b = (struct buf){0};
    return text;
}
