// SPDX-License-Identifier: MIT
#ifdef __linux__
#define _GNU_SOURCE // syncfs
#endif
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"

// Where fsync leaves bytes in the drive's own memory there is a call that does not.
static bool flush(int fd)
{
#ifdef F_FULLFSYNC
    if (fcntl(fd, F_FULLFSYNC) == 0)
        return true;
#endif
    return fsync(fd) == 0;
}

bool file_sync(int fd, struct err *err)
{
    return flush(fd) || errno == EINVAL || err_errno(err, "syncing");
}

bool file_sync_path(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        return err_errno(err, "opening %s", path);
    ok = file_sync(fd, err) || err_wrap(err, "%s", path);
    close(fd);
    return ok;
}

bool file_sync_disk(const char *path)
{
#ifdef __linux__
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;

    if (fd >= 0)
        close(fd);
    return ok;
#else
    (void)path;
    return false;
#endif
}
