// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"

char *path_join(struct arena *a, const char *dir, const char *name)
{
    size_t len = strlen(dir);

    if (name[0] == '/' || len == 0 || strcmp(dir, ".") == 0)
        return arena_strdup(a, name);
    if (!name[0] || strcmp(name, ".") == 0)
        return arena_strdup(a, dir);
    return arena_concat(a, (const char *[]){dir, dir[len - 1] == '/' ? "" : "/", name}, 3);
}

char *path_dir(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return arena_strdup(a, ".");
    return arena_strndup(a, path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *path_ext(const char *path)
{
    const char *base = path_base(path), *dot = strrchr(base, '.');

    return dot && dot != base ? dot + 1 : "";
}

bool path_is_inside(const char *path)
{
    struct str rest = str_of(path);

    if (!path[0] || path[0] == '/')
        return false;
    while (rest.ptr) {
        struct str name = str_cut(&rest, '/');

        if (name.len == 0 || str_is(name, "..") || str_is(name, "."))
            return false;
    }
    return true;
}

bool file_read_fd(int fd, struct buf *out, size_t most_bytes, const char *path, struct err *err)
{
    enum { CHUNK_BYTES = 1 << 16 };
    struct stat st = {0};
    size_t start = out->len, room = CHUNK_BYTES;
    bool small;
    ssize_t n;

    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return err_errno(err, "reading %s", path);
    }
    small = S_ISREG(st.st_mode) && st.st_size > 0 && st.st_size < CHUNK_BYTES;
    if (small)
        room = (size_t)st.st_size + 1; // one more than there is, which shows where it ends
    while ((n = read(fd, buf_room(out, room), room)) > 0) {
        out->len += (size_t)n;
        if (out->len - start > most_bytes)
            return err_set(err, ERR_FINAL, "%s is larger than %zu bytes", path, most_bytes);
        if (small && (size_t)n == room - 1) {
            n = 0;
            break;
        }
    }
    out->ptr[out->len] = 0;
    return n == 0 || err_errno(err, "reading %s", path);
}

bool file_read(const char *path, struct buf *out, size_t most_bytes, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool ok;

    if (fd < 0)
        return err_errno(err, "opening %s", path);
    ok = file_read_fd(fd, out, most_bytes, path, err);
    close(fd);
    return ok;
}

// Whether real lies below the folder root (both canonical).
static bool lies_below(const char *real, const char *root)
{
    size_t len = strlen(root);

    return strncmp(real, root, len) == 0 && (real[len] == '/' || (len == 1 && root[0] == '/'));
}

static int open_canonical(const char *path, const char *name, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

    if (fd < 0) {
        err_errno(err, "%s", name);
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        return fd;
    err_set(err, ERR_FILM, "\"%s\" is not a file", name);
    close(fd);
    return -1;
}

int file_open_inside(const char *root, const char *path, struct err *err)
{
    struct buf whole = {0};
    char *top = NULL, *real = NULL;
    int fd = -1;

    if (!path_is_inside(path)) {
        err_set(err, ERR_FILM, "\"%s\" leads out of the project", path);
        return -1;
    }
    buf_printf(&whole, "%s/%s", root, path);
    top = realpath(root, NULL);
    real = top ? realpath(whole.ptr, NULL) : NULL;
    if (!real)
        err_errno(err, "%s", path);
    else if (!lies_below(real, top))
        err_set(err, ERR_FILM, "\"%s\" is a link out of the project", path);
    else
        fd = open_canonical(real, path, err);
    free(top);
    free(real);
    buf_release(&whole);
    return fd;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool file_write(const char *path, const void *bytes, size_t len, struct err *err)
{
    struct arena *a = arena_new();
    char *temp = arena_printf(a, "%s.XXXXXX", path);
    int fd = mkstemp(temp);
    bool ok = false;

    if (fd < 0) {
        err_errno(err, "writing %s", path);
        goto out;
    }
    if (!write_all(fd, bytes, len) || fchmod(fd, 0644) != 0)
        err_errno(err, "writing %s", path);
    else if (file_sync(fd, err))
        ok = rename(temp, path) == 0 || err_errno(err, "writing %s", path);
    close(fd);
    if (!ok)
        unlink(temp);
    ok = ok && file_sync_path(path_dir(a, path), err);
out:
    arena_free(a);
    return ok;
}

bool file_put(const char *path, const void *bytes, size_t len, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool ok;

    if (fd < 0)
        return err_errno(err, "writing %s", path);
    ok = write_all(fd, bytes, len) || err_errno(err, "writing %s", path);
    close(fd);
    return ok;
}

static bool make_dir(const char *path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST;
}

// Most of them are there, so the last is tried first. path is as it was when this returns.
static bool make_dir_and_above(char *path)
{
    char *slash;
    bool ok = make_dir(path);

    if (ok || errno != ENOENT)
        return ok;
    slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    *slash = 0;
    ok = make_dir_and_above(path);
    *slash = '/';
    return ok && make_dir(path);
}

bool file_make_dirs(const char *path, struct err *err)
{
    char *whole = mem_strdup(path);
    bool ok = make_dir_and_above(whole);

    if (!ok)
        err_errno(err, "making the folder %s", path);
    mem_free(whole);
    return ok;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

uint64_t file_free_bytes(const char *path)
{
    struct statvfs fs;

    return statvfs(path, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : UINT64_MAX;
}
