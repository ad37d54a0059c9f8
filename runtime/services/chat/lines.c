// SPDX-License-Identifier: MIT
#include "runtime/services/chat/lines.h"

#include <string.h>

static void hear(struct lines *l, struct str line)
{
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    l->hear(l->user, line);
}

// Only what has not come whole is copied.
static void hold(struct lines *l, struct str part)
{
    if (l->most_bytes && l->held.len + part.len > l->most_bytes) {
        buf_release(&l->held);
        l->skips = true;
    }
    if (!l->skips)
        buf_str(&l->held, part);
}

static void end_line(struct lines *l, struct str rest)
{
    if (l->held.len || l->skips || (l->most_bytes && rest.len > l->most_bytes)) {
        hold(l, rest);
        rest = buf_view(&l->held);
    }
    if (!l->skips)
        hear(l, rest);
    buf_clear(&l->held);
    l->skips = false;
}

// Only new bytes are looked through, so that a long line costs no more than its bytes.
void lines_add(struct lines *l, struct str bytes)
{
    const char *end;

    while (bytes.len && (end = memchr(bytes.ptr, '\n', bytes.len))) {
        struct str line = {bytes.ptr, (size_t)(end - bytes.ptr)};

        bytes.ptr += line.len + 1;
        bytes.len -= line.len + 1;
        end_line(l, line);
    }
    if (bytes.len)
        hold(l, bytes);
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
    l->skips = false;
}
