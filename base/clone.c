// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include "base/arena.h"
#include "base/err.h"

// Shares the blocks of one file with another where the file system can (btrfs, xfs): the copy costs
// neither time nor room until one of them is written to.
static bool share_blocks(int from, int to)
{
#ifdef FICLONE
    return ioctl(to, FICLONE, from) == 0;
#else
    (void)from;
    (void)to;
    return false;
#endif
}

static bool write_whole(int to, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(to, bytes, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool copy_bytes(int from, int to)
{
    enum { CHUNK_BYTES = 1 << 20 };
    struct buf chunk = {0};
    char *bytes = buf_room(&chunk, CHUNK_BYTES);
    ssize_t n;
    bool ok = true;

    while (ok && (n = read(from, bytes, CHUNK_BYTES)) != 0)
        ok = n > 0 ? write_whole(to, bytes, (size_t)n) : errno == EINTR;
    buf_release(&chunk);
    return ok;
}

// Makes to anew by way of a temporary name beside it. Without may_copy only by sharing blocks.
static bool make_anew(const char *from, const char *to, bool may_copy, struct err *err)
{
    struct arena *a = arena_new();
    char *temp = arena_printf(a, "%s.XXXXXX", to);
    int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : mkstemp(temp);
    bool ok = false;

    if (in < 0)
        err_errno(err, "reading %s", from);
    else if (out < 0 || fchmod(out, 0644) != 0 ||
             !(share_blocks(in, out) || (may_copy && copy_bytes(in, out))))
        err_errno(err, "writing %s", to);
    else if (file_sync(out, err))
        ok = rename(temp, to) == 0 || err_errno(err, "writing %s", to);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (out >= 0 && !ok)
        unlink(temp);
    arena_free(a);
    return ok;
}

bool file_copy(const char *from, const char *to, struct err *err)
{
    return make_anew(from, to, true, err);
}

// Where to is that file already, renaming would leave both names.
static bool name_again(const char *from, const char *to)
{
    struct arena *a = arena_new();
    const char *temp = arena_printf(a, "%s.new", to);
    bool ok;

    unlink(temp); // of one that was killed
    ok = link(from, temp) == 0 && rename(temp, to) == 0;
    unlink(temp);
    arena_free(a);
    return ok;
}

bool file_share(const char *from, const char *to, struct err *err)
{
    return make_anew(from, to, false, &(struct err){0}) || name_again(from, to) ||
           file_copy(from, to, err);
}
