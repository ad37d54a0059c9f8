// SPDX-License-Identifier: MIT
#include "runtime/services/lines.h"

#include <string.h>

static void hear(struct lines *l, struct str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    l->hear(l->user, line);
}

// Only new bytes are looked through, so that a long line costs no more than its bytes.
void lines_add(struct lines *l, struct str bytes)
{
    const char *end;

    while (bytes.len && (end = memchr(bytes.ptr, '\n', bytes.len))) {
        struct str line = {bytes.ptr, (size_t)(end - bytes.ptr)};

        bytes.ptr += line.len + 1;
        bytes.len -= line.len + 1;
        if (l->held.len) {
            buf_str(&l->held, line);
            hear(l, buf_view(&l->held));
            buf_clear(&l->held);
        } else {
            hear(l, line);
        }
    }
    if (bytes.len)
        buf_str(&l->held, bytes);
}

void lines_end(struct lines *l)
{
    if (l->held.len)
        hear(l, buf_view(&l->held));
    lines_release(l);
}

void lines_release(struct lines *l)
{
    buf_release(&l->held);
}
