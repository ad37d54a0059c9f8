// SPDX-License-Identifier: MIT
#include "base/base64.h"

#include <stdint.h>

#include "base/buf.h"

void base64_add(struct buf *out, const void *bytes, size_t len)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = bytes;
    char *to = buf_room(out, (len + 2) / 3 * 4 + 1);

    for (size_t i = 0; i < len; i += 3) {
        uint32_t three = (uint32_t)at[i] << 16 | (i + 1 < len ? (uint32_t)at[i + 1] << 8 : 0) |
                         (i + 2 < len ? at[i + 2] : 0);

        *to++ = letters[three >> 18];
        *to++ = letters[three >> 12 & 63];
        *to++ = i + 1 < len ? letters[three >> 6 & 63] : '=';
        *to++ = i + 2 < len ? letters[three & 63] : '=';
    }
    *to = 0;
    out->len += (len + 2) / 3 * 4;
}
