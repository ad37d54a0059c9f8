// SPDX-License-Identifier: MIT
// A stand-in for a network file system, loaded before the program (LD_PRELOAD): NETFS is a list of
// what it is like. "nfs": it says what it is; "no-memory": files cannot be shared as memory, and it
// does not say why; "no-locks": nothing can be locked.
#undef _FILE_OFFSET_BITS // both names of each function are meant
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { NFS = 0x6969 };

int statfs(const char *path, struct statfs *fs);
int statfs64(const char *path, struct statfs64 *fs);
void *mmap(void *at, size_t len, int access, int flags, int fd, off_t from);
void *mmap64(void *at, size_t len, int access, int flags, int fd, off64_t from);
int fcntl(int fd, int command, ...);
int fcntl64(int fd, int command, ...);

static bool is_like(const char *what)
{
    const char *list = getenv("NETFS");

    return list && strstr(list, what);
}

static bool ends_in(int fd, const char *end)
{
    char link[64], path[4096];
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, path, sizeof(path));
    return len >= (ssize_t)strlen(end) && memcmp(path + len - strlen(end), end, strlen(end)) == 0;
}

int statfs(const char *path, struct statfs *fs)
{
    int (*real)(const char *, struct statfs *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statfs");
    result = real(path, fs);
    if (is_like("nfs"))
        fs->f_type = NFS;
    return result;
}

int statfs64(const char *path, struct statfs64 *fs)
{
    int (*real)(const char *, struct statfs64 *);
    int result;

    *(void **)&real = dlsym(RTLD_NEXT, "statfs64");
    result = real(path, fs);
    if (is_like("nfs"))
        fs->f_type = NFS;
    return result;
}

void *mmap64(void *at, size_t len, int access, int flags, int fd, off64_t from)
{
    void *(*real)(void *, size_t, int, int, int, off64_t);

    if (fd >= 0 && is_like("no-memory") && ends_in(fd, "-shm")) {
        errno = ENODEV;
        return MAP_FAILED;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "mmap64");
    return real(at, len, access, flags, fd, from);
}

void *mmap(void *at, size_t len, int access, int flags, int fd, off_t from)
{
    return mmap64(at, len, access, flags, fd, from);
}

static int control(int fd, int command, void *arg)
{
    int (*real)(int, int, ...);

    if ((command == F_SETLK || command == F_SETLKW) && is_like("no-locks") &&
        ends_in(fd, "/.c41/lock")) {
        errno = ENOLCK;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "fcntl64");
    return real(fd, command, arg);
}

int fcntl64(int fd, int command, ...)
{
    va_list args;
    void *arg;

    va_start(args, command);
    arg = va_arg(args, void *);
    va_end(args);
    return control(fd, command, arg);
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    void *arg;

    va_start(args, command);
    arg = va_arg(args, void *);
    va_end(args);
    return control(fd, command, arg);
}
