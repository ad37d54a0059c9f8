// SPDX-License-Identifier: MIT
#include "runtime/fingerprint.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"

#define BUILT_DIR ".c41/built"

enum { MOST_BYTES = 256 << 20 };

// The first line; another one is of another c41.
static const char first_line[] = "c41 fingerprint 1";

const char *fingerprint_path(struct arena *a, const char *project, const char *film,
                             const char *options)
{
    struct digest d = digest_of(options, strlen(options));
    char hex[DIGEST_HEX_BYTES];

    return path_join(a, project, arena_printf(a, BUILT_DIR "/%s-%.12s", film, digest_hex(&d, hex)));
}

// The next field of a line, up to the tab.
static const char *cut_field(char **rest)
{
    char *field = *rest, *tab = field ? strchr(field, '\t') : NULL;

    if (tab)
        *tab = 0;
    *rest = tab ? tab + 1 : NULL;
    return field ? field : "";
}

static uint64_t cut_number(char **rest)
{
    return strtoull(cut_field(rest), NULL, 10);
}

// kind, flags, device, inode, bytes, changed, status, digest, path, part: a tab between each.
static void read_sight(struct sight *s, char *line)
{
    const char *flags, *digest;

    s->kind = (enum sight_kind)cut_field(&line)[0];
    flags = cut_field(&line);
    s->racy = strchr(flags, 'r') != NULL;
    s->stamp.device = cut_number(&line);
    s->stamp.inode = cut_number(&line);
    s->stamp.bytes = cut_number(&line);
    s->stamp.changed_ns = (int64_t)cut_number(&line);
    s->stamp.status_ns = (int64_t)cut_number(&line);
    digest = cut_field(&line);
    s->hashed = digest_parse(digest, &s->digest);
    s->path = cut_field(&line);
    s->part = line && line[0] ? line : NULL;
}

// Lines: the first; about and the deliverables, as JSON; how many sights; these; the end.
static bool read_lines(struct fingerprint *f, char *text)
{
    char *lines[4], *end;

    for (size_t i = 0; i < 4; i++) {
        lines[i] = text;
        end = strchr(text, '\n');
        if (!end)
            return false;
        *end = 0;
        text = end + 1;
    }
    if (strcmp(lines[0], first_line) != 0)
        return false;
    f->about = json_loads(lines[1], 0, NULL);
    f->deliverables = json_string(lines[2]); // read when somebody asks
    f->n_sights = (size_t)strtoull(lines[3], NULL, 10);
    if (!json_is_object(f->about) || f->n_sights > MOST_BYTES / 16)
        return false;
    f->sights = arena_array(f->arena, struct sight, f->n_sights + 1);
    for (size_t i = 0; i < f->n_sights; i++) {
        end = strchr(text, '\n');
        if (!end)
            return false;
        *end = 0;
        read_sight(&f->sights[i], text);
        text = end + 1;
    }
    return strcmp(text, "end\n") == 0;
}

bool fingerprint_read(struct fingerprint *f, const char *project, const char *path, struct arena *a)
{
    struct buf text = {0};
    struct err err;
    bool ok;

    *f = (struct fingerprint){.project = project, .path = path, .arena = a};
    ok = file_read(path, &text, MOST_BYTES, &err);
    ok = ok && read_lines(f, arena_strndup(a, buf_text(&text), text.len));
    buf_release(&text);
    return ok;
}

void fingerprint_release(struct fingerprint *f)
{
    json_decref(f->about);
    json_decref(f->deliverables);
}

json_t *fingerprint_deliverables(const struct fingerprint *f)
{
    const char *text = json_string_value(f->deliverables);

    return text ? json_loads(text, 0, NULL) : json_incref(f->deliverables);
}

static bool hash_file(const char *path, struct digest *digest)
{
    struct err err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && digest_fd(fd, digest, &err);

    if (fd >= 0)
        close(fd);
    return ok;
}

// Whether a racy thing still holds what was read of it.
static bool holds_the_same(const struct sight *s, const char *whole)
{
    struct digest now;
    bool read = s->kind == SIGHT_FOLDER ? folder_digest(whole, &now) : hash_file(whole, &now);

    return s->hashed && read && memcmp(&now, &s->digest, sizeof(now)) == 0;
}

