// SPDX-License-Identifier: MIT
#include "compiler/asset.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

// Bytes at an offset that tell a format.
struct magic {
    size_t at;
    const char *bytes;
    size_t n;
    struct asset asset;
};

#define MAGIC(at, bytes, type, seems)                                                              \
    {                                                                                              \
        at, bytes, sizeof(bytes) - 1,                                                              \
        {                                                                                          \
            type, seems                                                                            \
        }                                                                                          \
    }

// The first that fits; types for what the media module opens. Brands of ISO-BMFF and what RIFF
// holds stand before the containers.
static const struct magic magics[] = {
    MAGIC(0, "\x89PNG\r\n\x1a\n", "image", "a PNG picture"),
    MAGIC(0, "\xff\xd8\xff", "image", "a JPEG picture"),
    MAGIC(8, "WEBP", "image", "a WebP picture"),
    MAGIC(0, "II*\0", "image", "a TIFF picture"),
    MAGIC(0, "MM\0*", "image", "a TIFF picture"),
    MAGIC(0, "\x76\x2f\x31\x01", NULL, "an OpenEXR picture, which is not taken"),
    MAGIC(0, "SDPX", NULL, "a DPX picture, which is not taken"),
    MAGIC(0, "XPDS", NULL, "a DPX picture, which is not taken"),
    MAGIC(4, "ftypavif", NULL, "an AVIF picture, which is not taken"),
    MAGIC(4, "ftypheic", NULL, "a HEIC picture, which is not taken"),
    MAGIC(4, "ftypM4A ", "audio", "M4A sound"),
    MAGIC(4, "ftypM4B ", "audio", "M4A sound"),
    MAGIC(4, "ftypqt  ", "video", "a QuickTime film"),
    MAGIC(4, "ftyp", "video", "an MP4 film"),
    MAGIC(4, "moov", "video", "a QuickTime film"),
    MAGIC(4, "mdat", "video", "a QuickTime film"),
    MAGIC(4, "wide", "video", "a QuickTime film"),
    MAGIC(0, "\x1a\x45\xdf\xa3", "video", "a Matroska or WebM film"),
    MAGIC(8, "AVI ", "video", "an AVI film"),
    MAGIC(0, "\x06\x0e\x2b\x34\x02\x05\x01\x01", "video", "an MXF film"),
    MAGIC(0, "GIF8", "video", "a GIF"),
    MAGIC(8, "WAVE", "audio", "WAV sound"),
    MAGIC(0, "riff\x2e\x91\xcf\x11", "audio", "Wave64 sound"),
    MAGIC(0, "caff", "audio", "CAF sound"),
    MAGIC(0, "fLaC", "audio", "FLAC sound"),
    MAGIC(0, "OggS", "audio", "Ogg sound"),
    MAGIC(0, "ID3", "audio", "MP3 sound"),
    MAGIC(0, "FORM", "audio", "AIFF sound"),
    MAGIC(0, "\0\1\0\0\0", "font", "a TrueType font"),
    MAGIC(0, "OTTO", "font", "an OpenType font"),
    MAGIC(0, "true", "font", "a TrueType font"),
    MAGIC(0, "ttcf", "font", "a collection of fonts"),
    MAGIC(0, "wOFF", "font", "a web font"),
    MAGIC(0, "wOF2", "font", "a web font"),
    MAGIC(0, "8BPS", NULL, "a Photoshop document"),
    MAGIC(0, "%PDF", NULL, "a PDF document"),
    MAGIC(0, "PK\3\4", NULL, "a ZIP archive"),
    MAGIC(0, "\x1f\x8b", NULL, "a gzip archive"),
    MAGIC(0,
          "\x7f"
          "ELF",
          NULL, "a program"),
    MAGIC(0, "#EXTM3U", NULL, "a playlist"),
    MAGIC(0, "[playlist]", NULL, "a playlist"),
    MAGIC(0, "ffconcat", NULL, "a playlist"),
    MAGIC(0, "#!", NULL, "a script"),
    MAGIC(0, "<!DOCTYPE", NULL, "a web page"),
    MAGIC(0, "<html", NULL, "a web page"),
};

