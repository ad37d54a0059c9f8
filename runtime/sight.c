// SPDX-License-Identifier: MIT
#include "runtime/sight.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

// The next field of a line, up to the tab.
static const char *cut_field(char **rest)
{
    char *field = *rest, *tab = field ? strchr(field, '\t') : NULL;

    if (tab)
        *tab = 0;
    *rest = tab ? tab + 1 : NULL;
    return field ? field : "";
}

// Digits, with a minus before them or not.
static uint64_t cut_number(char **rest)
{
    const char *field = cut_field(rest);
    bool minus = *field == '-';
    uint64_t n = 0;

    for (field += minus; *field >= '0' && *field <= '9'; field++)
        n = n * 10 + (uint64_t)(*field - '0');
    return minus ? 0 - n : n;
}

// kind, flags, device, inode, bytes, changed, status, digest, path, part: a tab between each.
void sight_read(struct sight *s, char *line)
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

// Whether a racy thing still holds what was read of it.
static bool holds_the_same(const struct sight *s, const char *whole)
{
    struct digest now;
    bool read = s->kind == SIGHT_FOLDER ? folder_digest(whole, &now) : digest_path(whole, &now);

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

bool sight_is_as_it_was(struct sight *s, const char *project)
{
    static const struct file_stamp missing;
    char joined[4096];
    const char *whole = s->path;
    struct file_stamp now = {0};

    if (whole[0] != '/') {
        int n = snprintf(joined, sizeof(joined), "%s/%s", project, s->path);

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

static bool is_plain(const char *text)
{
    return !text || !strpbrk(text, "\t\n");
}

bool sight_put(const struct sight *s, struct buf *out)
{
    char hex[DIGEST_HEX_BYTES] = "";

    if (s->hashed)
        digest_hex(&s->digest, hex);
    buf_printf(out, "%c\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRId64 "\t%" PRId64, s->kind,
               s->racy ? "r" : "", s->stamp.device, s->stamp.inode, s->stamp.bytes,
               s->stamp.changed_ns, s->stamp.status_ns);
    buf_printf(out, "\t%s\t%s\t%s\n", hex, s->path, s->part ? s->part : "");
    return is_plain(s->path) && is_plain(s->part);
}
