// SPDX-License-Identifier: MIT
#include "runtime/services/command/progress.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { NUMBER_BYTES = 32 };

static bool take(struct str *rest, const char *text)
{
    size_t len = strlen(text);

    if (!str_starts(*rest, text))
        return false;
    rest->ptr += len;
    rest->len -= len;
    return true;
}

static void skip_blanks(struct str *rest)
{
    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t')) {
        rest->ptr++;
        rest->len--;
    }
}

// A number as bars write it: "240", "1.5", "12,000", "2.1k".
static bool take_number(struct str *rest, double *number)
{
    static const char units[] = "kMGT";
    char digits[NUMBER_BYTES];
    const char *unit;
    size_t n = 0, i = 0;

    for (; i < rest->len && n + 1 < sizeof(digits); i++)
        if (isdigit((unsigned char)rest->ptr[i]) || rest->ptr[i] == '.')
            digits[n++] = rest->ptr[i];
        else if (rest->ptr[i] != ',' || n == 0)
            break;
    if (n == 0 || digits[0] == '.')
        return false;
    digits[n] = 0;
    *number = strtod(digits, NULL);
    if (i < rest->len && (unit = strchr(units, rest->ptr[i])) && *unit) {
        for (const char *u = units; u <= unit; u++)
            *number *= 1000;
        i++;
    }
    rest->ptr += i;
    rest->len -= i;
    return true;
}

// Behind the title: "  12%|###   | 240/2000 [". A bar whose end is not known has no total.
static bool read_bar(struct str rest, double *done, double *total)
{
    double percent, n, of;
    const char *bar;

    if (!take(&rest, ":"))
        return false;
    skip_blanks(&rest);
    if (!take_number(&rest, &percent) || !take(&rest, "%") || !take(&rest, "|"))
        return false;
    bar = memchr(rest.ptr, '|', rest.len);
    if (!bar)
        return false;
    rest.len -= (size_t)(bar + 1 - rest.ptr);
    rest.ptr = bar + 1;
    skip_blanks(&rest);
    if (!take_number(&rest, &n) || !take(&rest, "/") || !take_number(&rest, &of) || of <= 0)
        return false;
    skip_blanks(&rest);
    if (!take(&rest, "["))
        return false; // cut off
    *done = n;
    *total = of;
    return true;
}

// Whether rest begins with what the pattern says; a number that ends where the piece of the log
// does may go on.
static bool read_pattern(const char *pattern, struct str rest, double *done, double *total)
{
    double n = -1, of = *total;

    while (*pattern) {
        bool is_done = strncmp(pattern, "{done}", 6) == 0;

        if (is_done || strncmp(pattern, "{total}", 7) == 0) {
            if (!take_number(&rest, is_done ? &n : &of) || rest.len == 0)
                return false;
            pattern += is_done ? 6 : 7;
        } else if (*pattern == ' ') {
            skip_blanks(&rest);
            pattern++;
        } else {
            if (rest.len == 0 || rest.ptr[0] != *pattern)
                return false;
            rest.ptr++;
            rest.len--;
            pattern++;
        }
    }
    if (n < 0)
        return false;
    *done = n;
    *total = of;
    return true;
}

// Whether an escape sequence such as "\x1b[31m" ends there: bars below each other are drawn so.
static bool ends_escape(struct str log, size_t at)
{
    size_t i = at - 1;

    while (i && (isdigit((unsigned char)log.ptr[i - 1]) || log.ptr[i - 1] == ';'))
        i--;
    return i >= 2 && log.ptr[i - 1] == '[' && log.ptr[i - 2] == '\x1b';
}

// Whether a word or number may begin there, and does not go on: "timesteps" are not steps.
static bool begins(struct str log, size_t at)
{
    unsigned char before = at ? (unsigned char)log.ptr[at - 1] : ' ';

    return (!isalnum(before) && before != '.' && before != ',') || ends_escape(log, at);
}

bool progress_find(const char *how, struct str log, double *done, double *total)
{
    bool pattern = strstr(how, "{done}") != NULL;
    size_t len = strlen(how);
    struct str rest;

    if (len == 0)
        return false;
    for (size_t at = log.len; at-- > 0;) {
        rest = (struct str){log.ptr + at, log.len - at};
        if (!begins(log, at))
            continue;
        if (pattern && read_pattern(how, rest, done, total))
            return true;
        if (pattern || !str_starts(rest, how))
            continue;
        rest.ptr += len;
        rest.len -= len;
        if (read_bar(rest, done, total))
            return true;
    }
    return false;
}

// Behind an escape sequence such as "\x1b[31m".
static size_t escape_bytes(struct str s)
{
    size_t n = 1;

    if (s.len < 2 || s.ptr[1] != '[')
        return 1;
    for (n = 2; n < s.len && !(s.ptr[n] >= '@' && s.ptr[n] <= '~'); n++)
        continue;
    return n < s.len ? n + 1 : n;
}

static void tidy_line(struct str line, struct buf *out)
{
    while (line.len) {
        unsigned code;
        size_t used = str_decode(line, &code);

        if (line.ptr[0] == '\x1b')
            used = escape_bytes(line);
        else if (code == 0xfffd)
            buf_puts(out, "?");
        else if (code == '\t')
            buf_char(out, ' ');
        else if (code >= ' ' && code != 0x7f && !(code >= 0x80 && code < 0xa0))
            buf_add(out, line.ptr, used);
        line.ptr += used;
        line.len -= used;
    }
}

void progress_tidy(struct str log, struct buf *out)
{
    while (log.len) {
        struct str line = str_cut(&log, '\n'), last = {0};

        while (line.len) {
            struct str piece = str_cut(&line, '\r');

            if (str_trim(piece).len)
                last = piece;
        }
        if (!last.len)
            continue;
        tidy_line(last, out);
        buf_char(out, '\n');
    }
}
