// SPDX-License-Identifier: MIT
#include "runtime/media/webp_chunks.h"

#include <string.h>
#include <unistd.h>

enum { MOST_CHUNKS = 64, HEAD_BYTES = 8, FILE_HEAD_BYTES = 12 };

static bool is_picture(const unsigned char *head)
{
    return memcmp(head, "VP8 ", 4) == 0 || memcmp(head, "VP8L", 4) == 0;
}

static bool is_words(const unsigned char *head)
{
    return memcmp(head, "EXIF", 4) == 0 || memcmp(head, "XMP ", 4) == 0;
}

bool webp_chunks_are_whole(int fd, int64_t bytes)
{
    int64_t at = FILE_HEAD_BYTES;
    bool picture = false;

    for (int i = 0; i < MOST_CHUNKS && bytes - at >= HEAD_BYTES; i++) {
        unsigned char head[HEAD_BYTES];
        int64_t n;

        if (pread(fd, head, sizeof(head), at) != sizeof(head))
            return false;
        n = head[4] | (int64_t)head[5] << 8 | (int64_t)head[6] << 16 | (int64_t)head[7] << 24;
        at += HEAD_BYTES + n + (n & 1);
        if (at > bytes + 1 || (picture && !is_words(head))) // some writers forget to pad the last
            return false;
        picture |= is_picture(head);
    }
    return picture && bytes - at < HEAD_BYTES;
}
