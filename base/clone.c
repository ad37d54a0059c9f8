// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/digest.h"
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

// One pass over the bytes: each chunk is hashed while it is still in the core's cache.
static bool copy_bytes(int from, int to, struct digest *digest)
{
    enum { CHUNK_BYTES = 1 << 16 };
    struct digester *d = digester_new();
    struct buf chunk = {0};
    char *bytes = buf_room(&chunk, CHUNK_BYTES);
    ssize_t n;
    bool ok = true;

    while (ok && (n = read(from, bytes, CHUNK_BYTES)) != 0) {
        ok = n > 0 ? write_whole(to, bytes, (size_t)n) : errno == EINTR;
        if (n > 0)
            digester_add(d, bytes, (size_t)n);
    }
    *digest = digester_finish(d);
    buf_release(&chunk);
    return ok;
}

// Without may_copy only by sharing blocks; without unsure these are not read.
static bool copy_hashed(int from, int to, bool may_copy, bool unsure, struct digest *digest,
                        struct err *err)
{
    if (fchmod(to, 0644) != 0)
        return err_errno(err, "making it writable");
    if (share_blocks(from, to))
        return !unsure || digest_fd(to, digest, err);
    return (may_copy && copy_bytes(from, to, digest)) || err_errno(err, "copying");
}

// The name of what is not whole yet is always the same, so that the next attempt replaces what a
// kill has left.
static int open_part(const char *part)
{
    unlink(part);
    return open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

static bool put_in_place(const char *part, const char *to, struct err *err)
{
    abort_point("copy-written");
    if (rename(part, to) != 0)
        return err_errno(err, "writing %s", to);
    abort_point("copy-renamed");
    return true;
}

static bool is_expected(const char *from, const struct digest *found, const struct digest *expected,
                        struct err *err)
{
    return !expected || memcmp(found, expected, sizeof(*found)) == 0 ||
           err_set(err, ERR_FINAL, "%s is damaged: its bytes are not those that were stored", from);
}

static bool make_anew(const char *from, const char *to, const struct digest *expected,
                      bool may_copy, struct err *err)
{
    struct arena *a = arena_new();
    char *part = arena_printf(a, "%s.part", to);
    int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : open_part(part);
    struct digest found;
    bool ok = false;

    if (in < 0)
        err_errno(err, "reading %s", from);
    else if (out < 0)
        err_errno(err, "writing %s", part);
    else if (!copy_hashed(in, out, may_copy, expected != NULL, &found, err))
        err_wrap(err, "writing %s", to);
    else if (is_expected(from, &found, expected, err) && file_sync(out, err))
        ok = put_in_place(part, to, err);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (out >= 0 && !ok)
        unlink(part);
    arena_free(a);
    return ok;
}

bool file_copy(const char *from, const char *to, const struct digest *expected, struct err *err)
{
    return make_anew(from, to, expected, true, err);
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

bool file_share(const char *from, const char *to, const struct digest *expected, struct err *err)
{
    struct digest found;

    if (make_anew(from, to, expected, false, &(struct err){0}))
        return true;
    if (expected && digest_path(from, &found) && !is_expected(from, &found, expected, err))
        return false;
    return name_again(from, to) || file_copy(from, to, expected, err);
}