// A folder's ctime tells of its own name and mode, its mtime of the names in it.
static bool stamps_agree(const struct sight *s, const struct file_stamp *now)
{
    if (s->kind == SIGHT_FOLDER)
        return now->device == s->stamp.device && now->inode == s->stamp.inode &&
               now->changed_ns == s->stamp.changed_ns;
    return file_stamp_equal(now, &s->stamp);
}

// A folder in which a file was replaced by another of its name holds the same names as before.
static bool holds_the_names(struct sight *s, const char *whole, const struct file_stamp *now)
{
    if (s->kind != SIGHT_FOLDER || !holds_the_same(s, whole))
        return false;
    s->stamp = *now;
    s->racy = true; // for the fingerprint has to be written again
    return true;
}

static bool is_as_it_was(const struct fingerprint *f, struct sight *s)
{
    static const struct file_stamp missing;
    char joined[4096];
    const char *whole = s->path;
    struct file_stamp now = {0};

    if (whole[0] != '/') {
        int n = snprintf(joined, sizeof(joined), "%s/%s", f->project, s->path);

        if (n < 0 || (size_t)n >= sizeof(joined))
            return false;
        whole = joined;
    }
    if (!path_stamp(whole, &now))
        return file_stamp_equal(&s->stamp, &missing);
    if (s->kind == SIGHT_THERE)
        return !file_stamp_equal(&s->stamp, &missing);
    if (!stamps_agree(s, &now))
        return holds_the_names(s, whole, &now);
    return !s->racy || holds_the_same(s, whole);
}

size_t fingerprint_compare(struct fingerprint *f, struct clock *clock,
                           void (*moved)(void *user, struct sight *sight), void *user)
{
    size_t n_moved = 0, n_racy = 0;
    struct err err;

    for (size_t i = 0; i < f->n_sights; i++) {
        struct sight *s = &f->sights[i];

        if (is_as_it_was(f, s)) {
            n_racy += s->racy;
            continue;
        }
        n_moved++;
        if (moved)
            moved(user, s);
    }
    if (n_moved == 0 && n_racy)
        fingerprint_write(f, clock->wall_ms(clock), &err); // in vain on a disk that is read only
    return n_moved;
}

static bool is_plain(const char *text)
{
    return !text || !strpbrk(text, "\t\n");
}

static bool put_sight(const struct sight *s, bool racy, struct buf *out)
{
    char hex[DIGEST_HEX_BYTES] = "";

    if (s->hashed)
        digest_hex(&s->digest, hex);
    buf_printf(out, "%c\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%" PRId64, s->kind,
               racy ? "r" : "", s->stamp.device, s->stamp.inode, s->stamp.bytes,
               s->stamp.changed_ns, s->stamp.status_ns);
    buf_printf(out, "\t%s\t%s\t%s\n", hex, s->path, s->part ? s->part : "");
    return is_plain(s->path) && is_plain(s->part);
}

bool fingerprint_write(struct fingerprint *f, int64_t began_ms, struct err *err)
{
    struct arena *scratch = arena_new();
    struct buf text = {0};
    bool ok = true;

    buf_printf(&text, "%s\n", first_line);
    json_canonical(f->about, &text);
    buf_char(&text, '\n');
    if (json_is_string(f->deliverables))
        buf_puts(&text, json_string_value(f->deliverables));
    else
        json_canonical(f->deliverables, &text);
    buf_printf(&text, "\n%zu\n", f->n_sights);
    for (size_t i = 0; ok && i < f->n_sights; i++) {
        struct sight *s = &f->sights[i];
        bool racy =
            s->kind != SIGHT_THERE && s->stamp.inode && file_stamp_is_fresh(&s->stamp, began_ms);

        ok = put_sight(s, racy, &text) ||
             err_set(err, ERR_FINAL, "a file name with a tab or a line break in it");
    }
    buf_puts(&text, "end\n");
    ok = ok && file_make_dirs(path_dir(scratch, f->path), err) &&
         file_write(f->path, text.ptr, text.len, err);
    buf_release(&text);
    arena_free(scratch);
    return ok;
}

void fingerprint_forget(const char *project)
{
    struct arena *scratch = arena_new();
    DIR *dir = opendir(path_join(scratch, project, BUILT_DIR));

    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            unlinkat(dirfd(dir), e->d_name, 0);
    if (dir)
        closedir(dir);
    arena_free(scratch);
}
