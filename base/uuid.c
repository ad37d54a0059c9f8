// SPDX-License-Identifier: MIT
#include "base/uuid.h"

#include "base/random.h"

bool uuid_new(char text[UUID_BYTES], struct err *err)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
                      digits[] = "0123456789abcdef";
    unsigned char b[16];
    unsigned nibble = 0;

    if (!random_fill(b, sizeof(b), err))
        return false;
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); // version 4
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); // the RFC's variant
    for (size_t i = 0; i < UUID_BYTES; i++) {
        text[i] = form[i];
        if (form[i] == 'x') {
            text[i] = digits[nibble % 2 ? b[nibble / 2] & 15 : b[nibble / 2] >> 4];
            nibble++;
        }
    }
    return true;
}
