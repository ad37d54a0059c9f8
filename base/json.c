// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/vec.h"

// The next UTF-16 unit of *s, so that keys sort as RFC 8785 section 3.2.3 asks. *low holds the
// second half of a pair until it is due.
static unsigned next_unit(struct str *s, unsigned *low)
{
    unsigned code = *low;
    size_t n;

    *low = 0;
    if (code)
        return code;
    n = str_decode(*s, &code);
    s->ptr += n;
    s->len -= n;
    if (code < 0x10000)
        return code;
    *low = 0xdc00 + ((code - 0x10000) & 0x3ff);
    return 0xd800 + ((code - 0x10000) >> 10);
}

static int compare_units(struct str a, struct str b)
{
    unsigned low_a = 0, low_b = 0;

    while ((a.len || low_a) && (b.len || low_b)) {
        unsigned x = next_unit(&a, &low_a), y = next_unit(&b, &low_b);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a.len || low_a) ? 1 : (b.len || low_b) ? -1 : 0;
}

// Bytes of UTF-8 sort as code points do; only behind 0xee, where surrogates would stand, units do
// not.
int json_compare_keys(struct str a, struct str b)
{
    size_t len = a.len < b.len ? a.len : b.len, at = 0;
    unsigned char x, y;

    while (at < len && a.ptr[at] == b.ptr[at])
        at++;
    if (at == len)
        return a.len < b.len ? -1 : a.len > b.len;
    x = (unsigned char)a.ptr[at];
    y = (unsigned char)b.ptr[at];
    return x < 0xee && y < 0xee ? (x < y ? -1 : 1) : compare_units(a, b);
}

struct member {
    const char *key;
    const json_t *value;
};

static int by_key(const void *left, const void *right)
{
    return json_compare_keys(str_of(((const struct member *)left)->key),
                             str_of(((const struct member *)right)->key));
}

static void put_escape(unsigned char c, struct buf *out)
{
    static const char short_forms[] = "btnvfr"; // from 0x08 on; 0x0b has none

    if (c == '"' || c == '\\')
        buf_printf(out, "\\%c", c);
    else if (c >= 0x08 && c <= 0x0d && c != 0x0b)
        buf_printf(out, "\\%c", short_forms[c - 0x08]);
    else
        buf_printf(out, "\\u%04x", c);
}

static uint64_t each_byte(unsigned char c)
{
    return 0x0101010101010101u * c;
}

// Not 0 when one of the eight bytes is not ASCII, below 0x20, or one of the two to be escaped.
static uint64_t is_odd(uint64_t bytes)
{
    uint64_t quote = bytes ^ each_byte('"'), slash = bytes ^ each_byte('\\');

    return (bytes | (bytes - each_byte(0x20)) | (quote - each_byte(1)) | (slash - each_byte(1))) &
           each_byte(0x80);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

// Copies the head of text as far as it is ASCII that stands in JSON as it is, and returns how long
// that is. There is room for all of it.
static size_t copy_plain(struct str text, char *room)
{
    size_t at = 0;
    uint64_t bytes;

    for (; at + sizeof(bytes) <= text.len; at += sizeof(bytes)) {
        memcpy(&bytes, text.ptr + at, sizeof(bytes));
        if (is_odd(bytes))
            break;
        memcpy(room + at, &bytes, sizeof(bytes));
    }
    for (; at < text.len && is_plain((unsigned char)text.ptr[at]); at++)
        room[at] = text.ptr[at];
    return at;
}

// All but the head of text, which is plain.
static void put_escaped(struct str text, size_t plain, struct buf *out)
{
    size_t from = plain;

    for (size_t i = plain; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, text.ptr + from, i - from);
        from = i + 1;
        put_escape(c, out);
    }
    buf_add(out, text.ptr + from, text.len - from);
}

bool json_put_text(struct str text, struct buf *out)
{
    char *room = buf_room(out, text.len + strlen("\"\""));
    size_t plain = copy_plain(text, room + 1);

    if (plain < text.len && !str_is_utf8(text))
        return false;
    room[0] = '"';
    out->len += 1 + plain;
    if (plain < text.len)
        put_escaped(text, plain, out);
    buf_char(out, '"');
    return true;
}

