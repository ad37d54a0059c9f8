// SPDX-License-Identifier: MIT
#include "base/uuid.h"

#include <stdio.h>

#include "base/random.h"

bool uuid_new(char text[UUID_BYTES], struct err *err)
{
    unsigned char b[16];

    if (!random_fill(b, sizeof(b), err))
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); // version 4
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); // the RFC's variant
    snprintf(text, UUID_BYTES,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return true;
}
