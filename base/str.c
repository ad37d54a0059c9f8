// SPDX-License-Identifier: MIT
#include "base/str.h"

#include "base/mem.h"

bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct str s, const char *text)
{
    return str_eq(s, str_of(text));
}

bool str_starts(struct str s, const char *prefix)
{
    size_t len = strlen(prefix);

    return s.len >= len && memcmp(s.ptr, prefix, len) == 0;
}

bool str_ends(struct str s, const char *suffix)
{
    size_t len = strlen(suffix);

    return s.len >= len && memcmp(s.ptr + s.len - len, suffix, len) == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_mentions(struct str s, const char *part)
{
    size_t len = strlen(part), n;

    for (size_t i = 0; s.len >= len && i <= s.len - len; i++) {
        for (n = 0; n < len && lower(s.ptr[i + n]) == lower(part[n]);)
            n++;
        if (n == len)
            return true;
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

struct str str_cut(struct str *rest, char sep)
{
    const char *hit = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
    struct str head = *rest;

    if (!hit) {
        *rest = (struct str){0};
        return head;
    }
    head.len = (size_t)(hit - head.ptr);
    *rest = (struct str){hit + 1, rest->len - head.len - 1};
    return head;
}

size_t str_decode(struct str s, unsigned *code)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)s.ptr[0];
    size_t n = first < 0x80       ? 1
               : first >> 5 == 6  ? 2
               : first >> 4 == 14 ? 3
               : first >> 3 == 30 ? 4
                                  : 0;
    unsigned c = n == 1 ? first : first & (0x7fu >> n);

    if (n == 0 || n > s.len) {
        *code = 0xfffd;
        return 1;
    }
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s.ptr[i];

        if (next >> 6 != 2) {
            *code = 0xfffd;
            return 1;
        }
        c = c << 6 | (next & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        *code = 0xfffd;
        return 1;
    }
    *code = c;
    return n;
}

bool str_is_utf8(struct str s)
{
    while (s.len) {
        unsigned code = (unsigned char)*s.ptr;
        size_t n = code < 0x80 ? 1 : str_decode(s, &code);

        if (code == 0xfffd && n == 1)
            return false;
        s.ptr += n;
        s.len -= n;
    }
    return true;
}

struct range {
    unsigned first, last;
};

static bool in_ranges(unsigned c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

// The common blocks of zero-width and of wide characters (Unicode: East Asian Width W and F).
static size_t code_width(unsigned c)
{
    static const struct range none[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5c7},   {0x610, 0x61a},
        {0x64b, 0x65f},   {0x900, 0x903},   {0x200b, 0x200f}, {0x2028, 0x202e},
        {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff},
    };
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };

    if (c < 0x20 || in_ranges(c, none, sizeof(none) / sizeof(*none)))
        return 0;
    return in_ranges(c, wide, sizeof(wide) / sizeof(*wide)) ? 2 : 1;
}

size_t str_width(struct str s)
{
    size_t width = 0;

    while (s.len) {
        unsigned code;
        size_t n = str_decode(s, &code);

        width += code_width(code);
        s.ptr += n;
        s.len -= n;
    }
    return width;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

// Optimal string alignment by three rows. Source: Boytsov, "Indexing methods for approximate
// dictionary searching", 2011.
size_t str_distance(const char *a, const char *b)
{
    size_t n = strlen(b), distance;
    size_t *rows = mem_new(3 * (n + 1) * sizeof(*rows));
    size_t *before = rows, *last = rows + n + 1, *row = rows + 2 * (n + 1);

    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *spare = before;

        before = last;
        last = row;
        row = spare;
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);

            row[j] = least(least(last[j] + 1, row[j - 1] + 1), last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    distance = row[n];
    mem_free(rows);
    return distance;
}

const char *str_nearest(const char *name, const char *const *names, size_t n)
{
    size_t len = strlen(name), best = len / 3 + 2;
    const char *nearest = NULL;

    if (len > 100)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t other = strlen(names[i]);
        size_t apart = other > len ? other - len : len - other;
        size_t distance = apart >= best ? best : str_distance(name, names[i]);

        if (distance < best && distance < len) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
