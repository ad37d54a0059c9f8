// SPDX-License-Identifier: MIT
#include "runtime/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/abort_point.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

static const char temp_dir[] = STORE_DIR "/tmp";

bool store_init(struct store *s, const char *project, struct err *err)
{
    struct arena *a = arena_new();
    bool ok;

    *s = (struct store){.project = project};
    ok = file_make_dirs(path_join(a, project, temp_dir), err) ||
         err_wrap(err, "c41 keeps its renders in %s, which must be writable",
                  path_join(a, project, ".c41"));
    arena_free(a);
    return ok;
}

static void remove_files(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            unlinkat(fd, entry->d_name, 0);
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
}

void store_sweep(const struct store *s)
{
    struct arena *a = arena_new();
    DIR *dir = opendir(path_join(a, s->project, temp_dir));
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (entry->d_name[0] == '.' || unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            continue;
        remove_files(dirfd(dir), entry->d_name);
        unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
    }
    if (dir)
        closedir(dir);
    arena_free(a);
}

bool store_is_empty(const struct store *s)
{
    struct arena *a = arena_new();
    DIR *dir = opendir(path_join(a, s->project, STORE_DIR));
    struct dirent *entry;
    bool empty = true;

    while (empty && dir && (entry = readdir(dir)))
        empty = entry->d_name[0] == '.' || strcmp(entry->d_name, path_base(temp_dir)) == 0;
    if (dir)
        closedir(dir);
    arena_free(a);
    return empty;
}

bool store_begin(struct store *s, struct err *err)
{
    struct arena *a = arena_new();
    const char *path = path_join(a, s->project, temp_dir);
    char *own = arena_printf(a, "%s/XXXXXX", path);
    bool ok = mkdtemp(own) || err_errno(err, "making a folder in %s", path);

    if (ok)
        snprintf(s->own, sizeof(s->own), "%s", path_base(own));
    arena_free(a);
    return ok;
}

void store_release(struct store *s)
{
    struct arena *a = arena_new();

    if (s->own[0])
        rmdir(path_join(a, path_join(a, s->project, temp_dir), s->own));
    s->own[0] = 0;
    arena_free(a);
}

char *store_path(struct arena *a, const struct digest *digest, const char *ext)
{
    char hex[DIGEST_HEX_BYTES];
    const char folder[] = {digest_hex(digest, hex)[0], hex[1], 0};
    const char *parts[] = {STORE_DIR, "/", folder, "/", hex + 2, ext[0] ? "." : "", ext};

    return arena_concat(a, parts, sizeof(parts) / sizeof(*parts));
}

char *store_temp(const struct store *s, struct arena *a, const char *tag, const char *ext)
{
    const char *parts[] = {temp_dir,          "/", s->own, s->own[0] ? "/" : "", tag,
                           ext[0] ? "." : "", ext};

    return path_join(a, s->project, arena_concat(a, parts, sizeof(parts) / sizeof(*parts)));
}

// Makes sure that there are bytes, and learns their digest.
static bool measure_fd(int fd, struct digest *digest, uint64_t *bytes, struct err *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return err_errno(err, "reading it back");
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return err_set(err, ERR_FINAL, "the step left an empty file");
    *bytes = (uint64_t)st.st_size;
    return digest_fd(fd, digest, err) &&
           (fchmod(fd, 0444) == 0 || err_errno(err, "making it read-only"));
}

// A file that is there already is what its name says, unless a power cut came between its renaming
// and its bytes; then temp goes.
static bool place(const struct store *s, struct arena *a, const char *temp, const char *path,
                  const struct digest *digest, struct err *err)
{
    const char *whole = path_join(a, s->project, path), *dir = path_dir(a, whole);

    if (store_has(s, path) && store_verify(s, path, digest, &(struct err){0})) {
        unlink(temp);
        return true;
    }
    abort_point("store-measured");
    if (rename(temp, whole) == 0)
        return true;
    if (errno == ENOENT && mkdir(dir, 0755) != 0 && errno != EEXIST)
        return err_errno(err, "making the folder %s", dir);
    if (rename(temp, whole) != 0)
        return err_errno(err, "naming it %s", path);
    return true;
}

char *store_keep(const struct store *s, struct arena *a)
{
    return path_join(a, s->project, KEEP_DIR);
}

bool store_measure(const char *temp, struct digest *digest, uint64_t *bytes, struct err *err)
{
    int fd = open(temp, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok;

    abort_point("store-written");
    if (fd < 0)
        ok = err_errno(err, "opening %s", path_base(temp));
    else
        ok = measure_fd(fd, digest, bytes, err);
    if (fd >= 0)
        close(fd);
    return ok || err_wrap(err, "storing an artifact");
}

bool store_place(const struct store *s, const char *temp, const char *ext,
                 const struct digest *digest, struct err *err)
{
    struct arena *a = arena_new();
    bool ok = place(s, a, temp, store_path(a, digest, ext), digest, err);

    if (ok)
        abort_point("store-renamed");
    arena_free(a);
    return ok || err_wrap(err, "storing an artifact");
}

bool store_import(const struct store *s, const char *temp, const char *ext, struct digest *digest,
                  uint64_t *bytes, struct err *err)
{
    bool ok = store_measure(temp, digest, bytes, err) && store_place(s, temp, ext, digest, err);

    if (!ok)
        unlink(temp);
    return ok;
}

bool store_has(const struct store *s, const char *path)
{
    char whole[4096];
    struct stat st;
    int len = snprintf(whole, sizeof(whole), "%s/%s", s->project, path);

    return len > 0 && (size_t)len < sizeof(whole) && stat(whole, &st) == 0 && S_ISREG(st.st_mode) &&
           st.st_size > 0;
}

bool store_verify(const struct store *s, const char *path, const struct digest *digest,
                  struct err *err)
{
    struct arena *a = arena_new();
    struct digest found;
    int fd = open(path_join(a, s->project, path), O_RDONLY | O_CLOEXEC);
    bool ok;

    if (fd < 0)
        ok = err_errno(err, "%s", path);
    else if (!digest_fd(fd, &found, err))
        ok = false;
    else if (memcmp(&found, digest, sizeof(found)) != 0)
        ok = err_set(err, ERR_FINAL, "%s is damaged: its bytes are not those that were stored",
                     path);
    else
        ok = true;
    if (fd >= 0)
        close(fd);
    arena_free(a);
    return ok;
}

// "ab/cdef….png" below the store is called abcdef….png there; the same artifact may be damaged
// twice.
static const char *free_name(const struct store *s, struct arena *a, const char *path)
{
    const char *folder = path_base(path_dir(a, path)), *name = path_base(path);

    for (unsigned n = 0;; n++) {
        const char *to = n ? arena_printf(a, QUARANTINE_DIR "/%s%s.%u", folder, name, n)
                           : arena_printf(a, QUARANTINE_DIR "/%s%s", folder, name);

        if (!file_exists(path_join(a, s->project, to)))
            return to;
    }
}

bool store_set_aside(const struct store *s, struct arena *a, const char *path, const char **to,
                     struct err *err)
{
    *to = free_name(s, a, path);
    return file_make_dirs(path_join(a, s->project, QUARANTINE_DIR), err) &&
           (rename(path_join(a, s->project, path), path_join(a, s->project, *to)) == 0 ||
            err_errno(err, "moving %s away", path));
}