void json_put_integer(long long integer, struct buf *out)
{
    unsigned long long rest =
        integer < 0 ? 0 - (unsigned long long)integer : (unsigned long long)integer;
    char digits[24];
    size_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + rest % 10);
    while (rest /= 10);
    if (integer < 0)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof(digits) - at);
}

// Most numbers that people write have three decimals or fewer. No two of so few digits read as one
// double, so these are the shortest. False where the number is none of them.
static bool put_short(double value, struct buf *out)
{
    double size = fabs(value), whole = nearbyint(size * 1000);
    char decimals[3];
    size_t n = sizeof(decimals);
    long long thousandths;

    if (!(whole >= 1 && whole < 1e12 && whole / 1000 == size))
        return false;
    thousandths = (long long)whole;
    for (size_t i = n; i-- > 0; thousandths /= 10)
        decimals[i] = (char)('0' + thousandths % 10);
    while (n && decimals[n - 1] == '0')
        n--;
    if (value < 0)
        buf_char(out, '-');
    json_put_integer(thousandths, out);
    if (n) {
        buf_char(out, '.');
        buf_add(out, decimals, n);
    }
    return true;
}

// The shortest digits that read back as the same double, as found by trying.
static void put_shortest(double value, struct buf *out)
{
    char text[40], digits[24];
    int precision = 1, exponent, n = 0;

    do
        snprintf(text, sizeof(text), "%.*e", precision - 1, value);
    while (strtod(text, NULL) != value && ++precision <= 17);
    exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10) + 1;
    for (char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (value < 0)
        buf_char(out, '-');
    if (exponent > 0 && exponent <= 21) {
        buf_add(out, digits, (size_t)(n < exponent ? n : exponent));
        if (n < exponent)
            buf_repeat(out, '0', (size_t)(exponent - n));
        else if (n > exponent)
            buf_printf(out, ".%.*s", n - exponent, digits + exponent);
    } else if (exponent > -6 && exponent <= 0) {
        buf_puts(out, "0.");
        buf_repeat(out, '0', (size_t)-exponent);
        buf_add(out, digits, (size_t)n);
    } else {
        buf_char(out, digits[0]);
        if (n > 1)
            buf_printf(out, ".%.*s", n - 1, digits + 1);
        buf_printf(out, "e%+d", exponent - 1);
    }
}

// ECMAScript's Number::toString, which RFC 8785 section 3.2.2.3 prescribes.
void json_put_real(double value, struct buf *out)
{
    if (value == 0 || !isfinite(value))
        buf_puts(out, isfinite(value) ? "0" : "null");
    else if (!put_short(value, out))
        put_shortest(value, out);
}

static void put_value(const json_t *value, bool sorted, struct buf *out);

static void put_object(const json_t *value, bool sorted, struct buf *out)
{
    VEC(struct member) members = {0};
    const char *key;
    json_t *member;

    json_object_foreach((json_t *)(uintptr_t)value, key, member)
        vec_push(&members, (struct member){key, member});
    if (sorted && members.n)
        qsort(members.at, members.n, sizeof(*members.at), by_key);
    buf_char(out, '{');
    for (size_t i = 0; i < members.n; i++) {
        if (i)
            buf_char(out, ',');
        json_put_text(str_of(members.at[i].key), out);
        buf_char(out, ':');
        put_value(members.at[i].value, sorted, out);
    }
    buf_char(out, '}');
    vec_release(&members);
}

static void put_array(const json_t *value, bool sorted, struct buf *out)
{
    buf_char(out, '[');
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i)
            buf_char(out, ',');
        put_value(json_array_get(value, i), sorted, out);
    }
    buf_char(out, ']');
}

