// SPDX-License-Identifier: MIT
#include "compiler/slug.h"

#include <stdbool.h>
#include <stddef.h>

struct range {
    unsigned first, last;
};

// Blocks above ASCII that hold signs, not letters or digits. Source: Unicode 15, Blocks.txt.
static const struct range signs[] = {
    {0x80, 0xa9},       {0xab, 0xb1},     {0xb4, 0xb4},     {0xb6, 0xb8},     {0xbb, 0xbf},
    {0xd7, 0xd7},       {0xf7, 0xf7},     {0x2c2, 0x2df},   {0x37e, 0x37e},   {0x387, 0x387},
    {0x55a, 0x55f},     {0x589, 0x58f},   {0x5be, 0x5be},   {0x5c0, 0x5c0},   {0x5f3, 0x5f4},
    {0x600, 0x60f},     {0x61b, 0x61f},   {0x66a, 0x66d},   {0x6d4, 0x6d4},   {0x964, 0x965},
    {0xe3f, 0xe3f},     {0xe4f, 0xe4f},   {0x1360, 0x1368}, {0x2000, 0x206f}, {0x20a0, 0x20cf},
    {0x2100, 0x2101},   {0x2190, 0x2bff}, {0x2e00, 0x2e7f}, {0x2ff0, 0x3004}, {0x3007, 0x3020},
    {0x3030, 0x3030},   {0x30fb, 0x30fb}, {0x3200, 0x33ff}, {0xe000, 0xf8ff}, {0xfe00, 0xfe6f},
    {0xff00, 0xff0f},   {0xff1a, 0xff20}, {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0xfff0, 0xffff},
    {0x1f000, 0x1faff},
};

// Where capitals lie a fixed distance before their small letters.
struct shift {
    unsigned first, last;
    unsigned by;
};

static const struct shift shifts[] = {
    {0xc0, 0xde, 32},   {0x386, 0x386, 38},     {0x388, 0x38a, 37},   {0x38c, 0x38c, 64},
    {0x38e, 0x38f, 63}, {0x391, 0x3ab, 32},     {0x400, 0x40f, 80},   {0x410, 0x42f, 32},
    {0x531, 0x556, 48}, {0x10a0, 0x10c5, 7264}, {0xff21, 0xff3a, 32},
};

// Where a capital stands right before its small letter: on even numbers, or on odd ones.
static const struct range even_pairs[] = {
    {0x100, 0x12f}, {0x132, 0x137},   {0x14a, 0x177},   {0x1de, 0x1ef}, {0x1f8, 0x21f},
    {0x222, 0x233}, {0x370, 0x373},   {0x3d8, 0x3ef},   {0x460, 0x481}, {0x48a, 0x4bf},
    {0x4d0, 0x52f}, {0x1e00, 0x1e95}, {0x1ea0, 0x1eff},
};
static const struct range odd_pairs[] = {
    {0x139, 0x148},
    {0x179, 0x17e},
    {0x1cd, 0x1dc},
    {0x4c1, 0x4ce},
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static bool in_ranges(unsigned c, const struct range *ranges, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static unsigned lower(unsigned c)
{
    if (c < 0x80) // nearly all that is asked
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (c == 0xd7)
        return c;
    if (c == 0x130) // İ
        return 'i';
    if (c == 0x178) // Ÿ
        return 0xff;
    for (size_t i = 0; i < COUNT(shifts); i++)
        if (c >= shifts[i].first && c <= shifts[i].last)
            return c + shifts[i].by;
    if (in_ranges(c, even_pairs, COUNT(even_pairs)))
        return c | 1;
    if (in_ranges(c, odd_pairs, COUNT(odd_pairs)))
        return c + (c & 1);
    return c;
}

static bool is_kept(unsigned c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return c != 0xfffd && !in_ranges(c, signs, COUNT(signs));
}

static void put_code(struct buf *out, unsigned c)
{
    if (c < 0x80) {
        buf_char(out, (char)c);
        return;
    }
    if (c < 0x800) {
        buf_char(out, (char)(0xc0 | c >> 6));
    } else {
        if (c < 0x10000) {
            buf_char(out, (char)(0xe0 | c >> 12));
        } else {
            buf_char(out, (char)(0xf0 | c >> 18));
            buf_char(out, (char)(0x80 | ((c >> 12) & 0x3f)));
        }
        buf_char(out, (char)(0x80 | ((c >> 6) & 0x3f)));
    }
    buf_char(out, (char)(0x80 | (c & 0x3f)));
}

void slug_add(struct buf *out, struct str text)
{
    size_t start = out->len;
    bool gap = false;

    while (text.len) {
        unsigned code = (unsigned char)*text.ptr;
        size_t n = code < 0x80 ? 1 : str_decode(text, &code);

        text.ptr += n;
        text.len -= n;
        if (!is_kept(code)) {
            gap = true;
            continue;
        }
        if (gap && out->len > start)
            buf_char(out, '-');
        gap = false;
        put_code(out, lower(code));
    }
}
