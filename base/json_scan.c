// SPDX-License-Identifier: MIT
#include "base/json_scan.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

enum { MOST_DEPTH = 512, MOST_NUMBER_BYTES = 64 };

void json_scan_init(struct json_scan *s, struct str text)
{
    *s = (struct json_scan){.at = text.ptr, .end = text.ptr + text.len};
}

static bool fail(struct json_scan *s)
{
    s->bad = true;
    s->at = s->end;
    return false;
}

static void skip_blanks(struct json_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
        s->at++;
}

static bool is_number_byte(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

char json_scan_peek(struct json_scan *s)
{
    char c;

    skip_blanks(s);
    c = s->at < s->end ? *s->at : '\0';
    switch (c) {
    case '{':
    case '[':
    case '"':
    case 't':
    case 'f':
    case 'n':
        return c;
    case '-':
    case 'N':
    case 'I':
        return '0';
    default:
        if (c >= '0' && c <= '9')
            return '0';
        fail(s);
        return '\0';
    }
}

bool json_scan_open(struct json_scan *s, char open)
{
    if (json_scan_peek(s) != open) {
        json_scan_skip(s);
        return false;
    }
    s->at++;
    s->first = true;
    return true;
}

// Goes over the comma before the next item or member, or the bracket behind the last.
static bool go_on(struct json_scan *s, char close)
{
    bool first = s->first;

    skip_blanks(s);
    s->first = false;
    if (s->at >= s->end)
        return fail(s);
    if (*s->at == close) {
        s->at++;
        return false;
    }
    if (first)
        return true;
    if (*s->at != ',')
        return fail(s);
    s->at++;
    return true;
}

bool json_scan_item(struct json_scan *s)
{
    return !s->bad && go_on(s, ']') && json_scan_peek(s) != '\0';
}

// The bytes between the quotes of the text that begins here.
static bool take_quoted(struct json_scan *s, struct str *raw)
{
    const char *from = s->at + 1, *quote = from;

    for (;; quote++) {
        size_t slashes = 0;

        quote = quote < s->end ? memchr(quote, '"', (size_t)(s->end - quote)) : NULL;
        if (!quote)
            return fail(s);
        while (quote - slashes > from && quote[-1 - (long)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            break;
    }
    *raw = (struct str){from, (size_t)(quote - from)};
    s->at = quote + 1;
    return true;
}

static unsigned hex_at(struct str raw, size_t at)
{
    unsigned code = 0;

    for (size_t i = at; i < at + 4; i++) {
        char c = i < raw.len ? raw.ptr[i] : 'x';
        unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                         : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                         : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A') + 10
                                                : 16;

        if (digit > 15)
            return 0xfffd;
        code = code * 16 + digit;
    }
    return code;
}

static void put_code(struct buf *out, unsigned code)
{
    if (code == 0 || (code >= 0xd800 && code < 0xe000))
        code = 0xfffd;
    if (code < 0x80) {
        buf_char(out, (char)code);
    } else if (code < 0x800) {
        buf_char(out, (char)(0xc0 | code >> 6));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
        buf_char(out, (char)(0xe0 | code >> 12));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_char(out, (char)(0xf0 | code >> 18));
        buf_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
        buf_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

// The escape that raw has at at (its backslash). Returns its bytes.
static size_t put_escape(struct str raw, size_t at, struct buf *out)
{
    static const char letters[] = "bfnrt", means[] = "\b\f\n\r\t";
    char c = at + 1 < raw.len ? raw.ptr[at + 1] : '\\';
    const char *letter = strchr(letters, c);
    unsigned code, low;

    if (c != 'u') {
        buf_char(out, letter ? means[letter - letters] : c);
        return 2;
    }
    code = hex_at(raw, at + 2);
    low = code >= 0xd800 && code < 0xdc00 && at + 7 < raw.len && raw.ptr[at + 6] == '\\' &&
                  raw.ptr[at + 7] == 'u'
              ? hex_at(raw, at + 8)
              : 0;
    if (low >= 0xdc00 && low < 0xe000) {
        put_code(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
        return 12;
    }
    put_code(out, code);
    return 6;
}

static const char *decode(struct str raw, struct arena *a)
{
    struct buf text = {0};
    const char *copy;

    for (size_t i = 0; i < raw.len;) {
        unsigned code;

        if (raw.ptr[i] == '\\') {
            i += put_escape(raw, i, &text);
            continue;
        }
        i += str_decode((struct str){raw.ptr + i, raw.len - i}, &code);
        put_code(&text, code);
    }
    copy = arena_strndup(a, buf_text(&text), text.len);
    buf_release(&text);
    return copy;
}

static bool is_plain(struct str raw)
{
    for (size_t i = 0; i < raw.len; i++)
        if (raw.ptr[i] == '\\' || raw.ptr[i] == '\0' || (unsigned char)raw.ptr[i] >= 0x80)
            return false;
    return true;
}

bool json_scan_key(struct json_scan *s, struct arena *a, struct str *key)
{
    if (s->bad || !go_on(s, '}'))
        return false;
    if (json_scan_peek(s) != '"')
        return fail(s);
    if (!take_quoted(s, key))
        return false;
    if (!is_plain(*key))
        *key = str_of(decode(*key, a));
    skip_blanks(s);
    if (s->at >= s->end || *s->at != ':')
        return fail(s);
    s->at++;
    return true;
}

const char *json_scan_text(struct json_scan *s, struct arena *a, const char *fallback)
{
    struct str raw;

    if (json_scan_peek(s) != '"') {
        json_scan_skip(s);
        return fallback;
    }
    if (!take_quoted(s, &raw))
        return fallback;
    return is_plain(raw) ? arena_strndup(a, raw.ptr, raw.len) : decode(raw, a);
}

static bool take_word(struct json_scan *s, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0)
        return false;
    s->at += len;
    return true;
}

static double take_number(struct json_scan *s)
{
    char text[MOST_NUMBER_BYTES + 1], *end;
    size_t n = 0;
    double value;

    if (take_word(s, "NaN"))
        return NAN;
    if (take_word(s, "Infinity"))
        return INFINITY;
    if (take_word(s, "-Infinity"))
        return -INFINITY;
    for (; s->at < s->end && is_number_byte(*s->at); s->at++)
        if (n < MOST_NUMBER_BYTES)
            text[n++] = *s->at;
    text[n] = '\0';
    value = strtod(text, &end);
    if (end == text || *end)
        fail(s);
    return value;
}

double json_scan_number(struct json_scan *s, double fallback)
{
    if (json_scan_peek(s) == '0')
        return take_number(s);
    json_scan_skip(s);
    return fallback;
}

bool json_scan_flag(struct json_scan *s, bool fallback)
{
    json_scan_peek(s);
    if (take_word(s, "true"))
        return true;
    if (take_word(s, "false"))
        return false;
    json_scan_skip(s);
    return fallback;
}

static void skip_scalar(struct json_scan *s, char kind)
{
    struct str raw;

    if (kind == '"')
        take_quoted(s, &raw);
    else if (kind == '0')
        take_number(s);
    else if (!take_word(s, "true") && !take_word(s, "false") && !take_word(s, "null"))
        fail(s);
}

// Brackets are counted and not held against each other: what is skipped is looked at by nobody.
static void skip_nested(struct json_scan *s)
{
    size_t depth = 0;
    struct str raw;

    do {
        char c = s->at < s->end ? *s->at : '\0';

        if (c == '\0' || depth > MOST_DEPTH) {
            fail(s);
            return;
        }
        if (c == '"') {
            if (!take_quoted(s, &raw))
                return;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        s->at++;
    } while (depth);
}

struct str json_scan_skip(struct json_scan *s)
{
    char kind = json_scan_peek(s);
    const char *from = s->at;

    if (kind == '{' || kind == '[')
        skip_nested(s);
    else if (kind)
        skip_scalar(s, kind);
    return (struct str){from, (size_t)(s->at - from)};
}

bool json_scan_ended(struct json_scan *s)
{
    skip_blanks(s);
    return !s->bad && s->at == s->end;
}
