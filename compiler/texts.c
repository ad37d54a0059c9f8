// SPDX-License-Identifier: MIT
#include "compiler/texts.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"

// Names in a row differ at their ends.
static size_t slot_of(struct str text)
{
    uint64_t end = 0;
    size_t n = text.len < sizeof(end) ? text.len : sizeof(end);

    memcpy(&end, text.ptr + text.len - n, n);
    end = (end ^ text.len) * 0x9e3779b97f4a7c15u; // as in base/map.c
    return (size_t)(end >> 32) % TEXTS_KEPT;
}

const char *texts_get(struct texts *t, struct str text, struct arena *a)
{
    struct str *kept = &t->kept[slot_of(text)];

    if (!kept->ptr || !str_eq(*kept, text))
        *kept = (struct str){arena_strndup(a, text.ptr, text.len), text.len};
    return kept->ptr;
}
