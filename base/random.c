// SPDX-License-Identifier: MIT
#ifdef __linux__
#define _DEFAULT_SOURCE // getentropy
#endif
#include "base/random.h"

#include <unistd.h>
#ifdef __APPLE__
#include <sys/random.h>
#endif

#include "base/err.h"

enum { MOST_AT_ONCE = 256 }; // that getentropy gives

bool random_fill(void *bytes, size_t len, struct err *err)
{
    unsigned char *at = bytes;

    while (len) {
        size_t n = len < MOST_AT_ONCE ? len : MOST_AT_ONCE;

        if (getentropy(at, n) != 0)
            return err_errno(err, "asking the system for random bytes");
        at += n;
        len -= n;
    }
    return true;
}