static void put_value(const json_t *value, bool sorted, struct buf *out)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        put_object(value, sorted, out);
        break;
    case JSON_ARRAY:
        put_array(value, sorted, out);
        break;
    case JSON_STRING:
        json_put_text((struct str){json_string_value(value), json_string_length(value)}, out);
        break;
    case JSON_INTEGER:
        json_put_integer(json_integer_value(value), out);
        break;
    case JSON_REAL:
        json_put_real(json_real_value(value), out);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        buf_puts(out, json_is_true(value) ? "true" : "false");
        break;
    case JSON_NULL:
        buf_puts(out, "null");
        break;
    }
}

void json_canonical(const json_t *value, struct buf *out)
{
    put_value(value, true, out);
}

void json_compact(const json_t *value, struct buf *out)
{
    put_value(value, false, out);
}

struct digest json_digest(const json_t *value)
{
    struct buf text = {0};
    struct digest d;

    json_canonical(value, &text);
    d = digest_of(text.ptr, text.len);
    buf_release(&text);
    return d;
}

static int put_chunk(const char *text, size_t len, void *out)
{
    buf_add(out, text, len);
    return 0;
}

static void put_pretty(const json_t *value, size_t digits, struct buf *out)
{
    json_dump_callback(value, put_chunk, out,
                       JSON_SORT_KEYS | JSON_INDENT(2) | JSON_ENCODE_ANY |
                           JSON_REAL_PRECISION(digits));
    buf_char(out, '\n');
}

void json_pretty(const json_t *value, struct buf *out)
{
    put_pretty(value, 15, out);
}

void json_pretty_exact(const json_t *value, struct buf *out)
{
    put_pretty(value, 17, out);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// Copies a number; one of more than 18 digits and no fraction gets ".0", for jansson's reader of
// integers stops at 63 bits.
static size_t copy_number(struct str s, struct buf *out)
{
    size_t n = s.ptr[0] == '-';
    bool whole = true;

    while (n < s.len && (is_digit(s.ptr[n]) || memchr(".eE+-", s.ptr[n], 5))) {
        whole = whole && (is_digit(s.ptr[n]) || n == 0);
        n++;
    }
    buf_add(out, s.ptr, n);
    if (whole && n > 18)
        buf_puts(out, ".0");
    return n ? n : 1;
}

static size_t copy_string(struct str s, struct buf *out)
{
    size_t n = 1;

    while (n < s.len && s.ptr[n] != '"')
        n += s.ptr[n] == '\\' ? 2 : 1;
    n = n < s.len ? n + 1 : s.len;
    buf_add(out, s.ptr, n);
    return n;
}

static size_t copy_token(struct str s, struct buf *out)
{
    static const char *const odd[] = {"NaN", "Infinity", "-Infinity"};

    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
        if (s.ptr[0] == odd[i][0] && str_starts(s, odd[i])) {
            buf_puts(out, "null");
            return strlen(odd[i]);
        }
    if (s.ptr[0] == '"')
        return copy_string(s, out);
    if (s.ptr[0] == '-' || is_digit(s.ptr[0]))
        return copy_number(s, out);
    buf_char(out, s.ptr[0]);
    return 1;
}

json_t *json_read_loose(struct str text, struct err *err)
{
    struct buf strict = {0};
    json_error_t fault;
    json_t *value;

    while (text.len) {
        size_t n = copy_token(text, &strict);

        text.ptr += n;
        text.len -= n;
    }
    value = json_loadb(buf_text(&strict), strict.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &fault);
    buf_release(&strict);
    if (!value)
        err_set(err, ERR_FINAL, "no JSON: %s (line %d)", fault.text, fault.line);
    return value;
}

const char *json_get_text(const json_t *object, const char *key, const char *fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? json_string_value(value) : fallback;
}

double json_get_number(const json_t *object, const char *key, double fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : fallback;
}

json_int_t json_get_integer(const json_t *object, const char *key, json_int_t fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_integer(value) ? json_integer_value(value)
           : json_is_real(value)  ? (json_int_t)llround(json_real_value(value))
                                  : fallback;
}

bool json_get_flag(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);

    return json_is_boolean(value) ? json_is_true(value) : fallback;
}
