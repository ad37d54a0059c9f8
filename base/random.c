// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"

bool random_fill(void *bytes, size_t len, struct err *err)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read(fd, bytes, len) == (ssize_t)len;

    if (fd >= 0)
        close(fd);
    return ok || err_errno(err, "/dev/urandom");
}
