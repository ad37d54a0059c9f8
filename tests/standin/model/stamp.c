// SPDX-License-Identifier: MIT
#include "tests/standin/model/stamp.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

enum { PNG_END_BYTES = 12, RIFF_HEAD_BYTES = 12 };

static void put_big(struct buf *out, uint32_t n)
{
    char bytes[] = {(char)(n >> 24), (char)(n >> 16), (char)(n >> 8), (char)n};

    buf_add(out, bytes, sizeof(bytes));
}

static void put_little(char *at, uint32_t n)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (char)(n >> 8 * i);
}

// The checksum of PNG's chunks (ISO 3309).
static uint32_t crc_of(const char *bytes, size_t len)
{
    uint32_t crc = ~0u;

    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)bytes[i];
        for (unsigned k = 0; k < 8; k++)
            crc = crc & 1 ? 0xedb88320u ^ crc >> 1 : crc >> 1;
    }
    return ~crc;
}

// A text chunk before the last one, which ends the picture.
static bool stamp_png(struct buf *file, const char *text)
{
    struct buf chunk = {0};
    char end[PNG_END_BYTES];

    if (file->len < PNG_END_BYTES ||
        memcmp(file->ptr + file->len - PNG_END_BYTES + 4, "IEND", 4) != 0)
        return false;
    memcpy(end, file->ptr + file->len - PNG_END_BYTES, PNG_END_BYTES);
    file->len -= PNG_END_BYTES;
    buf_puts(&chunk, "tEXtmodel");
    buf_add(&chunk, "", 1);
    buf_puts(&chunk, text);
    put_big(file, (uint32_t)chunk.len - 4);
    buf_add(file, chunk.ptr, chunk.len);
    put_big(file, crc_of(chunk.ptr, chunk.len));
    buf_add(file, end, sizeof(end));
    buf_release(&chunk);
    return true;
}

// A chunk behind the samples; the head counts it.
static bool stamp_wav(struct buf *file, const char *text)
{
    uint32_t len = (uint32_t)strlen(text) & ~1u;
    char head[8] = "JUNK";

    if (file->len < RIFF_HEAD_BYTES || memcmp(file->ptr, "RIFF", 4) != 0)
        return false;
    put_little(head + 4, len);
    buf_add(file, head, sizeof(head));
    buf_add(file, text, len);
    put_little(file->ptr + 4, (uint32_t)file->len - 8);
    return true;
}

// A box that every reader skips.
static bool stamp_mp4(struct buf *file, const char *text)
{
    put_big(file, (uint32_t)strlen(text) + 8);
    buf_puts(file, "free");
    buf_puts(file, text);
    return true;
}

static bool stamp_text(struct buf *file, const char *text)
{
    buf_printf(file, " %s", text);
    return true;
}

struct form {
    const char *ext;
    bool (*stamp)(struct buf *file, const char *text);
};

static const struct form forms[] = {
    {"mp4", stamp_mp4},  {"png", stamp_png}, {"safetensors", stamp_text},
    {"txt", stamp_text}, {"wav", stamp_wav},
};

bool stamp_file(struct buf *file, const char *ext, const char *text)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (strcmp(forms[i].ext, ext) == 0)
            return forms[i].stamp(file, text);
    return false;
}