static bool has_ending(const char *name, const char *ending)
{
    return strcasecmp(path_ext(name), ending) == 0;
}

// Eight bytes of length, then a JSON object: the head of a safetensors file.
static bool is_lora(const unsigned char *bytes, size_t n)
{
    return n > 8 && bytes[4] == 0 && bytes[5] == 0 && bytes[6] == 0 && bytes[7] == 0 &&
           bytes[8] == '{';
}

// Frame sync of MPEG audio, layer III, with a bit rate and a sample rate that exist.
static bool is_mp3(const unsigned char *bytes, size_t n)
{
    return n > 3 && bytes[0] == 0xff && (bytes[1] & 0xe6) == 0xe2 && (bytes[2] & 0xf0) != 0xf0 &&
           (bytes[2] & 0x0c) != 0x0c;
}

// Frame sync of AAC in ADTS, which has no layer.
static bool is_aac(const unsigned char *bytes, size_t n)
{
    return n > 6 && bytes[0] == 0xff && (bytes[1] & 0xf6) == 0xf0 && (bytes[2] & 0x3c) < 13 << 2;
}

// Packets of 188 bytes, each with its sync byte.
static bool is_transport_stream(const unsigned char *bytes, size_t n)
{
    return n > 2 * 188 && bytes[0] == 0x47 && bytes[188] == 0x47 && bytes[376] == 0x47;
}

static bool is_text(struct str s)
{
    if (memchr(s.ptr, 0, s.len))
        return false;
    for (size_t cut = 0; cut < 4 && cut < s.len; cut++) // the head may end within a character
        if (str_is_utf8((struct str){s.ptr, s.len - cut}))
            return true;
    return false;
}

static struct asset sniff_text(struct str s, const char *name)
{
    if (has_ending(name, "cube"))
        return (struct asset){"lut", "a colour table"};
    if (has_ending(name, "svg") || str_starts(s, "<svg"))
        return (struct asset){NULL, "an SVG drawing"};
    return (struct asset){"text", "text"};
}

// Containers that hold either sound or film: these endings promise sound alone.
static struct asset settle(struct asset asset, const char *name)
{
    static const char *const sound[] = {"m4a", "m4b", "mka", "weba"};

    for (size_t i = 0; i < sizeof(sound) / sizeof(*sound); i++)
        if (asset.type && strcmp(asset.type, "video") == 0 && has_ending(name, sound[i]))
            return (struct asset){"audio", "sound"};
    if (asset.type && strcmp(asset.type, "audio") == 0 && has_ending(name, "ogv"))
        return (struct asset){"video", "an Ogg film"};
    return asset;
}

struct asset asset_sniff(const void *bytes, size_t n, const char *name)
{
    struct str s = {bytes, n};

    if (n == 0)
        return (struct asset){NULL, "empty"};
    for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
        const struct magic *m = &magics[i];

        if (n >= m->at + m->n && memcmp(s.ptr + m->at, m->bytes, m->n) == 0)
            return settle(m->asset, name);
    }
    if (is_mp3(bytes, n))
        return (struct asset){"audio", "MP3 sound"};
    if (is_aac(bytes, n))
        return (struct asset){"audio", "AAC sound"};
    if (is_transport_stream(bytes, n))
        return (struct asset){"video", "an MPEG transport stream"};
    if (is_lora(bytes, n))
        return (struct asset){"lora", "a safetensors file"};
    if (is_text(s))
        return sniff_text(s, name);
    return (struct asset){NULL, "of no format that is taken"};
}

bool asset_look(const char *project, const char *path, struct asset *out, struct err *err)
{
    char head[ASSET_HEAD_BYTES];
    size_t n = 0;
    ssize_t got;
    int fd = file_open_inside(project, path, err);

    if (fd < 0)
        return false;
    while (n < sizeof(head) && (got = read(fd, head + n, sizeof(head) - n)) > 0)
        n += (size_t)got;
    close(fd);
    *out = asset_sniff(head, n, path);
    return true;
}
