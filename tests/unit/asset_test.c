// SPDX-License-Identifier: MIT
// What files are by their first bytes, and names made of words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "compiler/asset.h"
#include "compiler/slug.h"

struct asset_case {
    const char *name, *bytes;
    size_t n;
    const char *type, *seems; // seems: a part
};

#define BYTES(text) text, sizeof(text) - 1

static const struct asset_case cases[] = {
    {"a.png", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "image", "PNG"},
    {"a.png", BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), "image", "JPEG"},
    {"a.webp", BYTES("RIFF\x10\0\0\0WEBPVP8 "), "image", "WebP"},
    {"a.tif", BYTES("II*\0\x08\0\0\0"), "image", "TIFF"},
    {"a.exr", BYTES("\x76\x2f\x31\x01\x02\0\0\0"), NULL, "OpenEXR"},
    {"a.heic", BYTES("\0\0\0 ftypheic\0\0\0\0"), NULL, "HEIC"},
    {"a.mp4", BYTES("\0\0\0 ftypisom\0\0\2\0"), "video", "MP4"},
    {"a.mov",
     BYTES("\0\0\0\x14"
           "ftypqt  \0\0\2\0"),
     "video", "QuickTime"},
    {"a.m4a", BYTES("\0\0\0 ftypM4A \0\0\2\0"), "audio", "M4A"},
    {"a.m4a", BYTES("\0\0\0 ftypisom\0\0\2\0"), "audio", "sound"},
    {"a.mkv", BYTES("\x1a\x45\xdf\xa3\x01\0\0\0"), "video", "Matroska"},
    {"a.mka", BYTES("\x1a\x45\xdf\xa3\x01\0\0\0"), "audio", "sound"},
    {"a.avi", BYTES("RIFF\x10\0\0\0AVI LIST"), "video", "AVI"},
    {"a.mxf", BYTES("\x06\x0e\x2b\x34\x02\x05\x01\x01\r"), "video", "MXF"},
    {"a.wav", BYTES("RIFF\x10\0\0\0WAVEfmt "), "audio", "WAV"},
    {"a.wav", BYTES("RF64\xff\xff\xff\xffWAVEds64"), "audio", "WAV"},
    {"a.flac", BYTES("fLaC\0\0\0\x22"), "audio", "FLAC"},
    {"a.ogg", BYTES("OggS\0\2\0\0"), "audio", "Ogg"},
    {"a.mp3", BYTES("ID3\4\0\0"), "audio", "MP3"},
    {"a.aac", BYTES("\xff\xf1\x50\x80\x2e\x7f\xfc\x21"), "audio", "AAC"},
    {"a.caf", BYTES("caff\0\1\0\0"), "audio", "CAF"},
    {"a.gif", BYTES("GIF89a\1\0"), "video", "GIF"},
    {"a.mp3", BYTES("\xff\xfb\x90\x64\0\0"), "audio", "MP3"},
    {"a.ttf", BYTES("\0\1\0\0\0\x10"), "font", "TrueType"},
    {"a.otf", BYTES("OTTO\0\x0b"), "font", "OpenType"},
    {"a.safetensors", BYTES("\x40\0\0\0\0\0\0\0{\"__metadata__\":{}}"), "lora", "safetensors"},
    {"a.cube", BYTES("TITLE \"warm\"\nLUT_3D_SIZE 2\n0 0 0\n"), "lut", "colour table"},
    {"theme.yaml", BYTES("font: DejaVu Sans\n"), "text", "text"},
    {"a.txt", BYTES("caf\xc3\xa9 caf\xc3"), "text", "text"}, // cut within a character
    // What is not what its name says.
    {"a.png", BYTES("#EXTM3U\n/etc/passwd\n"), NULL, "playlist"},
    {"a.mp4", BYTES("ffconcat version 1.0\n"), NULL, "playlist"},
    {"a.png", BYTES("just words\n"), "text", "text"},
    {"a.png", BYTES(""), NULL, "empty"},
    {"a.png", BYTES("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), NULL, "SVG"},
    {"a.png", BYTES("<!DOCTYPE html><p>404"), NULL, "web page"},
    {"a.png",
     BYTES("\x7f"
           "ELF\2\1\1"),
     NULL, "program"},
    {"a.png", BYTES("%PDF-1.7"), NULL, "PDF"},
    {"a.safetensors", BYTES("PK\3\4"), NULL, "ZIP"},
    {"a.wav", BYTES("\xff\xff\xff\xff\0\0"), NULL, "no format"},
    {"a.png", BYTES("\x89PN"), NULL, "no format"},
    {"a.bin", BYTES("\0"), NULL, "no format"},
};

static void first_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        const struct asset_case *c = &cases[i];
        struct asset a = asset_sniff(c->bytes, c->n, c->name);

        if ((a.type == NULL) != (c->type == NULL) || (a.type && strcmp(a.type, c->type) != 0) ||
            !strstr(a.seems, c->seems))
            fail_msg("row %zu, %s: %s, %s", i, c->name, a.type ? a.type : "nothing", a.seems);
    }
}

struct slug_case {
    const char *text, *slug;
};

static const struct slug_case slugs[] = {
    {"INT. LAMP ROOM - NIGHT", "int-lamp-room-night"},
    {"master", "master"},
    {"  Two  words!  ", "two-words"},
    {"Room #4", "room-4"},
    {"ÉCOLE à Nîmes", "école-à-nîmes"},
    {"МОСКВА, ночь", "москва-ночь"},
    {"ΑΘΗΝΑ", "αθηνα"},
    {"ŁÓDŹ Žižkov", "łódź-žižkov"},
    {"東京 タワー", "東京-タワー"},
    {"“quoted” – dash…", "quoted-dash"},
    {"मुंबई", "मुंबई"},
    {"día 2/3", "día-2-3"},
    {"---", ""},
    {"", ""},
    {"a\xff"
     "b",
     "a-b"},
};

static void names_of_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(slugs) / sizeof(*slugs); i++) {
        struct buf out = {0};

        slug_add(&out, str_of(slugs[i].text));
        assert_string_equal(buf_text(&out), slugs[i].slug);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_bytes),
        cmocka_unit_test(names_of_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
