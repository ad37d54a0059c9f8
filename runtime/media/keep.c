// SPDX-License-Identifier: MIT
#include "runtime/media/keep.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/vec.h"

enum { MOST_ENTRY_BYTES = 1 << 28, SPARED_SECONDS = 3600, ROOMS = 4 };
static const uint64_t least_room_bytes = (uint64_t)256 << 20;

struct keep {
    struct buf folder;
    bool ours; // gone when it is closed

    // Guarded by mu.
    pthread_mutex_t mu;
    uint64_t used_bytes;
    unsigned parts; // files begun, for their names
};

struct keep *keep_open(const char *path, const char *scratch, struct err *err)
{
    struct keep *k = mem_new(sizeof(*k));

    pthread_mutex_init(&k->mu, NULL);
    k->ours = !path;
    buf_puts(&k->folder, path ? path : scratch);
    buf_puts(&k->folder, path ? "" : ".kept");
    if (file_make_dirs(buf_text(&k->folder), err))
        return k;
    buf_release(&k->folder);
    mem_free(k);
    return NULL;
}

static void put_path(const struct keep *k, const struct digest *key, struct buf *path)
{
    char hex[DIGEST_HEX_BYTES];

    buf_printf(path, "%s/%s", buf_text(&k->folder), digest_hex(key, hex));
}

static void note_use(struct keep *k, size_t bytes, unsigned *part)
{
    pthread_mutex_lock(&k->mu);
    k->used_bytes += bytes;
    if (part)
        *part = k->parts++;
    pthread_mutex_unlock(&k->mu);
}

// An entry is the digest of its bytes, and the bytes.
static bool is_whole(const struct buf *file)
{
    struct digest sum;

    if (file->len < sizeof(sum))
        return false;
    sum = digest_of(file->ptr + sizeof(sum), file->len - sizeof(sum));
    return memcmp(file->ptr, &sum, sizeof(sum)) == 0;
}

bool keep_get(struct keep *k, const struct digest *key, struct buf *out)
{
    struct buf path = {0}, file = {0};
    struct err err;
    bool ok;

    put_path(k, key, &path);
    ok = file_read(buf_text(&path), &file, MOST_ENTRY_BYTES, &err) && is_whole(&file);
    if (ok) {
        buf_add(out, file.ptr + DIGEST_BYTES, file.len - DIGEST_BYTES);
        note_use(k, file.len, NULL);
        utimensat(AT_FDCWD, buf_text(&path), NULL, 0); // its age counts from its last use
    }
    buf_release(&path);
    buf_release(&file);
    return ok;
}

bool keep_put(struct keep *k, const struct digest *key, const struct buf *entry, struct err *err)
{
    struct digest sum = digest_of(buf_text(entry), entry->len);
    struct buf path = {0}, part = {0}, file = {0};
    unsigned number;
    bool ok;

    put_path(k, key, &path);
    note_use(k, entry->len, &number);
    buf_printf(&part, "%s.%ld.%p.%u", buf_text(&path), (long)getpid(), (void *)k, number);
    buf_add(&file, &sum, sizeof(sum));
    buf_add(&file, buf_text(entry), entry->len);
    ok = file_put(buf_text(&part), file.ptr, file.len, err);
    if (ok && rename(buf_text(&part), buf_text(&path)) != 0)
        ok = err_errno(err, "%s", buf_text(&path));
    if (!ok)
        unlink(buf_text(&part));
    buf_release(&path);
    buf_release(&part);
    buf_release(&file);
    return ok;
}

struct entry {
    char *path;
    uint64_t bytes;
    int64_t used_s;
};

static int by_use(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->used_s != y->used_s)
        return x->used_s < y->used_s ? -1 : 1;
    return strcmp(x->path, y->path);
}

// Removes the entries that were used longest ago until no more than room is left, but none that
// an op beside this one may be about to read.
static void drop(const struct entry *entries, size_t n, uint64_t room_bytes)
{
    struct clock *clock = clock_system();
    int64_t spared_s = clock->wall_ms(clock) / 1000 - SPARED_SECONDS;
    uint64_t bytes = 0;

    for (size_t i = 0; i < n; i++)
        bytes += entries[i].bytes;
    for (size_t i = 0; i < n && bytes > room_bytes && entries[i].used_s < spared_s; i++) {
        unlink(entries[i].path);
        bytes -= entries[i].bytes;
    }
}

static void sweep(const struct keep *k)
{
    DIR *dir = opendir(buf_text(&k->folder));
    VEC(struct entry) entries = {0};
    struct dirent *found;
    uint64_t room_bytes = least_room_bytes + ROOMS * k->used_bytes;

    while (dir && (found = readdir(dir))) {
        struct buf path = {0};
        struct stat st;

        buf_printf(&path, "%s/%s", buf_text(&k->folder), found->d_name);
        if (lstat(buf_text(&path), &st) == 0 && S_ISREG(st.st_mode))
            vec_push(&entries,
                     (struct entry){buf_take(&path), (uint64_t)st.st_size, (int64_t)st.st_mtime});
        buf_release(&path);
    }
    if (dir)
        closedir(dir);
    if (entries.n)
        qsort(entries.at, entries.n, sizeof(*entries.at), by_use);
    if (k->ours)
        for (size_t i = 0; i < entries.n; i++)
            unlink(entries.at[i].path);
    else
        drop(entries.at, entries.n, room_bytes);
    for (size_t i = 0; i < entries.n; i++)
        mem_free(entries.at[i].path);
    vec_release(&entries);
}

void keep_close(struct keep *k)
{
    if (!k)
        return;
    sweep(k);
    if (k->ours)
        rmdir(buf_text(&k->folder));
    buf_release(&k->folder);
    pthread_mutex_destroy(&k->mu);
    mem_free(k);
}
