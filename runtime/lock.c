// SPDX-License-Identifier: MIT
#include "runtime/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

static bool take(int fd, int command)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result;

    do
        result = fcntl(fd, command, &whole);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

// Leaves word of who has the lock. Nothing depends on it, so failures do not matter.
static void sign(int fd, const char *doing)
{
    char host[128] = "", line[512];
    int len;

    gethostname(host, sizeof(host) - 1);
    len = snprintf(line, sizeof(line), "c41 (process %ld on %s) %s", (long)getpid(), host, doing);
    if (len < 0 || ftruncate(fd, 0) != 0)
        return;
    len = len < (int)sizeof(line) ? len : (int)sizeof(line) - 1;
    if (pwrite(fd, line, (size_t)len, 0) < 0)
        return;
}

// From the project's folder.
#define LOCK_PATH  ".c41/lock"
#define STAYS_PATH ".c41/builder"

bool lock_try(struct lock *lock, const char *project, const char *doing, char *who, size_t size,
              struct err *err)
{
    struct arena *a = arena_new();
    const char *path = path_join(a, project, LOCK_PATH);
    ssize_t n;
    bool ok = false;

    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    who[0] = 0;
    if (lock->fd < 0) {
        err_errno(err, "opening %s", path);
        err_wrap(err, "a build writes to %s, which must be writable",
                 path_join(a, project, ".c41"));
    } else if (take(lock->fd, F_SETLK)) {
        sign(lock->fd, doing);
        ok = true;
    } else if (errno == EAGAIN || errno == EACCES) {
        n = pread(lock->fd, who, size - 1, 0);
        who[n > 0 ? n : 0] = 0;
    } else if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS) {
        err_set(err, ERR_FINAL,
                "%s cannot be locked: this file system has no locks, and two builders would "
                "disturb each other; mount it with locks, or keep the project on another disk",
                path);
    } else {
        err_errno(err, "locking %s", path);
    }
    arena_free(a);
    return ok;
}

bool lock_wait(struct lock *lock, const char *doing, struct err *err)
{
    if (!take(lock->fd, F_SETLKW))
        return err_errno(err, "waiting for the project");
    sign(lock->fd, doing);
    return true;
}

void lock_release(struct lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

bool lock_stay(struct lock *lock, const char *project, const char *doing, struct err *err)
{
    struct arena *a = arena_new();
    const char *path = path_join(a, project, STAYS_PATH);
    bool ok = false;

    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock->fd < 0)
        err_errno(err, "opening %s", path);
    else if (take(lock->fd, F_SETLK))
        ok = true;
    else
        err_set(err, ERR_TRANSIENT, "another build of this project is at work");
    if (ok)
        sign(lock->fd, doing);
    else
        lock_release(lock);
    arena_free(a);
    return ok;
}

static bool find(const char *project, const char *name, struct lock_holder *holder)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct arena *a = arena_new();
    int fd = open(path_join(a, project, name), O_RDONLY | O_CLOEXEC);
    bool found = fd >= 0 && fcntl(fd, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    ssize_t n = found ? pread(fd, holder->who, sizeof(holder->who) - 1, 0) : 0;

    if (found) {
        holder->pid = whole.l_pid > 0 ? (long)whole.l_pid : 0;
        holder->who[n > 0 ? n : 0] = 0;
    }
    if (fd >= 0)
        close(fd);
    arena_free(a);
    return found;
}

bool lock_find(const char *project, struct lock_holder *holder)
{
    return find(project, LOCK_PATH, holder) || find(project, STAYS_PATH, holder);
}
