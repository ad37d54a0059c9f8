// SPDX-License-Identifier: MIT
#include "base/stamp.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/vec.h"

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

bool path_stamp(const char *path, struct file_stamp *stamp)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return false;
    read_stat(&st, stamp);
    return true;
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
           a->changed_ns == b->changed_ns && a->status_ns == b->status_ns;
}

bool file_stamp_fd(int fd, struct file_stamp *stamp)
{
    struct stat st;

    return fstat(fd, &st) == 0 && read_stat(&st, stamp);
}

static bool is_fresh(int64_t last_ns, int64_t now_ms)
{
    return now_ms - last_ns / 1000000 < (last_ns % 1000000000 ? FINE_MS : COARSE_MS);
}

bool file_stamp_is_fresh(const struct file_stamp *stamp, int64_t now_ms)
{
    return is_fresh(stamp->status_ns, now_ms) || is_fresh(stamp->changed_ns, now_ms);
}

bool file_stamp_is_freshly_written(const struct file_stamp *stamp, int64_t now_ms)
{
    return is_fresh(stamp->changed_ns, now_ms);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

bool folder_digest(const char *folder, struct digest *digest)
{
    VEC(char *) names = {0};
    struct buf joined = {0};
    DIR *dir = opendir(folder);

    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            vec_push(&names, mem_strdup(e->d_name));
    if (names.n)
        qsort(names.at, names.n, sizeof(*names.at), by_text);
    for (size_t i = 0; i < names.n; i++) {
        buf_add(&joined, names.at[i], strlen(names.at[i]) + 1);
        mem_free(names.at[i]);
    }
    *digest = digest_of(joined.ptr, joined.len);
    if (dir)
        closedir(dir);
    vec_release(&names);
    buf_release(&joined);
    return dir != NULL;
}
