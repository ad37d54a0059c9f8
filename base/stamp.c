// SPDX-License-Identifier: MIT
#include "base/stamp.h"

#include <sys/stat.h>
#include <time.h>

#ifdef __APPLE__
#define st_mtim st_mtimespec
#define st_ctim st_ctimespec
#endif

// How finely file systems tell times: those that show parts of a second, and the others.
enum { FINE_MS = 50, COARSE_MS = 2500 };

static int64_t ns_of(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool read_stat(const struct stat *st, struct file_stamp *stamp)
{
    *stamp = (struct file_stamp){
        .device = (uint64_t)st->st_dev,
        .inode = (uint64_t)st->st_ino,
        .bytes = (uint64_t)st->st_size,
        .changed_ns = ns_of(st->st_mtim),
        .status_ns = ns_of(st->st_ctim),
    };
    return S_ISREG(st->st_mode);
}

bool file_stamp(const char *path, struct file_stamp *stamp)
{
    struct stat st;

    return stat(path, &st) == 0 && read_stat(&st, stamp);
}

bool file_stamp_fd(int fd, struct file_stamp *stamp)
{
    struct stat st;

    return fstat(fd, &st) == 0 && read_stat(&st, stamp);
}

bool file_stamp_is_fresh(const struct file_stamp *stamp, int64_t now_ms)
{
    int64_t last = stamp->status_ns > stamp->changed_ns ? stamp->status_ns : stamp->changed_ns;

    return now_ms - last / 1000000 < (last % 1000000000 ? FINE_MS : COARSE_MS);
}
